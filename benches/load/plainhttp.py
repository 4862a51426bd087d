"""A small HTTP client for asyncio: one connection kept open, one request at a time, bodies with a length.

What the load and chaos scripts need of HTTP, at a cost that leaves the machine to what they drive.
"""

import asyncio
import dataclasses
import json


@dataclasses.dataclass
class Answer:
    status: int
    headers: dict
    body: bytes


class Connection:
    """Opened when first used, and again after `close` or when the other side ended it."""

    def __init__(self, port):
        self.port = port
        self.reader = self.writer = None

    def close(self):
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None

    async def ask(self, method, path, body=None, headers=None):
        """Raises OSError or IncompleteReadError when the connection breaks before the answer is whole."""
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        payload = b"" if body is None else json.dumps(body).encode()
        lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(payload)}"]
        if body is not None:
            lines.append("Content-Type: application/json")
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self.writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + payload)
        return await self.read()

    async def read(self):
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in head[1:] if line)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        status = int(head[0].split(" ")[1])
        body = b""
        if status not in (204, 304):
            length = headers.get("content-length")
            body = await (self.reader.readexactly(int(length)) if length else self.reader.read())
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Answer(status, headers, body)
