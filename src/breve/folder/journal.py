"""The journal: which article has which brief, in a sqlite database of the output folder.

A row a source path. Its key is a hash of the article's bytes, of how they are read, and of every setting that
affects the brief; a path whose key is unchanged has nothing to be done.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from breve.errors import OutputError

HIDDEN = ".breve"  # the folder of the journal and its lock, in the output folder
SCHEMA = """
create table if not exists items (
  path blob primary key, key text, status text not null, modified real not null, outputs text not null,
  title text, bullets text not null, flags integer not null, error text, message text, hint text
) without rowid;
create index if not exists by_key on items (key) where status = 'done';
create temp table seen (path blob primary key) without rowid;
"""
COLUMNS = "path, key, status, modified, outputs, title, bullets, flags, error, message, hint"
MARKS = ", ".join("?" * len(COLUMNS.split(",")))


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the journal. ``outputs`` gives the size of each format's file in bytes."""

    path: str
    key: str | None
    status: str
    modified: float = 0.0
    outputs: Mapping[str, int] | None = None
    title: str | None = None
    bullets: tuple[str, ...] = ()
    flags: int = 0
    error: str | None = None
    message: str | None = None
    hint: str | None = None


class Journal:
    """The journal of an output folder; of several threads, one works on it at a time. Raises OutputError."""

    def __init__(self, out_dir: Path, *, read_only: bool = False) -> None:
        file = out_dir / HIDDEN / "journal.sqlite"
        place = (
            ":memory:"
            if read_only and not file.exists()
            else f"{file.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"
        )
        self._lock = threading.Lock()
        with _as_output_error():
            self._base = sqlite3.connect(place, uri=True, check_same_thread=False, isolation_level=None)
            if not read_only:
                # A commit lost with the power is work done twice, never a wrong row.
                self._base.executescript("pragma journal_mode = wal; pragma synchronous = normal;")
            self._base.executescript(
                SCHEMA
                if not read_only or place == ":memory:"
                else SCHEMA.rpartition("create")[1] + SCHEMA.rpartition("create")[2]
            )

    def get(self, path: str) -> Entry | None:
        """Return the row of a path."""
        return self._one("path = ?", os.fsencode(path))

    def same(self, key: str) -> Entry | None:
        """Return a row that is done with a key, whatever its path."""
        return self._one("status = 'done' and key = ?", key)

    def put(self, entries: Iterable[Entry]) -> None:
        """Write rows, all or none."""
        rows = [_row(entry) for entry in entries]
        with self._lock, _as_output_error():
            self._base.execute("begin")
            self._base.executemany(f"insert or replace into items ({COLUMNS}) values ({MARKS})", rows)  # noqa: S608 - constants
            self._base.execute("commit")

    def rows(self, status: str | None = None) -> Iterator[Entry]:
        """Yield all rows by path, or those of a status, read a few hundred at a time."""
        last = b""
        while True:
            found = self._fetch(
                "path > ? and (? is null or status = ?) order by path limit 500", last, status, status
            )  # fmt: skip
            yield from found
            if not found:
                return
            last = os.fsencode(found[-1].path)

    def see(self, paths: Iterable[str]) -> None:
        """Note paths as listed in this run."""
        with self._lock:
            self._base.executemany("insert or ignore into seen values (?)", [(os.fsencode(p),) for p in paths])

    def forget_unseen_failures(self) -> None:
        """Remove the failures of files that this run didn't list: they are no longer there."""
        with self._lock, _as_output_error():
            self._base.execute("delete from items where status = 'failed' and path not in (select path from seen)")

    def close(self) -> None:
        """Close the database."""
        self._base.close()

    def _one(self, where: str, *values: Any) -> Entry | None:
        found = self._fetch(f"{where} limit 1", *values)
        return found[0] if found else None

    def _fetch(self, where: str, *values: Any) -> list[Entry]:
        with self._lock, _as_output_error():
            rows = self._base.execute(f"select {COLUMNS} from items where {where}", values).fetchall()  # noqa: S608 - constants
        return [_entry(row) for row in rows]


def key_of(data: bytes, format: str | None, signature: str) -> str:  # noqa: A002 - the reader's word
    """Return the key of a brief: of the article's bytes, how they are read, and the settings."""
    return hashlib.sha256(
        b"\0".join([hashlib.sha256(data).digest(), str(format).encode(), signature.encode()])
    ).hexdigest()


def digest_of(signature: Mapping[str, Any]) -> str:
    """Return a digest of a pipeline's signature."""
    return hashlib.sha256(json.dumps(signature, sort_keys=True, default=str).encode()).hexdigest()


def _row(e: Entry) -> tuple[Any, ...]:
    return (
        os.fsencode(e.path), e.key, e.status, e.modified, json.dumps(dict(e.outputs or {})), e.title,
        json.dumps(e.bullets, ensure_ascii=False), e.flags, e.error, e.message, e.hint,
    )  # fmt: skip


def _entry(row: tuple[Any, ...]) -> Entry:
    path, key, status, modified, outputs, title, bullets, *rest = row
    return Entry(
        os.fsdecode(path), key, status, modified, json.loads(outputs), title, tuple(json.loads(bullets)), *rest
    )  # fmt: skip


@contextmanager
def _as_output_error() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise OutputError(
            f"the journal can't be used: {error}", hint=f"free some space; a damaged journal may be removed: {HIDDEN}"
        ) from error
