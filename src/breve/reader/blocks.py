"""The blocks of plain text: title, headings, paragraphs, list items.

Blank lines separate groups of lines. In a group, lines that an editor wrapped at a width are one block, and
lines that stand on their own are one block each.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from breve.document import Block, Kind

TITLE_WORDS, HEADING_WORDS = 25, 12
TITLE_CHARACTERS = 250
WRAPPED = 60  # characters; a line at least so long that ends without a stop goes on in the next
WRAPPED_SMALL = 40  # the same where the next line begins with a small letter
RAGGED = 20  # characters by which the lines of a wrapped paragraph differ
STOP = re.compile(r"[.!?…:](?:\s?[»)\]\"”])*$")
UNTITLED = re.compile(r"(?:[.;,:]|[.!?…]\s?[»”\"])$")
BYLINE = re.compile(r"(?:Par|Publié|Mis à jour|Le \d|Propos recueillis)\b")
EMOJI = "[\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff\U0001f000-\U0001faff]"
MARKER = re.compile(
    rf"(?:[-*•·‣▪–◦]\s+|\d{{1,3}}[.)]\s+|[a-z]\)\s+|(?:[0-9#*]\ufe0f?\u20e3|{EMOJI}[\ufe0e\ufe0f]?\u200d?)+\s*)(?=\S)"
)
HASHES = re.compile(r"#{1,6}[ \t]+(?=\S)")

Span = tuple[int, int]


@dataclass
class _Group:
    """Lines between blank ones, trimmed, and the number of blank lines before them."""

    blank_before: int
    lines: list[Span] = field(default_factory=list)


def plain_blocks(text: str) -> tuple[Block, ...]:
    """Return the blocks of a plain text; every visible character but a marker belongs to one."""
    groups = _groups(text)
    blocks: list[Block] = []
    for n, group in enumerate(groups):
        runs = _runs(text, group.lines)
        for place, run in enumerate(runs):
            kind, start = _marked(text, run)
            if n == 0 and place == 0 and _is_title(text, (start, run[1]), runs, len(groups)):
                kind = Kind.TITLE
            elif kind is Kind.PARAGRAPH and len(runs) == 1 and 0 < n < len(groups) - 1 and len(group.lines) == 1:
                kind = _of_lone_line(text[slice(*run)], group.blank_before, blocks)
            blocks.append(Block(kind, start, run[1]))
    return tuple(blocks)


def line_blocks(text: str) -> list[tuple[Kind, str]]:
    """Return the items and paragraphs that the lines of one paragraph hold, markers left out."""
    marked = [(_marked(text, run), run[1]) for group in _groups(text) for run in _runs(text, group.lines)]
    return [(kind if kind is Kind.ITEM else Kind.PARAGRAPH, text[start:end]) for (kind, start), end in marked]


def _groups(text: str) -> list[_Group]:
    groups: list[_Group] = []
    blanks, place = 1, 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            if blanks or not groups:
                groups.append(_Group(blanks))
            start = place + len(line) - len(line.lstrip())
            groups[-1].lines.append((start, place + len(line.rstrip())))
        blanks = 0 if line.strip() else blanks + 1
        place += len(line)
    return groups


def _runs(text: str, lines: list[Span]) -> list[Span]:
    """Join the lines of a wrapped paragraph; lines that stand on their own stay so."""
    widths = [end - start for start, end in lines[:-1]]
    wrapped = len(widths) >= 2 and min(widths) >= WRAPPED_SMALL and max(widths) - min(widths) <= RAGGED
    runs = [lines[0]]
    for last, line in pairwise(lines):
        goes_on = wrapped or _goes_on(text[slice(*last)], text[line[0] : line[0] + 8])
        if goes_on and not _begins_item(text, line):
            runs[-1] = (runs[-1][0], line[1])
        else:
            runs.append(line)
    return runs


def _goes_on(line: str, following: str) -> bool:
    if STOP.search(line[-8:]):
        return False
    small = following.lstrip("«“\"'(— ")[:1].islower()
    return len(line) >= (WRAPPED_SMALL if small else WRAPPED)


def _begins_item(text: str, line: Span) -> bool:
    return MARKER.match(text, *line) is not None or HASHES.match(text, *line) is not None


def _marked(text: str, run: Span) -> tuple[Kind, int]:
    """Return the kind that a marker at the start of a run tells, and where the run's text begins."""
    if hashes := HASHES.match(text, *run):
        return Kind.HEADING, hashes.end()
    if marker := MARKER.match(text, *run):
        return Kind.ITEM, marker.end()
    return Kind.PARAGRAPH, run[0]


def _is_title(text: str, run: Span, runs: list[Span], groups: int) -> bool:
    """Return whether the first run is a title: short, no full stop, and the article follows it."""
    line = text[slice(*run)]
    short = len(line) <= TITLE_CHARACTERS and len(line.split()) <= TITLE_WORDS and not UNTITLED.search(line)
    if not short or not any(map(str.isalpha, line)) or text[run[0] - 2 : run[0]].strip("\n") in {"- ", "* "}:
        return False
    if len(runs) > 1:  # no blank line follows: only before a longer one that is a sentence
        following = text[slice(*runs[1])]
        return len(following) > 2 * len(line) and STOP.search(following) is not None and not STOP.search(line)
    return groups > 1


def _of_lone_line(line: str, blank_before: int, blocks: list[Block]) -> Kind:
    """Return the kind of a line between blank ones; a question is a heading only after two blank lines."""
    short = len(line.split()) <= HEADING_WORDS and len(line) <= TITLE_CHARACTERS and not UNTITLED.search(line)
    if not short or not any(map(str.isalpha, line)) or line[0] in "—–":
        return Kind.PARAGRAPH
    if blank_before < 2 and (line[-1] in "?!…»" or (blocks[-1].kind is Kind.TITLE and BYLINE.match(line))):
        return Kind.PARAGRAPH
    return Kind.HEADING
