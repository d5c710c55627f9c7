"""A quick and quiet web server: connections stay open, answers leave at once, nothing is logged per request."""

import socket
from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.test import run_wsgi_app

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# A header that stays inside: how the connection ends, before the answer or in the middle of it.
ENDING, DROPPED, CUT = "X-Simulator-Ending", "dropped", "cut"
OPEN_CONNECTIONS: dict[int, set[socket.socket]] = {}  # by port, so that a stopped server answers nobody any more


class QuickHandler(WSGIRequestHandler):
    """HTTP/1.1 with keep-alive, which werkzeug's own handler does not do: it closes every connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def setup(self) -> None:
        """Remember the connection until it is finished."""
        super().setup()
        OPEN_CONNECTIONS.setdefault(self.server.server_port, set()).add(self.connection)

    def finish(self) -> None:
        """Forget the connection."""
        OPEN_CONNECTIONS.get(self.server.server_port, set()).discard(self.connection)
        with suppress(OSError):
            super().finish()

    def make_environ(self) -> "WSGIEnvironment":
        """Read the whole body first: what is left unread would be taken for the next request of the connection."""
        environ = super().make_environ()
        environ["wsgi.input"] = BytesIO(self.rfile.read(int(environ.get("CONTENT_LENGTH") or 0)))
        return environ

    def run_wsgi(self) -> None:
        """Answer one request; the answer is complete before its first byte leaves."""
        chunks, status, headers = run_wsgi_app(self.server.app, self.make_environ(), buffered=True)
        content = b"".join(chunks)
        ending = headers.pop(ENDING, None)
        if ending == DROPPED:
            self._hang_up()
            return
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers.items():
            if name.lower() != "content-length":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content[: len(content) // 2] if ending == CUT else content)
        if ending == CUT:
            self.wfile.flush()
            self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Write nothing."""


def bind(host: str, port: int, app: Flask) -> BaseWSGIServer:
    """Return a threaded server that listens on a host and port (0: any free one) but does not serve yet."""
    return make_server(host, port, app, threaded=True, request_handler=QuickHandler)


def close(server: BaseWSGIServer) -> None:
    """Close the listening socket and every connection still open."""
    server.server_close()
    for connection in list(OPEN_CONNECTIONS.pop(server.server_port, set())):
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
