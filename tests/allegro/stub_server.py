"""An HTTP server on this machine that gives the answers a test prescribes and remembers what it was asked."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass
class Stub:
    """`answers` are given in turn, the last one for ever: (status, content type, body)."""

    url: str = ""
    answers: list[tuple[int, str, str]] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def answer(self, document: Any, status: int = 200) -> None:
        """Give a JSON document from now on."""
        self.answers = [(status, "application/vnd.allegro.public.v1+json", json.dumps(document))]


@contextmanager
def stub_server() -> Iterator[Stub]:
    """A stub that serves while the context lasts."""
    stub = Stub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            stub.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            status, kind, body = stub.answers.pop(0) if len(stub.answers) > 1 else stub.answers[0]
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body.encode())))
            self.send_header("trace-id", "trace-of-the-stub")
            self.end_headers()
            self.wfile.write(body.encode())

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
