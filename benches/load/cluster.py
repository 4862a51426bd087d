"""A PostgreSQL cluster of a test's own: made in a folder on a real disk, durable as it ships, gone at the end.

Listens on a Unix socket alone and lets in whoever may open that. Needs the server's programs (Debian's
`postgresql`); as root it runs them as the user `postgres`, because they refuse to run as root.
"""

import os
import pathlib
import shutil
import subprocess
import tempfile


class Cluster:
    """`with Cluster() as url:` gives the URL of an empty database."""

    def __init__(self):
        versions = pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb")
        found = sorted(versions, key=lambda path: int(path.parts[-3]))
        if not found:
            raise SystemExit("PostgreSQL's programs are missing: apt-get install postgresql")
        self.programs = found[-1].parent
        # Not the ordinary temporary folder: that may be memory, and a sync would cost nothing.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hamlet-postgres-", dir="/var/tmp"))

    def run(self, program, *arguments):
        as_postgres = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups"]
        command = (as_postgres if os.geteuid() == 0 else []) + [self.programs / program, *arguments]
        done = subprocess.run(command, cwd="/", capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode:
            raise SystemExit(f"{program} failed: {done.stdout}{done.stderr}")
        return done.stdout

    def __enter__(self):
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        self.folder.chmod(0o755)
        data = self.folder / "data"
        self.run("initdb", f"--pgdata={data}", "--username=hamlet", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
        # No output of its own: whoever waits for the end of ours would wait for the server's.
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.folder}' -c max_connections=100"
        self.run("pg_ctl", "start", "--wait", f"--pgdata={data}", f"--log={self.folder}/log", f"--options={options}", "--silent")
        self.run("createdb", "--host", str(self.folder), "--username", "hamlet", "hamlet")
        return f"postgres://hamlet@localhost/hamlet?host={self.folder}"

    def __exit__(self, *_):
        self.run("pg_ctl", "stop", "--wait", "--mode=fast", f"--pgdata={self.folder}/data")
        shutil.rmtree(self.folder)


def rows(url, query):
    """The rows of a query, as lists of texts, as they come; no tab or line break may be in a value."""
    command = ["psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--command", f"COPY ({query}) TO STDOUT", url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        for line in running.stdout:
            yield line.rstrip("\n").split("\t")
    if running.returncode:
        raise SystemExit(f"psql failed: {query}")
