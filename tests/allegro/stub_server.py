"""An HTTP server on this machine that gives the answers a test prescribes and remembers what it was asked."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

PUBLIC = "application/vnd.allegro.public.v1+json"


@dataclass(frozen=True)
class Reply:
    """One answer. `announced` is the Content-Length it claims, its true one if None; status 0 hangs up at once."""

    status: int = 200
    body: bytes = b""
    content_type: str = PUBLIC
    headers: Mapping[str, str] = field(default_factory=dict)
    announced: int | None = None

    @classmethod
    def json(cls, document: Any, status: int = 200) -> "Reply":
        """A JSON document."""
        return cls(status, json.dumps(document).encode())

    @classmethod
    def html(cls, status: int = 200, text: str = "Service temporarily unavailable") -> "Reply":
        """A web page, as the edge before Allegro sends them."""
        return cls(status, f"<html><body>{text}</body></html>".encode(), "text/html")


@dataclass(frozen=True)
class Asked:
    """One request as it arrived; header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Stub:
    """`replies` are given in turn, the last one for ever."""

    url: str = ""
    replies: list[Reply] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    def answer(self, document: Any, status: int = 200) -> None:
        """Give a JSON document from now on."""
        self.replies = [Reply.json(document, status)]


@contextmanager
def stub_server() -> Iterator[Stub]:
    """A stub that serves while the context lasts."""
    stub = Stub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            stub.asked.append(Asked(self.command, self.path, headers, body))
            reply = stub.replies.pop(0) if len(stub.replies) > 1 else stub.replies[0]
            if reply.status:
                with suppress(ConnectionError):  # a client may stop reading what is too long for it
                    self.give(reply)

        do_POST = do_GET  # noqa: N815

        def give(self, reply: Reply) -> None:
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.body) if reply.announced is None else reply.announced))
            self.send_header("trace-id", "trace-of-the-stub")
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    stub.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield stub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
