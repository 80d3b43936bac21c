"""A path, a stream, bytes or text to an Article."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Literal

from breve.document import Article, Block
from breve.errors import EmptyInput, OptionError, UnreadableInput, UnsupportedFormat
from breve.reader.blocks import plain_blocks
from breve.reader.encoding import decode, printable
from breve.reader.language import check_french
from breve.reader.markup import html_pieces, joined, markdown_pieces

Format = Literal["text", "markdown", "html"]
Blocks = tuple[Block, ...]

# The place of further formats: what makes a readable text and its blocks out of the decoded one.
FORMATS: dict[Format, Callable[[str], tuple[str, Blocks]]] = {
    "text": lambda text: (text, plain_blocks(text)),
    "markdown": lambda text: joined(markdown_pieces(text)),
    "html": lambda text: joined(html_pieces(text)),
}
SUFFIXES: dict[str, Format] = {
    ".txt": "text", ".text": "text", ".md": "markdown", ".markdown": "markdown",
    ".html": "html", ".htm": "html", ".xhtml": "html",
}  # fmt: skip
PAGE = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*(?:<!doctype html|<(?:html|head|body|article|main|meta|title)\b[^>]*>"
    r"|<(p|div|section|h[1-6])\b[^>]*>(?=.*</\1>))",
    re.IGNORECASE | re.DOTALL,
)
SNIFFED = 20_000  # characters at the start that tell whether a text is HTML
WORD = re.compile(r"[^\W\d_]")

__all__ = ["FORMATS", "SUFFIXES", "Format", "format_of", "read"]


def read(
    source: str | bytes | Path | BinaryIO, *, name: str | None = None, format: Format | None = None,  # noqa: A002 - the field's word
    language_check: bool = True,
) -> Article:  # fmt: skip
    """Return the article of a text, of bytes, of a binary stream or of a file; a ``str`` is the text itself.

    Without a format a file's suffix decides, then the content: HTML or plain text. The text of a plain article is
    the text as decoded; that of Markdown and HTML is the text of its blocks, with blank lines between them.
    Raises EmptyInput, WrongLanguage, UnreadableInput or UnsupportedFormat.
    """
    if format is not None and format not in FORMATS:
        raise OptionError(f"format is {format!r}; it must be one of {', '.join(FORMATS)}")
    chosen = format
    if isinstance(source, Path):
        chosen, name = format or (format_of(source.name) if source.exists() else None), name or source.name
        source = _content(source)
    elif not isinstance(source, str | bytes):
        source = source.read()
    text = printable(decode(source) if isinstance(source, bytes) else source.removeprefix("\ufeff"))
    chosen = chosen or ("html" if PAGE.match(text[:SNIFFED]) else "text")
    text, blocks = FORMATS[chosen](text)
    if not WORD.search(text):
        raise EmptyInput("the article has no words", hint="give a French text")
    if language_check:
        check_french(text)
    return Article(text, blocks, name=name)


def format_of(name: str) -> Format | None:
    """Return the format that a name's suffix says; None for a name without one: the content will tell.

    Raises UnsupportedFormat for another suffix.
    """
    suffix = Path(name).suffix.lower()
    if not suffix or suffix in SUFFIXES:
        return SUFFIXES.get(suffix)
    raise UnsupportedFormat(
        f"{Path(name).name} is of the format {suffix}; it must be one of {', '.join(SUFFIXES)}",
        hint="save it as text, or say what it holds with format=",
    )


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise _unreadable(path, "no such file") from error
    except IsADirectoryError as error:
        raise UnreadableInput(f"{path} is a folder; it must be a file", hint="for a folder use: breve batch") from error
    except (OSError, ValueError) as error:
        raise _unreadable(path, getattr(error, "strerror", None) or str(error)) from error


def _unreadable(path: Path, reason: str) -> UnreadableInput:
    return UnreadableInput(f"{path}: {reason}", hint="give the path of a readable file")
