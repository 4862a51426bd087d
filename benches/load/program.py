"""Starts, asks and stops the programs that the load and crash tests drive.

Every program gets a free loopback port and a folder of its own on the same disk as the build, and is
stopped by its process id. What to send, and what to make of the answers, lives in the tests.
"""

import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from urllib.parse import quote

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
RELEASE = TARGET / "release"
# A program that is built already: a debug one in the checks, or a copy that later builds leave alone.
HAMLET = pathlib.Path(os.environ.get("HAMLET_TEST_PROGRAM", RELEASE / "hamlet"))
# Rates out of the way, every check still made: a load test is one sender from one network.
RAISED_RATES = {
    f"HAMLET_INTAKE__{key}": "1000000000"
    for key in ("NETWORK_SOFT_LIMIT", "NETWORK_HARD_LIMIT", "EMAIL_SOFT_LIMIT", "EMAIL_HARD_LIMIT")
}


def build(kind, name):
    """Builds one binary or example in release. Not both at once: examples are built with the features that
    the tests' crates ask for, and the service as it ships is not. A service that is named by
    `HAMLET_TEST_PROGRAM` is taken as it is."""
    if name == "hamlet" and "HAMLET_TEST_PROGRAM" in os.environ:
        return
    subprocess.run(["cargo", "build", "--release", "--locked", "--quiet", kind, name], cwd=ROOT, check=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def fresh_folder(label):
    """A new folder under the build's, so that a sync is a real one (a temporary folder may be memory)."""
    parent = TARGET / "load"
    parent.mkdir(parents=True, exist_ok=True)
    return pathlib.Path(tempfile.mkdtemp(prefix=f"{label}-", dir=parent))


def wait_for_index(service, headers):
    """Until all comments are in search's index."""
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=120)
    path = "/api/v1/comments?q=zzzz&limit=1"
    while ask_json(connection, "GET", path, headers=headers)["searched"]["behind"] > 0:
        time.sleep(0.5)


class Program:
    """One program under test; `with` starts it and stops it. Its log is `log` in its folder."""

    def __init__(self, command, folder, environment=None, port=None):
        self.folder = folder
        self.port = port or free_port()
        self.command = [str(part).format(port=self.port, folder=folder) for part in command]
        self.environment = {name: value.format(port=self.port) for name, value in (environment or {}).items()}
        self.process = None
        self.ready_after = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def log(self):
        return self.folder / "log"

    def start(self, patience=30):
        """Starts it and waits until `/health/ready` answers 200; keeps how long that took, in seconds."""
        with open(self.log, "ab") as log:
            started = time.monotonic()
            self.process = subprocess.Popen(
                self.command,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() - started > patience:
                self.kill()
                raise SystemExit(f"{self.command[0]} did not become ready:\n{self.log.read_text()[-2000:]}")
            time.sleep(0.002)
        self.ready_after = time.monotonic() - started

    def is_ready(self):
        try:
            return self.ask("GET", "/health/ready")[0] == 200
        except OSError:
            return False

    def ask(self, method, path, body=None, headers=None, timeout=30):
        """One request on a connection of its own: (status, headers, body as bytes)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            return ask(connection, method, path, body, headers)
        finally:
            connection.close()

    def resident_mib(self):
        """Memory in use now, in MiB."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise SystemExit("no VmRSS")

    def processor_seconds(self):
        """Processor time it has used so far, of all its threads."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def written_bytes(self):
        """Bytes it has written to files so far."""
        counts = pathlib.Path(f"/proc/{self.process.pid}/io").read_text().splitlines()
        return int(dict(line.split(": ") for line in counts)["wchar"])

    def stop(self, patience=30):
        """Asks it to finish; kills it when it does not."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()
            raise SystemExit(f"{self.command[0]} did not stop within {patience} s of SIGTERM") from None

    def kill(self):
        """SIGKILL, and waits until it is gone."""
        self.process.kill()
        self.process.wait()

    def remove(self):
        shutil.rmtree(self.folder)


def ask(connection, method, path, body=None, headers=None):
    """One request on an open connection: (status, headers, body as bytes)."""
    headers = dict(headers or {})
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
        headers.setdefault("Content-Type", "application/json")
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read()


def ask_json(connection, method, path, body=None, headers=None):
    """One request on an open connection that has to succeed: the answer's JSON."""
    status, _, text = ask(connection, method, path, body, headers)
    if status >= 300:
        raise SystemExit(f"{method} {path}: {status} {text[:300]!r}")
    return json.loads(text)


def hamlet(folder, database_url=None, port=None, **settings):
    """The service on a data folder, with rates raised; `settings` are further `HAMLET_…` variables."""
    environment = {
        **RAISED_RATES,
        "HAMLET_DATA_DIR": str(folder / "data"),
        "HAMLET_SERVER__LISTEN": "127.0.0.1:{port}",
        "HAMLET_SERVER__WORKERS": "2",
        **settings,
    }
    if database_url:
        environment["HAMLET_DATABASE__URL"] = database_url
    return Program([HAMLET, "serve"], folder, environment, port)


def skeleton(folder, *options):
    """The bare baseline of `benches/load/skeleton.rs`."""
    command = [RELEASE / "examples" / "skeleton", "--listen", "127.0.0.1:{port}", "--database", "{folder}/data.db"]
    return Program([*command, *options], folder)


def every_comment(service, headers, parameters=""):
    """Every comment of the queue, page by page, as the review interface tells them."""
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=30)
    cursor = ""
    while cursor is not None:
        path = f"/api/v1/comments?limit=100&sort=oldest{parameters}{cursor and '&cursor=' + quote(cursor)}"
        status, _, body = ask(connection, "GET", path, headers=headers)
        if status != 200:
            raise SystemExit(f"the queue answered {status}: {body[:500]!r}")
        answer = json.loads(body)
        yield from answer["comments"]
        cursor = answer["next_cursor"]
    connection.close()


def operator_token(program):
    """A token for the service's own data, made from the shell as an operator would."""
    made = subprocess.run(
        [HAMLET, "token", "add", "--role", "operator", "--name", "harness", "--json"],
        env={**os.environ, **program.environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(made.stdout)["token"]
