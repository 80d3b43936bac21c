"""Bytes to text, as French files need it."""

from __future__ import annotations

import codecs
import re

from breve.errors import UnreadableInput, UnsupportedFormat

MARKS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
DECLARED = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w:.-]+)|<\?xml[^>]+encoding=[\"']([\w:.-]+)", re.I)
UNPRINTABLE = re.compile("[\x00\ud800-\udfff]")
DOCUMENTS = {b"%PDF-": "PDF", b"PK\x03\x04": "ZIP (DOCX, ODT, EPUB)", b"{\\rtf": "RTF", b"\xd0\xcf\x11\xe0": "DOC"}
ALLOWED = "it must be text, Markdown or HTML"
BINARIES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x7fELF", b"\x1f\x8b", b"MZ\x90", b"OggS", b"ID3", b"7z\xbc\xaf")
SAMPLE = 65_536  # bytes that are enough to tell an encoding
CONTROLS = bytes({*range(32)} - {*b"\t\n\v\f\r\x1b"})
SOME_CONTROLS = 0.04  # share over which bytes aren't a text: compressed data has 0.1, a text with stray NULs less
HALF_NUL = 0.25  # share of NUL at even or odd places over which bytes are UTF-16; French has over 0.9


def decode(data: bytes) -> str:
    """Return the text of bytes: a byte order mark decides, then a declaration, then UTF-8, then detection.

    The mark itself is left out. Raises UnsupportedFormat for a known document format, UnreadableInput for other
    binary content.
    """
    _refuse_binary(data)
    for mark, name in MARKS:
        if data.startswith(mark):
            return data.decode(name, errors="replace").removeprefix("\ufeff")
    if (wide := _wide(data[:SAMPLE])) is not None:
        return data.decode(wide, errors="replace")
    declared = DECLARED.search(data[:2048])
    name = (declared[1] or declared[2]).decode("ascii", "replace") if declared else "utf-8"
    for candidate in (name, "utf-8"):
        if (text := _strict(data, candidate)) is not None:
            return text
    return _detected(data)


def printable(text: str) -> str:
    """Return a text of the same length with NUL and lone surrogates replaced by U+FFFD."""
    return UNPRINTABLE.sub("\ufffd", text)


def _refuse_binary(data: bytes) -> None:
    for magic, name in DOCUMENTS.items():
        if data.startswith(magic):
            raise UnsupportedFormat(f"the input is {name}; {ALLOWED}", hint="save it as text first")
    if data.startswith(BINARIES):
        raise UnreadableInput(f"the input is a binary file; {ALLOWED}")


def _wide(sample: bytes) -> str | None:
    """Return the kind of UTF-16 of bytes without a mark, or None. Raises UnreadableInput for binary content."""
    half = len(sample) // 2
    if half == 0 or len(sample) - len(sample.translate(None, CONTROLS)) <= SOME_CONTROLS * len(sample):
        return None
    even, odd = sample[0::2].count(0) / half, sample[1::2].count(0) / half
    if odd > HALF_NUL and even < odd / 4:
        return "utf-16-le"
    if even > HALF_NUL and odd < even / 4:
        return "utf-16-be"
    if len(sample) < 64:  # a few words with a NUL among them
        return None
    raise UnreadableInput(f"the input is binary; {ALLOWED}")


def _strict(data: bytes, name: str) -> str | None:
    """Return the text if the bytes are valid in an encoding; latin-1 is read as cp1252, as browsers do."""
    try:
        codec = codecs.lookup(name).name
        if codec.startswith(("utf-16", "utf-32")):  # the declaration was readable, so it can't be true
            return None
        return data.decode("cp1252" if codec in {"iso8859-1", "ascii"} else codec)
    except (UnicodeError, LookupError, ValueError):
        return None


def _detected(data: bytes) -> str:
    from charset_normalizer import from_bytes

    damaged = data.decode("utf-8", errors="replace")
    beyond_ascii = sum(character > "\x7f" for character in damaged)
    if beyond_ascii > 10 * damaged.count("\ufffd"):  # UTF-8 with a few broken bytes
        return damaged
    # Left to itself the library takes French cp1252 for cp1250.
    best = from_bytes(data[:SAMPLE], cp_isolation=["utf_8", "cp1252", "utf_16"]).best()
    name = "cp1252" if best is None or best.encoding.startswith("utf") else best.encoding
    return data.decode(name, errors="replace")
