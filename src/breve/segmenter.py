"""An article into segments: sentences with exact offsets, very long ones split at clause boundaries."""

from __future__ import annotations

import re
from collections.abc import Iterator

from breve.document import Article, Segment

# Words that end in a full stop inside a sentence. "etc." and units are left out: they often end one.
ABBREVIATION = re.compile(
    r"(?:^|[\s(«\"'’-])(?:MM?|Mme|Mmes|Mlle|Mlles|Me|Mgr|Dr|Drs|Pr|Prs|St|Ste|Sts|art|al|p|pp|vol|chap|éd|fig|n|no|nos"
    r"|tél|av|apr|env|cf|ex|bd|boul|J|[A-Z]|[A-Z]\.-[A-Z]|[A-Z]-[A-Z]|(?:[A-Z]\.)+[A-Z])\.$"
)
# "Model Y. Il": a capital that ends a product's name, where a splitter sees an initial.
AFTER_CODE = re.compile(r"\b\w{2,}[ -][A-Z]\.\s+(?=(?:Il|Elle|Ils|Elles|Le|La|Les|Un|Une|Ce|Cette|Mais|Pour|En)\s)")
CLAUSE = tuple(re.compile(mark) for mark in (r"[;:]\s", r",\s", r"\s(?=(?:et|mais|que|qui|car|ou)\s)", r"\s"))
MAX_WORD = 2000  # characters; a longer run without a space is split anyhow


def segment(article: Article, *, max_words: int = 120) -> tuple[Segment, ...]:
    """Return the sentences of every block, in order: ``article.text[s.start:s.end] == s.source``.

    Segments have no space at their ends, don't overlap, and hold all but the white space of the blocks.
    """
    segments: list[Segment] = []
    for number, block in enumerate(article.blocks):
        for start, end in _sentences(article.text, block.start, block.end):
            for a, b in _comfortable(article.text, start, end, max_words):
                segments.append(Segment(len(segments), block.kind, number, a, b, article.text[a:b]))
    return tuple(segments)


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the trimmed spans of the sentences of a block."""
    pending = start
    for boundary in [*_boundaries(text[start:end]), end - start]:
        stop = start + boundary
        if boundary < end - start and _continues(text, pending, stop, end):
            continue
        if (span := _trimmed(text, pending, stop)) is not None:
            yield span
        pending = stop


def _boundaries(block: str) -> list[int]:
    from sentencex import get_sentence_boundaries

    found = {b["end_index"] for b in get_sentence_boundaries("fr", block)}
    return sorted((found | {hit.end() for hit in AFTER_CODE.finditer(block)}) - {len(block)})


def _continues(text: str, start: int, stop: int, end: int) -> bool:
    """Return whether a boundary that the splitter found stands inside a French sentence."""
    before, after = text[start:stop].rstrip(), text[stop:end].lstrip()
    if not before or not after:
        return False
    if ABBREVIATION.search(before[-12:]) and not re.search(r"\d{4}\.$", before):
        return not (re.search(r"(?:^|\s)[A-Z]\.$", before[-4:]) and re.search(r"\w{3,}\s[A-Z]\.$", before[-24:])
                    and re.match(r"(?:Il|Elle|Le|La|Les|Un|Une|Ce|Cette)\b", after))  # fmt: skip
    if after[0] in "»”)]" or (after[0].islower() and before[-1] in "….!?»\"”"):
        return True
    return after[0].isdigit() and bool(re.search(r"\d\.$", before)) and not text[stop - 1].isspace()


def _trimmed(text: str, start: int, stop: int) -> tuple[int, int] | None:
    while start < stop and text[start].isspace():
        start += 1
    while stop > start and text[stop - 1].isspace():
        stop -= 1
    return (start, stop) if start < stop else None


def _comfortable(text: str, start: int, end: int, max_words: int) -> Iterator[tuple[int, int]]:
    """Yield a sentence, or the parts of one of more than ``max_words`` words or with an enormous word."""
    while end - start > max_words:
        words = list(re.finditer(r"\S+", text[start:end]))
        if len(words) <= max_words and all(len(w.group()) <= MAX_WORD for w in words):
            break
        limit = words[max_words].start() if len(words) > max_words else end - start
        limit = min(limit, max_words * 20 if max_words * 20 > MAX_WORD else MAX_WORD)
        cut = start + _cut(text[start : start + limit])
        if (span := _trimmed(text, start, cut)) is not None:
            yield span
        start = cut
        if (rest := _trimmed(text, start, end)) is None:
            return
        start = rest[0]
    yield start, end


def _cut(part: str) -> int:
    """Return where to split: after the last clause mark of the second half, else the last space, else the end."""
    for mark in CLAUSE:
        places = [hit.end() for hit in mark.finditer(part, len(part) // 2)]
        if places and places[-1] < len(part):
            return places[-1]
    return len(part)
