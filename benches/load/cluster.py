"""A PostgreSQL of a test's own: made in a folder of its own, started, stopped, killed, removed.

It syncs as one in use would: what these tests ask is what is left after something ended the hard way.
PostgreSQL refuses to run as root; then it runs as `postgres`, or as `nobody` where there is none.
"""

import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile

import program


def binaries():
    """The folder of PostgreSQL's own programs, the latest there is."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if found:
        return found[-1].parent
    found = shutil.which("initdb")
    if found is None:
        raise SystemExit("PostgreSQL is missing: apt-get install postgresql")
    return pathlib.Path(found).parent


def ordinary_user():
    """The words before a command that make root someone whom PostgreSQL accepts, and who that is."""
    if os.geteuid() != 0:
        return [], None
    names = {entry.pw_name for entry in pwd.getpwall()}
    name = "postgres" if "postgres" in names else "nobody"
    entry = pwd.getpwnam(name)
    return ["setpriv", f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--init-groups"], entry.pw_uid


class Cluster:
    """A server on a free loopback port; `with` starts and removes it."""

    def __init__(self):
        self.programs = binaries()
        self.before, owner = ordinary_user()
        # Not the ordinary temporary folder: that may be memory, and a sync would cost nothing.
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="hamlet-postgres-", dir="/var/tmp"))
        if owner is not None:
            os.chown(self.home, owner, -1)
        self.port = program.free_port()
        self.run("initdb", "--username=hamlet", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")

    def run(self, name, *arguments):
        command = [*self.before, self.programs / name, f"--pgdata={self.home / 'data'}", *arguments]
        log = open(self.home / "programs.log", "ab")
        with log:
            done = subprocess.run(command, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        if done.returncode != 0:
            raise SystemExit(f"{name} failed:\n{(self.home / 'programs.log').read_text()[-2000:]}")

    def start(self):
        options = f"-c listen_addresses=127.0.0.1 -c port={self.port} -c unix_socket_directories='{self.home}'"
        self.run("pg_ctl", "start", "--wait", f"--log={self.home / 'log'}", f"--options={options}")

    def stop(self, mode="immediate"):
        """`immediate` is as good as pulling the plug: no goodbye, recovery at the next start."""
        self.run("pg_ctl", "stop", "--wait", f"--mode={mode}")

    def query(self, name, statements):
        """Runs SQL in one of the databases; the rows that it answers, as `psql` writes them."""
        command = ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"]
        done = subprocess.run([*command, self.url(name)], check=True, input=statements, text=True, stdout=subprocess.PIPE)
        return done.stdout

    def url(self, name):
        return f"postgres://hamlet@127.0.0.1:{self.port}/{name}"

    def create(self, name):
        """An empty database; its URL."""
        command = [*self.before, self.programs / "createdb", "--host=127.0.0.1", f"--port={self.port}"]
        subprocess.run([*command, "--username=hamlet", name], cwd="/", check=True)
        return self.url(name)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.home)


def rows(url, query):
    """The rows of a query, as lists of texts, as they come; no tab or line break may be in a value."""
    command = ["psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--command", f"COPY ({query}) TO STDOUT", url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        for line in running.stdout:
            yield line.rstrip("\n").split("\t")
    if running.returncode:
        raise SystemExit(f"psql failed: {query}")
