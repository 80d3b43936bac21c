"""An article into segments: sentences with exact offsets, very long ones split at clause boundaries."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from breve.document import Article, Segment
from breve.sentences import boundaries

MAX_WORD = 2000  # characters; a longer run without a space is split anyhow
LONG_WORD = 40  # characters; every so many count as one more word, so that a list of addresses is split too
CLUSTER = 1000  # characters to look back for the start of a grapheme cluster

Span = tuple[int, int]


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


def _sentences(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the trimmed spans of the sentences of a block."""
    block = text[start:end]
    before = 0
    for place in boundaries(block):
        part = block[before:place]
        if part.strip():
            yield start + place - len(part.lstrip()), start + before + len(part.rstrip())
        before = place


def _comfortable(text: str, start: int, end: int, max_words: int) -> Iterator[Span]:
    """Yield a sentence, or the parts of one that is over ``max_words`` words or has an enormous word."""
    if end - start < min(2 * max_words, MAX_WORD):  # too short to hold so many words
        yield start, end
        return
    words = list(_words(text, start, end))
    first = 0
    while (rest := _fitting(words, first, max_words)) < len(words):
        cut = _cut(text, words, first, rest)
        yield words[first][0], words[cut - 1][1]
        first = cut
    yield words[first][0], end


def _words(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the words of a span; an enormous one in parts that never divide a grapheme cluster."""
    for hit in re.finditer(r"\S+", text[start:end]):
        a, b = start + hit.start(), start + hit.end()
        while b - a > MAX_WORD:
            cut = _between_clusters(text, a, a + MAX_WORD)
            yield a, cut
            a = cut
        yield a, b


def _fitting(words: list[Span], first: int, max_words: int) -> int:
    """Return the first word that no longer fits after ``first``; at least one fits."""
    room, n = max_words, first
    while n < len(words):
        room -= 1 + (words[n][1] - words[n][0]) // LONG_WORD
        parted = n > first and words[n - 1][1] == words[n][0]  # an enormous word was split here
        if parted or (room < 0 and n > first):
            break
        n += 1
    return n


def _cut(text: str, words: list[Span], first: int, stop: int) -> int:
    """Return the word before which to split: the best clause boundary of the second half, the last of its kind."""
    best, place = -1, stop
    if words[stop - 1][1] == words[stop][0]:
        return stop
    for n in range(stop, first + (stop - first) // 2, -1):
        if (quality := _quality(text, words[n - 1], words[n])) > best:
            best, place = quality, n
    return place


def _quality(text: str, left: Span, right: Span) -> int:
    """Return how good a split between two neighbouring words is, from 0 (inside a number) to 4."""
    end, begin, following = text[left[1] - 1], text[right[0]], text[right[0] : right[1]].lower()
    if begin in "»”)]};:!?,.%€$" or end in "«“([{" or (end.isdigit() and begin.isdigit()) or left[1] == right[0]:
        return 0
    if end in ".!?…;:":
        return 4
    if end in ",»”)":
        return 3
    return 2 if following in {"et", "mais", "que", "qui", "car", "ou", "dont", "où", "puis"} else 1


def _between_clusters(text: str, start: int, place: int) -> int:
    """Return the last place up to ``place`` where a grapheme cluster begins; ``place`` itself if none is near."""
    for cut in range(place, max(start, place - CLUSTER), -1):
        if not _joins(text, start, cut):
            return cut
    return place


def _joins(text: str, start: int, place: int) -> bool:
    """Return whether the characters on both sides of a place belong to one grapheme cluster."""
    left, right = text[place - 1], text[place]
    if unicodedata.category(right)[0] == "M" or right == "\u200d" or left == "\u200d":
        return True
    if "\U0001f3fb" <= right <= "\U0001f3ff" or "\U000e0020" <= right <= "\U000e007f":  # skin tones, flag tags
        return True
    if "\u1160" <= right <= "\u11ff":  # the vowels and finals of a Hangul syllable
        return True
    if not (_regional(left) and _regional(right)):
        return False
    run = place - 1
    while run > start and _regional(text[run - 1]):
        run -= 1
    return (place - run) % 2 == 1


def _regional(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
