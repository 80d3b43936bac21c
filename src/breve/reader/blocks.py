"""The blocks of plain text: title, headings, paragraphs, list items."""

from __future__ import annotations

import re

from breve.document import Block, Kind

TITLE_WORDS, HEADING_WORDS = 25, 12
WRAPPED = 60  # characters; a line at least so long that ends without a stop goes on in the next
STOP = re.compile(r"[.!?…:;»\")\]]\s*$")
EMOJI = "[\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]"
MARKER = re.compile(rf"\s*(?:[-*•·‣▪]\s+|–\s+|\d{{1,3}}[.)]\s+(?=\S)|(?:{EMOJI}[\ufe0f\u200d]*)+\s*)")


def plain_blocks(text: str) -> tuple[Block, ...]:
    """Return the blocks of a plain text; every line with a visible character belongs to one."""
    groups = _groups(text)
    blocks: list[Block] = []
    for n, (lines, blank_before) in enumerate(groups):
        alone = len(lines) == 1
        for run in _runs(text, lines):
            start, end = run
            marker = MARKER.match(text, start, end)
            kind = Kind.PARAGRAPH
            if marker and text[marker.end() : end].strip():
                kind, start = Kind.ITEM, marker.end()
            elif alone and not blocks and n + 1 < len(groups) and _short(text[start:end], TITLE_WORDS):
                kind = Kind.TITLE
            elif alone and blocks and n + 1 < len(groups) and _heading(text[start:end], blank_before):
                kind = Kind.HEADING
            blocks.append(Block(kind, start, end))
    return tuple(blocks)


def _groups(text: str) -> list[tuple[list[tuple[int, int]], int]]:
    """Return the runs of lines between blank ones, each with the number of blank lines before it."""
    groups: list[tuple[list[tuple[int, int]], int]] = []
    blanks = 1
    for hit in re.finditer(r"[^\r\n]+|\r\n|\r|\n", text):
        if not hit.group().strip():
            blanks += hit.group()[0] in "\r\n"
            continue
        line = text[hit.start() : hit.end()]
        span = (hit.start() + len(line) - len(line.lstrip()), hit.start() + len(line.rstrip()))
        if blanks > 1 or not groups:
            groups.append(([span], blanks - 1))
        else:
            groups[-1][0].append(span)
        blanks = 0
    return groups


def _runs(text: str, lines: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join the lines of a hard-wrapped paragraph; lines that stand on their own stay so."""
    runs = [lines[0]]
    for start, end in lines[1:]:
        a, b = runs[-1]
        last_line = text[max(a, text.rfind("\n", a, b) + 1) : b]
        wrapped = len(last_line) >= WRAPPED and not STOP.search(last_line)
        if wrapped and not MARKER.match(text, start, end):
            runs[-1] = (a, end)
        else:
            runs.append((start, end))
    return runs


def _short(line: str, words: int) -> bool:
    return len(line.split()) <= words and not re.search(r"[.;,:]\s*$", line)


def _heading(line: str, blank_before: int) -> bool:
    """Return whether a lone line is a heading; a question is one only after two blank lines."""
    return _short(line, HEADING_WORDS) and (blank_before > 1 or not re.search(r"[?!…»]\s*$", line))
