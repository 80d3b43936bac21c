"""The report of an output folder: ``report.jsonl`` for programs, ``index.html`` for readers."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from breve.folder.files import output_name
from breve.folder.journal import Entry, Journal
from breve.folder.outputs import whole_file

PLACE = b"<!--DATA-->"


def write_report(out_dir: Path, journal: Journal) -> None:
    """Write both files from the journal; rows go by path, so that the same results give the same bytes."""
    with whole_file(out_dir / "report.jsonl") as stream:
        for entry in journal.rows():
            stream.write(_line(row_of(entry)).encode() + b"\n")
    head, tail = (files("breve.folder") / "index.html").read_bytes().split(PLACE)
    with whole_file(out_dir / "index.html") as stream:
        stream.write(head)
        for row in _rows(journal):
            # "</script>" and "<!--" in a title can't end the element that holds the data.
            stream.write(_line(row).replace("<", "\\u003c").encode() + b"\n")
        stream.write(tail)


def row_of(entry: Entry) -> dict[str, Any]:
    """Return what the report says of a file."""
    row: dict[str, Any] = {"path": _shown(entry.path), "status": entry.status, "modified": _time(entry.modified)}
    if entry.status == "failed":
        return row | {"error": entry.error, "message": entry.message, "hint": entry.hint}
    outputs = {suffix: _shown(output_name(entry.path, suffix)) for suffix in sorted(entry.outputs or {})}
    shown = {"title": entry.title, "bullets": list(entry.bullets), "flags": entry.flags}
    return row | shown | {"outputs": outputs, "key": entry.key}


def _rows(journal: Journal) -> Iterator[dict[str, Any]]:
    for entry in journal.rows():
        row = row_of(entry)
        row.pop("key", None)
        yield row


def _line(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=True, separators=(",", ":"))


def _shown(path: str) -> str:
    """Return a path as Unicode: a name on the disk may be anything."""
    return os.fsencode(path).decode("utf-8", "replace")


def _time(seconds: float) -> str | None:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds") if seconds else None
