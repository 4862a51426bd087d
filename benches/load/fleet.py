"""Instances on one database behind HAProxy (Debian's `haproxy`), as `docs/deploying.md` sets them up."""

import shutil
import sys

import program

# Only where no byte of a request has left may the proxy try the other instance: the rest is the client's.
PROXY = """
global
    maxconn 2000
defaults
    mode http
    timeout connect 1s
    timeout client 60s
    timeout server 60s
    timeout check 5s
    retries 3
    retry-on conn-failure
    option redispatch
    http-error status 503 content-type application/problem+json hdr Retry-After 2 string '{{"status":503,"code":"unavailable"}}'
frontend all
    bind 127.0.0.1:{port}
    default_backend instances
backend instances
    balance roundrobin
    option httpchk GET /health/ready
    default-server check inter 500ms fall 2 rise 1
{servers}
"""


def require_haproxy():
    if shutil.which("haproxy") is None:
        sys.exit("haproxy is missing: apt-get install haproxy")


def start_proxy(folder, instances):
    """HAProxy before the instances, as a program that is ready when a request comes through it."""
    port = program.free_port()
    lines = [f"    server i{n} 127.0.0.1:{one.port}" for n, one in enumerate(instances)]
    settings = folder / "haproxy.cfg"
    settings.write_text(PROXY.format(port=port, servers="\n".join(lines)))
    proxy = program.Program(["haproxy", "-db", "-f", settings], folder, port=port)
    proxy.start()
    return proxy


def start_instances(url, **settings):
    """Two on one database; the second has the first one's key file, and nothing else of it."""
    settings = {"HAMLET_LOG__FILTER": "warn", "HAMLET_SERVER__TRUSTED_PROXIES": "127.0.0.0/8", **settings}
    instances = [program.hamlet(program.fresh_folder(f"instance-{n}"), url, **settings) for n in (1, 2)]
    instances[0].start()
    second = instances[1].folder / "data"
    second.mkdir()
    shutil.copy2(instances[0].folder / "data" / "hamlet.key", second)
    instances[1].start()
    return instances
