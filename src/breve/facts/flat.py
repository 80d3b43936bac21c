"""A text with one kind of space, dash, quote and digit, and the way back to its offsets."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from breve.facts.types import Span

TOKEN = re.compile(
    r"[0-9]{1,3}(?:[ '][0-9]{3})+(?![0-9])(?:[.,][0-9]+)?"  # 32 800, 1 234,5
    r"|[0-9]+(?:[.,][0-9]+)*"
    r"|[^\W\d_]\w*"
    r"|\S"
)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_OTHER_DIGIT = re.compile(r"(?![0-9])\d")
_CLUSTER = re.compile(r"[^\u0300-\u036f][\u0300-\u036f]{0,8}|[\u0300-\u036f]", re.DOTALL)


@lru_cache(maxsize=1)
def _table() -> dict[int, str]:
    table = {code: " " for code in range(0x3001) if chr(code).isspace()}
    table |= dict.fromkeys((*range(8208, 8214), 8722, 65123, 65293), "-")
    table |= dict.fromkeys((8216, 8217, 700, 96, 180, 8242), "'")
    table |= dict.fromkeys((8220, 8221, 8222, 171, 187), '"')
    table |= {0xFF05: "%", 0xFF04: "$", 0xFFE1: "£", 0xFFE5: "¥"}
    return table


@dataclass(frozen=True, slots=True)
class Token:
    """A numeral, a word (``text`` is lower case, ``shape`` as written) or a symbol of the flat text."""

    text: str
    shape: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Flat:
    """``text`` is flat; ``original`` gives the text as written for a span of the flat one."""

    text: str
    source: str
    offsets: Sequence[int] | None
    tokens: tuple[Token, ...]

    def span(self, start: int, end: int) -> Span:
        """Return the span in the source of ``text[start:end]``."""
        if self.offsets is None:
            return start, end
        return self.offsets[start], self.offsets[end]

    def written(self, start: int, end: int) -> str:
        """Return the source of ``text[start:end]``."""
        first, last = self.span(start, end)
        return self.source[first:last].strip()

    def token_at(self, position: int) -> int:
        """Return the index of the first token that starts at ``position`` or later."""
        return bisect_left(self.tokens, position, key=lambda token: token.start)


@lru_cache(maxsize=64)  # a sentence is asked for its names, denials and numbers, one after the other
def flatten(source: str) -> Flat:
    """Return the flat form of a text; time and size are linear in its length."""
    text, offsets = source, None
    if not source.isascii() and (_INVISIBLE.search(source) or re.search("[\u0300-\u036f]", source)):
        text, offsets = _compose(source)
    text = text.translate(_table())
    if not source.isascii():
        text = _OTHER_DIGIT.sub(lambda match: str(unicodedata.decimal(match.group())), text)
    tokens = tuple(Token(m.group().lower(), m.group(), m.start(), m.end()) for m in TOKEN.finditer(text))
    return Flat(text, source, offsets, tokens)


def _compose(source: str) -> tuple[str, list[int]]:
    parts: list[str] = []
    offsets: list[int] = []
    for match in _CLUSTER.finditer(source):
        if _INVISIBLE.match(match.group()):
            continue
        composed = unicodedata.normalize("NFC", match.group())
        parts.append(composed)
        offsets += [match.start()] * len(composed)
    return "".join(parts), [*offsets, len(source)]
