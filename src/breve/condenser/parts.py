"""An article in parts that a model can read at once, cut between its sections where they allow."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from breve.engines.base import Engine

Line = tuple[tuple[int, ...], str]  # ids of segments, and what they say
OVERHEAD = 4  # tokens of a line's number and line feed


def parts_of(lines: Sequence[Line], headings: Collection[int], engine: Engine, window: int) -> Iterator[list[Line]]:
    """Yield all lines in parts of at most ``window`` tokens; a part ends at a heading once it is half full.

    A line that is longer than the window is a part of its own.
    """
    part: list[Line] = []
    used = 0
    for line, size in zip(lines, engine.count_tokens([text for _, text in lines]), strict=True):
        size += OVERHEAD
        section = used > window / 2 and any(i in headings for i in line[0])
        if part and (section or used + size > window):
            yield part
            part, used = [], 0
        part.append(line)
        used += size
    if part:
        yield part
