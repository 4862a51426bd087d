"""A real SMTP server for the tests, driven over its standard streams.

Started with one argument, a JSON object: `tls` ("none", "starttls" or "implicit"), `certificate` and
`key` (PEM files, for the two TLS ways) and `login` ([user, password], or null when no login is asked).

It writes one JSON object a line to standard output: `ready` with the port, `recipient` for each RCPT TO
with the reply chosen for it, `message` for each mail it took, and `done` once a command has taken effect.
It reads commands from standard input, one JSON object a line: `mode` (with `reply`, and `mailbox` or null
for all) and `sync`, each with an `id` that `done` repeats. It ends when standard input closes, so that it
never outlives the test that started it.
"""

import asyncio
import base64
import json
import logging
import ssl
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

REFUSALS = {
    "451": "451 4.3.0 Try again later",
    "421": "421 4.3.2 Closing for maintenance",
    "550": "550 5.1.1 No such mailbox",
}


def report(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)


class Mailboxes:
    """What to answer for which recipient: a reply for all, and others for single addresses."""

    def __init__(self):
        self.reply_for_all = "accept"
        self.replies = {}

    def reply_to(self, address):
        return self.replies.get(address.lower(), self.reply_for_all)

    async def handle_RCPT(self, server, session, envelope, address, options):
        reply = self.reply_to(address)
        report("recipient", to=address, reply=reply)
        if reply == "silent":
            await asyncio.Future()
        if reply in REFUSALS:
            return REFUSALS[reply]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        raw = base64.b64encode(envelope.original_content).decode()
        report("message", **{"from": envelope.mail_from}, to=envelope.rcpt_tos, raw=raw)
        if any(self.reply_to(address) == "lost" for address in envelope.rcpt_tos):
            server.transport.abort()
        return "250 OK"


def check_login(expected):
    def authenticate(server, session, envelope, mechanism, data):
        expected_pair = tuple(part.encode() for part in expected)
        right = isinstance(data, LoginPassword) and (data.login, data.password) == expected_pair
        return AuthResult(success=right, handled=False)

    return authenticate


def protocol(options, mailboxes, context):
    login = options["login"]
    starttls = options["tls"] == "starttls"
    return SMTP(
        mailboxes,
        hostname="localhost",
        enable_SMTPUTF8=True,
        tls_context=context if starttls else None,
        require_starttls=starttls,
        auth_required=login is not None,
        # aiosmtpd counts only STARTTLS as encryption, so an implicit-TLS login needs this off.
        auth_require_tls=starttls,
        authenticator=check_login(login) if login else None,
    )


async def obey(mailboxes):
    """Carries out the commands on standard input until it closes."""
    commands = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    while line := await commands.readline():
        command = json.loads(line)
        if command["command"] == "mode" and command["mailbox"]:
            mailboxes.replies[command["mailbox"].lower()] = command["reply"]
        elif command["command"] == "mode":
            mailboxes.reply_for_all = command["reply"]
        report("done", id=command["id"])


async def serve(options):
    context = None
    if options["tls"] != "none":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(options["certificate"], options["key"])
    mailboxes = Mailboxes()
    server = await asyncio.get_running_loop().create_server(
        lambda: protocol(options, mailboxes, context),
        "127.0.0.1",
        0,
        ssl=context if options["tls"] == "implicit" else None,
    )
    report("ready", port=server.sockets[0].getsockname()[1])
    await obey(mailboxes)


# What aiosmtpd warns of is wanted here: logins without STARTTLS, and every refusal.
warnings.filterwarnings("ignore", module="aiosmtpd")
logging.getLogger("mail").setLevel(logging.ERROR)
asyncio.run(serve(json.loads(sys.argv[1])))
