"""A PgBouncer in transaction mode before a test's PostgreSQL: started on a free loopback port, stopped, removed."""

import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

import cluster
import program

SETTINGS = """[databases]
* = host=127.0.0.1 port={server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {home}/users
pool_mode = transaction
max_client_conn = 200
default_pool_size = {size}
# What the driver asks for at each connection; it is set on none.
ignore_startup_parameters = extra_float_digits
"""


class Pooler:
    """`with` starts and removes it. `size`: connections to the server."""

    def __init__(self, server, size=6):
        self.before, owner = cluster.ordinary_user()
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="hamlet-pooler-", dir="/var/tmp"))
        self.port = program.free_port()
        (self.home / "users").write_text('"hamlet" ""\n')
        (self.home / "ini").write_text(SETTINGS.format(server=server.port, port=self.port, home=self.home, size=size))
        self.home.chmod(0o755)
        self.process = None

    def __enter__(self):
        found = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin")
        if found is None:
            raise SystemExit("PgBouncer is missing: apt-get install pgbouncer")
        log = open(self.home / "log", "ab")
        with log:
            self.process = subprocess.Popen([*self.before, found, self.home / "ini"], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        patience = time.monotonic() + 10
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            if self.process.poll() is not None or time.monotonic() > patience:
                raise SystemExit(f"PgBouncer did not start:\n{(self.home / 'log').read_text()[-2000:]}")
            time.sleep(0.01)

    def url(self, name):
        return f"postgres://hamlet@127.0.0.1:{self.port}/{name}"

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)
        shutil.rmtree(self.home)
