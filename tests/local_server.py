"""What the tests' HTTP servers share: a free port of this machine, answers of a known length, no log."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Handler(BaseHTTPRequestHandler):
    """Answers of a test server; ``state`` is what its test sees and sets."""

    protocol_version = "HTTP/1.1"
    state: Any

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name
        pass

    def send(self, status: int, data: bytes, headers: Mapping[str, str], *, sent: int | None = None) -> None:
        """Answer with these bytes, none of them to a HEAD; after ``sent`` of them the connection is cut."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.close_connection = sent is not None
            self.wfile.write(data[:sent])


@contextmanager
def running(handler: type[Handler], state: Any) -> Iterator[str]:
    """Serve on a free port, and give the URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (handler,), {"state": state}))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
