"""A path, bytes or text to an Article. URL, PDF, DOCX and EPUB have their place in ``SUFFIXES``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal, get_args

from breve.document import Article
from breve.errors import EmptyInput, OptionError, UnreadableInput, UnsupportedFormat, WrongLanguage
from breve.reader.blocks import plain_blocks
from breve.reader.encoding import decode, printable
from breve.reader.markup import html_pieces, joined, markdown_pieces

Format = Literal["text", "markdown", "html"]
SUFFIXES: dict[str, Format] = {
    "": "text",
    ".txt": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
}
PAGE = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype html|html|head|body|article)\b", re.I)
MIN_WORDS = 5  # fewer are too weak evidence of a language
SAMPLE = 20_000  # characters that are enough to tell a language

__all__ = ["SUFFIXES", "Format", "read"]


def read(
    source: str | bytes | Path, *, name: str | None = None, format: Format | None = None,  # noqa: A002 - the field's word
    language_check: bool = True,
) -> Article:  # fmt: skip
    """Return the article of a text, of bytes or of a file; a ``str`` is the text itself.

    Raises EmptyInput, WrongLanguage, UnreadableInput or UnsupportedFormat.
    """
    if format is not None and format not in get_args(Format):
        raise OptionError(f"format is {format!r}; it must be one of {', '.join(get_args(Format))}")
    if isinstance(source, Path):
        format, name = format or _format(source), name or source.name  # noqa: A001 - the option, decided
        source = _bytes(source)
    text = printable(decode(source) if isinstance(source, bytes) else source)
    chosen = format if format in {"markdown", "html"} else "html" if PAGE.match(text) else "text"
    if chosen == "text":
        blocks = plain_blocks(text)
    else:
        text, blocks = joined(html_pieces(text) if chosen == "html" else markdown_pieces(text))
    if not re.search(r"[^\W\d_]{2,}", text):
        raise EmptyInput("the article has no words", hint="give a French text")
    if language_check:
        _check_language(text)
    return Article(text, blocks, name=name)


def _format(path: Path) -> Format:
    if path.suffix.lower() not in SUFFIXES:
        known = ", ".join(suffix for suffix in SUFFIXES if suffix)
        raise UnsupportedFormat(f"{path.name} is of the format {path.suffix}; it must be one of {known}")
    return SUFFIXES[path.suffix.lower()]


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise UnreadableInput(f"{path}: {error}", hint="give the path of a readable file, or - for stdin") from error


def _check_language(text: str) -> None:
    from py3langid import classify

    sample = " ".join(re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", text[:SAMPLE])).lower()
    if len(sample.split()) < MIN_WORDS:
        return
    language, _ = classify(sample)
    if language != "fr":
        raise WrongLanguage(
            f"the language of the text seems to be {language!r}; it must be 'fr'",
            hint="override with --no-language-check (language_check=False)",
        )
