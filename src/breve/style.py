"""House style of the English: how amounts, numbers and quotation marks are written."""

from __future__ import annotations

import re
from collections.abc import Callable

SPACE = "[ \u00a0\u202f\u2009]"
NUMBER = r"(?P<number>\d+(?:[.,]\d+)*)"


def _amount(hit: re.Match[str]) -> str:
    return f"€{hit['number']}{hit['scale'] or ''}"


RULES: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile(rf"(?<=\d){SPACE}(?=\d{{3}}(?!\d))"), ","),
    (re.compile(rf"(?<![\d.,€]){NUMBER}(?P<scale> (?:million|billion))?{SPACE}?(?:€|euros?\b)"), _amount),
    (re.compile(rf"(?<=\d){SPACE}?%|(?<=\d) per ?cent\b"), "%"),
    (re.compile(rf"«{SPACE}*"), "“"),
    (re.compile(rf"{SPACE}*»"), "”"),
    (re.compile(rf"{SPACE}+(?=[:;?!](?:\s|$))"), ""),
    (re.compile(r"[ \u00a0\u202f\u2009]{2,}"), " "),
)


def house_style(text: str) -> str:
    """Return a text in house style: €32,800, 20,000, 18.4%, no space before a colon, turned quotation marks.

    It changes how a value is written, never the value.
    """
    for pattern, replacement in RULES:
        text = pattern.sub(replacement, text)
    return text
