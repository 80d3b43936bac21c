"""Bytes to text, as French files need it."""

from __future__ import annotations

import codecs
import re

from breve.errors import UnreadableInput

MARKS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
DECLARED = re.compile(rb"<meta[^>]+charset=[\"']?([\w-]+)", re.I)
UNPRINTABLE = re.compile("[\x00\ud800-\udfff]")
BINARY = (b"%PDF", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x7fELF", b"\x1f\x8b")


def decode(data: bytes) -> str:
    """Return the text of bytes: a byte order mark decides, then a declaration, then UTF-8, then detection.

    Raises UnreadableInput for a binary file.
    """
    if data.startswith(BINARY):
        raise UnreadableInput("the input is a binary file", hint="give text, Markdown or HTML")
    for mark, name in MARKS:
        if data.startswith(mark):
            return data.removeprefix(codecs.BOM_UTF8).decode(name, errors="replace")
    declared = DECLARED.search(data[:2048])
    for name in ([declared[1].decode()] if declared else []) + ["utf-8"]:
        try:
            text = data.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
        if b"\x00" not in (data[:1], data[1:2]):  # else UTF-16 without a mark
            return text
    return _detected(data)


def _detected(data: bytes) -> str:
    from charset_normalizer import from_bytes

    # Left to itself the library takes French cp1252 for cp1250.
    best = from_bytes(data, cp_isolation=["utf_8", "cp1252", "utf_16", "utf_16_le", "utf_16_be"]).best()
    if best is None:
        return data.decode("cp1252", errors="replace")
    return str(best)


def printable(text: str) -> str:
    """Return a text of the same length with NUL and lone surrogates replaced by U+FFFD."""
    return UNPRINTABLE.sub("\ufffd", text)
