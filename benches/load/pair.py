"""Two PostgreSQL nodes, one the other's synchronous standby, and the monitor that exchanges them: pg_auto_failover.

Set up by the commands of `docs/failover.md`, taken from that page. Everything is on the loopback, as user
`postgres` where root runs it, in a folder of its own, and ends with it.
"""

import os
import pathlib
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time

import cluster
import program

PAGE = program.ROOT / "docs" / "failover.md"
PATIENCE = 90
# What the page wants to have; for apt-get.
PACKAGES = ["pg-auto-failover-cli", "postgresql-15-auto-failover", "haproxy", "openssl"]


def is_installed():
    return all(shutil.which(name) for name in ("pg_autoctl", "haproxy", "openssl"))


def install():
    """Whether everything is there, once Debian's packages were asked for."""
    if not is_installed() and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
        subprocess.run(["apt-get", "update"], check=False, **quiet)
        subprocess.run(["apt-get", "install", "--yes", "--no-install-recommends", *PACKAGES], check=False, **quiet)
    return is_installed()


def commands(name):
    """The page's commands under the comment `# name`."""
    found = re.findall(rf"^```sh\n# {re.escape(name)}[^\n]*\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    if len(found) != 1:
        raise SystemExit(f"{PAGE} has {len(found)} blocks '# {name}', and should have one")
    return found[0]


def wait_until(condition, what, patience=PATIENCE):
    """Asks until it is so; what the condition was then."""
    until = time.monotonic() + patience
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > until:
            raise SystemExit(f"{what}: not within {patience} s")
        time.sleep(0.1)


class Machine:
    """What stands for a machine: a data folder, a port, and the keeper that runs PostgreSQL on it."""

    def __init__(self, pair, name):
        self.pair, self.name = pair, name
        self.data, self.port = pair.home / name, program.free_port()
        self.keeper = None

    def start(self):
        self.keeper = subprocess.Popen(
            [*self.pair.before, "pg_autoctl", "run", "--pgdata", self.data],
            env=self.pair.environment, cwd="/", stdin=subprocess.DEVNULL,
            stdout=self.pair.log, stderr=self.pair.log, start_new_session=True,
        )

    def processes(self):
        """The keeper, what it started, and whatever works in the data folder."""
        parents, found = {}, {self.keeper.pid} if self.keeper else set()
        for entry in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                if pathlib.Path(os.readlink(entry / "cwd")) == self.data:
                    found.add(int(entry.name))
            except OSError:
                continue
        while more := {pid for pid, parent in parents.items() if parent in found} - found:
            found |= more
        return found

    def signal(self, number):
        """Sends a signal to all of it at once, the keeper first: it would start again what ended."""
        for pid in sorted(self.processes(), key=lambda pid: pid != self.keeper.pid):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue

    def kill(self):
        """SIGKILL of the keeper and of PostgreSQL, as when the machine lost its power."""
        self.signal(signal.SIGKILL)
        self.keeper.wait()
        # What was started in that very moment, if anything was.
        self.signal(signal.SIGKILL)
        self.keeper = None

    def query(self, statement, name="hamlet"):
        """The first column of what a query finds, a line each; None where nobody answers."""
        command = ["psql", "--no-psqlrc", "--tuples-only", "--no-align", f"--port={self.port}", f"--command={statement}", f"--dbname={name}"]
        environment = {**self.pair.environment, "PGCONNECT_TIMEOUT": "2", "PGOPTIONS": "-c statement_timeout=3s"}
        done = subprocess.run([*self.pair.before, *command], cwd="/", env=environment, capture_output=True, text=True)
        return done.stdout.splitlines() if done.returncode == 0 else None


class Pair:
    """The three of them; `with` sets them up and removes them."""

    def __init__(self):
        self.before, owner = cluster.ordinary_user()
        # Not the ordinary temporary folder: that may be memory, and a sync would cost nothing.
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="hamlet-failover-", dir="/var/tmp"))
        if owner is not None:
            os.chown(self.home, owner, pwd.getpwuid(owner).pw_gid)
        self.log = open(self.home / "log", "ab")
        self.monitor, self.nodes = Machine(self, "monitor"), [Machine(self, "one"), Machine(self, "two")]
        self.environment = {
            "HOME": str(self.home),
            "XDG_RUNTIME_DIR": str(self.home),
            "LANG": "C.UTF-8",
            "PATH": f"{cluster.binaries()}:{os.environ['PATH']}",
            "MONITOR_HOST": "127.0.0.1",
            "MONITOR_PORT": str(self.monitor.port),
            "MONITOR_PASSWORD": "monitors-own",
            "MONITOR_DATA": str(self.monitor.data),
            "MONITOR": f"postgres://autoctl_node:monitors-own@127.0.0.1:{self.monitor.port}/pg_auto_failover?sslmode=require",
            "HOST": "127.0.0.1",
            "APPLICATIONS": "127.0.0.0/8",
            "REPLICATION_PASSWORD": "replicators-own",
            "HAMLET_PASSWORD": "hamlets-own",
        }

    def run(self, name, machine=None):
        """Runs the page's commands under a name, as on a machine."""
        environment = dict(self.environment)
        if machine is not None:
            environment |= {"NODE": machine.name, "DATA": str(machine.data), "PORT": str(machine.port)}
        done = subprocess.run(
            [*self.before, "bash", "-euc", commands(name)],
            cwd="/", env=environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
        )
        if done.returncode != 0:
            raise SystemExit(f"'{name}' failed:\n{(self.home / 'log').read_text()[-3000:]}")

    def __enter__(self):
        try:
            self.set_up()
        except BaseException:
            self.__exit__()
            raise
        return self

    def set_up(self):
        self.run("monitor: make")
        self.monitor.start()
        answers = "SELECT 1 FROM pgautofailover.formation"
        wait_until(lambda: self.monitor.query(answers, "pg_auto_failover"), "the monitor answers")
        self.run("monitor: configure")
        for node in self.nodes:
            self.run("node: make", node)
            node.start()
            if node is self.nodes[0]:
                writes = "SELECT 1 WHERE NOT pg_is_in_recovery()"
                wait_until(lambda: node.query(writes), "the first node takes writes")
                self.run("first node: configure", node)
        self.wait_until_whole()
        self.run("monitor: look")

    def states(self):
        """What the monitor knows of each node, by its name: the state reported and the one assigned."""
        statement = "SELECT nodename || ' ' || reportedstate || ' ' || goalstate FROM pgautofailover.node"
        lines = self.monitor.query(statement, "pg_auto_failover") or []
        return {name: (reported, goal) for name, reported, goal in map(str.split, lines)}

    def primary(self):
        """The node that is primary, when the other is its synchronous standby and nothing is under way; else None."""
        states = self.states()
        if sorted(states.values()) != [("primary", "primary"), ("secondary", "secondary")]:
            return None
        primary = next(node for node in self.nodes if states[node.name][0] == "primary")
        synchronous = "SELECT sync_state FROM pg_stat_replication WHERE state = 'streaming'"
        return primary if primary.query(synchronous) in (["quorum"], ["sync"]) else None

    def wait_until_whole(self):
        return wait_until(self.primary, "the standby is synchronous")

    def other(self, node):
        return self.nodes[1 - self.nodes.index(node)]

    def url(self):
        """What Hamlet is given."""
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)
        return f"postgres://hamlet:hamlets-own@{hosts}/hamlet?target_session_attrs=read-write&sslmode=require"

    def __exit__(self, *_):
        for machine in [*self.nodes, self.monitor]:
            if machine.keeper is not None:
                machine.kill()
        self.log.close()
        if "HAMLET_TEST_KEEP" not in os.environ:
            shutil.rmtree(self.home, ignore_errors=True)
