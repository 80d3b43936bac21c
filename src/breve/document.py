"""The data that flows through the house: an article, its segments, their translations, the summary.

Everything here is frozen and imports nothing of ours. Offsets count characters of ``Article.text``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from breve.options import Options

Verdict = Literal["supported", "flagged"]


class Kind(StrEnum):
    """What a block is in its article."""

    TITLE = "title"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing that a reader should know: ``kind`` is a fixed word, ``detail`` says what was seen."""

    kind: str
    detail: str


@dataclass(frozen=True, slots=True)
class Block:
    """A title, heading, paragraph or list item: ``text[start:end]`` of its article, markers left out."""

    kind: Kind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Article:
    """A text as read, and its blocks in order; blocks don't overlap and hold every word of the text."""

    text: str
    blocks: tuple[Block, ...]
    language: str = "fr"
    name: str | None = None

    @property
    def title(self) -> str | None:
        """The text of the title block, or None."""
        return next((self.text[b.start : b.end] for b in self.blocks if b.kind is Kind.TITLE), None)


@dataclass(frozen=True, slots=True)
class Segment:
    """A sentence, or a part of a very long one: ``article.text[start:end] == source``.

    ``id`` is the position among the article's segments, ``block`` the position of its block.
    """

    id: int
    kind: Kind
    block: int
    start: int
    end: int
    source: str


@dataclass(frozen=True, slots=True)
class Translation:
    """The English of one segment; ``segment`` is its id. A text that failed its checks carries flags."""

    segment: int
    text: str
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True)
class Bullet:
    """One line of the brief and the ids of the segments that it rests on, in order of the article."""

    text: str
    segments: tuple[int, ...]
    flags: tuple[Flag, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """``flagged`` when a check failed, else ``supported``."""
        return "flagged" if self.flags else "supported"


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of wall-clock time spent in each stage."""

    read: float = 0.0
    translate: float = 0.0
    condense: float = 0.0
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the article was used: counts of segments, and the article's words."""

    segments: int
    translated: int
    cited: int
    words: int


@dataclass(frozen=True, slots=True)
class Summary:
    """The brief of one article: bullets, the whole translation, and all that is needed to trace them.

    ``translations`` has one entry a segment, in the same order. ``signature`` names every setting that
    affects the text: the same signature and input give the same output.
    """

    article: Article
    segments: tuple[Segment, ...]
    translations: tuple[Translation, ...]
    bullets: tuple[Bullet, ...]
    options: Options
    signature: Mapping[str, Any] = field(default_factory=dict)
    timing: Timing = field(default_factory=Timing)

    @property
    def title(self) -> str | None:
        """The English of the title, or None when the article has none."""
        parts = [t.text for s, t in zip(self.segments, self.translations, strict=True) if s.kind is Kind.TITLE]
        return " ".join(parts) or None

    @property
    def coverage(self) -> Coverage:
        """How many segments there are, were translated, and are cited by a bullet."""
        return Coverage(
            segments=len(self.segments),
            translated=sum(bool(t.text.strip()) for t in self.translations),
            cited=len({i for bullet in self.bullets for i in bullet.segments}),
            words=len(self.article.text.split()),
        )
