"""A local stand-in for the hub's HTTP interface: repositories are folders, a revision is a commit's name."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from local_server import Handler, running

SHA = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Hub:
    """The repositories by name, what was asked for, and the files whose connection is cut.

    Files in ``broken`` are cut half way each time, those in ``cut`` once, after so many bytes; after those in
    ``stalled`` nothing more comes. ``ranges`` has each part of a file that was asked for: the file's name and its
    first byte; parts of files in ``whole_only`` are refused. Files in ``altered`` come otherwise than described.
    With a ``token`` all is refused to who doesn't send it.
    """

    repositories: dict[str, Path]
    cards: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    cut: dict[str, int] = field(default_factory=dict)
    stalled: dict[str, int] = field(default_factory=dict)
    whole_only: set[str] = field(default_factory=set)
    altered: set[str] = field(default_factory=set)
    token: str = ""
    ranges: list[tuple[str, int]] = field(default_factory=list)
    url: str = ""


class HubHandler(Handler):
    """The two kinds of address that the client asks: what a repository has, and its files."""

    state: Hub

    def do_HEAD(self) -> None:  # noqa: N802 - its name
        self.do_GET()

    def do_GET(self) -> None:  # noqa: N802 - its name
        path = unquote(urlsplit(self.path).path)
        self.state.asked.append(f"{self.command} {path}")
        parts = path.strip("/").split("/")
        if self.state.token and self.headers.get("Authorization") != f"Bearer {self.state.token}":
            self.missing("GatedRepo", status=401)
        elif parts[:2] == ["api", "models"]:
            self.info("/".join(parts[2:4]))
        elif len(parts) > 4 and parts[2] == "resolve":
            self.file("/".join(parts[:2]), "/".join(parts[4:]))
        else:
            self.missing("EntryNotFound")

    def info(self, name: str) -> None:
        if name not in self.state.repositories:
            return self.missing("RepoNotFound")
        folder = self.state.repositories[name]
        files = sorted(f.name for f in folder.iterdir())
        siblings = [described(folder / f) if "blobs=" in self.path else {"rfilename": f} for f in files]
        data = {
            "_id": "1", "id": name, "modelId": name, "sha": SHA, "private": False, "tags": [], "downloads": 0,
            "siblings": siblings, "cardData": self.state.cards.get(name, {}),
        }  # fmt: skip
        tree = [{"type": "file", "path": f, "size": 1, "oid": "0" * 40} for f in files]
        return self.send(200, json.dumps(tree if "/tree/" in self.path else data).encode(), {})

    def file(self, name: str, file: str) -> None:
        path = self.state.repositories.get(name, Path("none")) / file
        if not path.is_file():
            return self.missing("EntryNotFound")
        data = path.read_bytes()
        headers = {"X-Repo-Commit": SHA, "ETag": f'"{hashlib.sha256(data).hexdigest()}"', "Accept-Ranges": "bytes"}
        if self.command == "HEAD":
            return self.send(200, data, headers)
        if file in self.state.altered:
            data = data[::-1]
        if file in self.state.broken:
            return self.send(200, data, headers, sent=len(data) // 2)
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if asked:
            start = int(asked[1])
            self.state.ranges.append((file, start))
            if file in self.state.whole_only:
                return self.send(503, b"", {})
            return self.send(
                206, data[start:], headers | {"Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}"}
            )
        if file in self.state.stalled:
            self.send(200, data, headers, sent=self.state.stalled.pop(file))
            self.rfile.read(1)  # until the client is gone
            return None
        return self.send(200, data, headers, sent=self.state.cut.pop(file, None))

    def missing(self, code: str, status: int = 404) -> None:
        self.send(status, b"{}", {"X-Error-Code": code, "X-Error-Message": code})


def described(file: Path) -> dict[str, Any]:
    """Return what the hub says of a file in large file storage."""
    data = file.read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    lfs = {"size": len(data), "sha256": sha256, "pointerSize": 134}
    return {"rfilename": file.name, "size": len(data), "blobId": "0" * 40, "lfs": lfs}


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """Serve on a free port of this machine."""
    with running(HubHandler, hub) as hub.url:
        yield hub
