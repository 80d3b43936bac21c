"""A local stand-in for the hub's HTTP interface: repositories are folders, a revision is a commit's name."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

SHA = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Hub:
    """The repositories by name, what was asked for, and the files whose connection is cut half way."""

    repositories: dict[str, Path]
    cards: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    url: str = ""


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """Serve on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name
            pass

        def do_HEAD(self) -> None:
            self.act(body=False)

        def do_GET(self) -> None:
            self.act(body=True)

        def act(self, body: bool) -> None:
            path = unquote(urlsplit(self.path).path)
            hub.asked.append(f"{self.command} {path}")
            parts = path.strip("/").split("/")
            if parts[:2] == ["api", "models"]:
                self.info("/".join(parts[2:4]), body)
            elif len(parts) > 4 and parts[2] == "resolve":
                self.file("/".join(parts[:2]), parts[3], "/".join(parts[4:]), body)
            else:
                self.missing("EntryNotFound")

        def info(self, name: str, body: bool) -> None:
            if name not in hub.repositories:
                return self.missing("RepoNotFound")
            files = sorted(f.name for f in hub.repositories[name].iterdir())
            data = {
                "_id": "1", "id": name, "modelId": name, "sha": SHA, "private": False, "tags": [], "downloads": 0,
                "siblings": [{"rfilename": f} for f in files], "cardData": hub.cards.get(name, {}),
            }  # fmt: skip
            tree = [{"type": "file", "path": f, "size": 1, "oid": "0" * 40} for f in files]
            return self.send(200, json.dumps(tree if "/tree/" in self.path else data).encode(), {}, body)

        def file(self, name: str, revision: str, file: str, body: bool) -> None:
            path = hub.repositories.get(name, Path("none")) / file
            if not path.is_file():
                return self.missing("EntryNotFound")
            data = path.read_bytes()
            headers = {"X-Repo-Commit": SHA, "ETag": f'"{hashlib.sha256(data).hexdigest()}"'}
            if body and file in hub.broken:
                self.close_connection = True
                return self.send(200, data, headers, body, sent=len(data) // 2)
            return self.send(200, data, headers, body)

        def missing(self, code: str) -> None:
            self.send(404, b"{}", {"X-Error-Code": code, "X-Error-Message": code}, self.command == "GET")

        def send(
            self, status: int, data: bytes, headers: dict[str, str], body: bool, sent: int | None = None
        ) -> None:  # fmt: skip
            self.send_response(status)
            for key, value in headers.items():
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if body:
                self.wfile.write(data[:sent])

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
