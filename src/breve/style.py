"""House style of the English: how amounts, numbers, dates and quotation marks are written.

A rule changes how a value is written, never the value. URLs, e-mail addresses and product codes are left alone,
and nothing but the marks themselves changes inside quotation marks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

SPACE = "[ \u00a0\u202f\u2009]"
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
WEEKDAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
DAY, YEAR = r"(?P<day>[0-3]?\d)", r"(?P<year>[12]\d{3})"
# Without a year, "May 5" is a date only after such a word: "May 5 people come?" is none.
BEFORE = r"(?:(?<=\b[Oo]n )|(?<=day,)|(?<=day, )|(?<=day )|(?<=[Ss]ince )|(?<=[Uu]ntil )|(?<=[Ff]rom )|(?<=[Bb]y ))"
SEVERAL_BEFORE = re.compile(r"\d(?:st|nd|rd|th)? ?(?:to|and|or|,|-|–) ?(?:the )?$")
SEVERAL_AFTER = re.compile(r" ?(?:to|and|or|-|–) ?(?:the )?\d")
SCALE = r"(?: (?:thousand|million|billion|trillion))?"
NUMBER = r"(?<![\w.,€$£-])(?<!\d to )(?<!\d and )(?<!\d or )(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
CURRENCIES = {"€": r"euros?|EUR|€", "£": r"pounds sterling|GBP|£", "$": r"US dollars|USD|dollars|\$"}
LEFT_ALONE = re.compile(r"https?://\S+|www\.\S+|\S+@\S+\.\w+|\b\w+(?:\.\w+){2,}\b|\b[A-Z]+\d+(?:-\d+)+\b")
QUOTED = re.compile(r"“[^“”]*”")

Replacement = str | Callable[[re.Match[str]], str]


@dataclass(frozen=True, slots=True)
class Rule:
    """A named pattern and what takes its place."""

    name: str
    pattern: re.Pattern[str]
    replacement: Replacement

    def apply(self, text: str) -> str:
        """Return the text with every place of the pattern rewritten."""
        return self.pattern.sub(self.replacement, text)


def _grouped(hit: re.Match[str]) -> str:
    """Return a number of two or three groups with commas; longer runs are lists or telephone numbers."""
    groups = re.split(SPACE, hit.group())
    first_is_year = len(groups) == 2 and len(groups[0]) == 4
    if first_is_year or len(groups) > 4 or groups[0].startswith("0") or _may_be_a_list(groups):
        return hit.group()
    return ",".join(groups)


def _may_be_a_list(groups: list[str]) -> bool:
    """Return whether groups such as 100 200 300 may be numbers of their own: all of three digits, all rounded."""
    return len(groups) > 2 and all(len(group) == 3 and group.endswith("00") for group in groups)


def _day_first(hit: re.Match[str]) -> str:
    """Return a date with its day first; one of several days of the same month stays as it is."""
    before, after = hit.string[max(0, hit.start() - 12) : hit.start()], hit.string[hit.end() :]
    if SEVERAL_BEFORE.search(before) or SEVERAL_AFTER.match(after):
        return hit.group()
    return f"{int(hit['day'])} {hit['month']}" + (f" {hit['year']}" if hit["year"] else "")


def _sum(sign: str) -> Callable[[re.Match[str]], str]:
    return lambda hit: f"{sign}{hit['number']}{hit['scale'] or ''}"


def _time(hit: re.Match[str]) -> str:
    return f"{int(hit['hour'])}:{hit['minute'] or '00'}"


def _rules(*rows: tuple[str, str, Replacement]) -> tuple[Rule, ...]:
    return tuple(Rule(name, re.compile(pattern), replacement) for name, pattern, replacement in rows)


def _sums() -> Iterator[tuple[str, str, Replacement]]:
    """Yield the rules of money: the sign first, no space."""
    for sign, words in CURRENCIES.items():
        yield "money", rf"{re.escape(sign)}{SPACE}(?=\d)", sign
        yield (
            "money",
            rf"{NUMBER}(?P<scale>{SCALE}){SPACE}?(?:{words})(?!\w)(?! (?:coins?|cents?|notes?|bills?|zone)\b)",
            _sum(sign),
        )


def _abbreviated_sums() -> Iterator[tuple[str, str, Replacement]]:
    """Yield the rules of French abbreviations that a translation kept: 85 M€, 1.2 Md€."""
    for sign in "€$":
        for short, scale in (("Mds?", "billion"), ("M", "million"), ("k", "thousand")):
            yield "money", rf"{NUMBER}{SPACE}?{short}{SPACE}?{re.escape(sign)}", rf"{sign}\g<number> {scale}"


MARKS = _rules(
    ("quotes", rf"«{SPACE}*([^«»]*?){SPACE}*»", r"“\1”"),
    ("quotes", r"(?<!\w)''([^'\"]+)''(?!\w)", r"“\1”"),
    ("quotes", r'(?<![\w"])"([^"“”]+)"(?!["\w])', r"“\1”"),
    # What is left has no partner here: a quotation goes on before or after this text.
    ("quotes", r'(?<![^\s(\[])"(?=\w)', "“"),
    ("quotes", r'(?<=[^\W\d])([.,!?]?)"(?!\w)', r"\1”"),
    ("apostrophes", r"(?<=\w)'(?=\w)", "’"),
    ("apostrophes", r"(?<=s)'(?= )", "’"),
)
RULES = _rules(
    ("decimals", rf"(?<![\w.,])(\d{{1,3}}(?:{SPACE}\d{{3}})+),(\d{{1,2}})(?!\d)", r"\1.\2"),
    ("groups", rf"(?<![\w.,:/+-])(?<!\d{SPACE})\d{{1,4}}(?:{SPACE}\d{{3}})+(?![\w/-]|,\d{{3}}|{SPACE}\d)", _grouped),
    ("decimals", rf"(?<![\d.,])(\d{{1,3}}),(\d{{1,2}})(?={SPACE}?(?:%|per ?cent|€|euros?\b|[mb]illion))", r"\1.\2"),
    ("percent", rf"(?<=\d)(?:{SPACE}?%|{SPACE}per ?cent\b(?!age))", "%"),
    *_abbreviated_sums(),
    *_sums(),
    ("times", r"\b(?P<hour>[01]?\d|2[0-4]) ?h ?(?P<minute>[0-5]\d)\b", _time),
    ("times", r"(?<=\bat )(?P<hour>[01]?\d|2[0-4]) ?h(?P<minute>)(?![\w/])", _time),
    ("times", r"\b(?P<hour>1[3-9]|2[0-3])(?::(?P<minute>[0-5]\d))? ?(?:[ap]\.m\.|[ap]m\b|o['’]clock\b)", _time),
    ("dates", rf"\b(?P<month>{MONTHS}) {DAY}(?:st|nd|rd|th)?,? {YEAR}\b", _day_first),
    ("dates", rf"{BEFORE}(?P<month>{MONTHS}) {DAY}(?:st|nd|rd|th)?(?P<year>)(?![\w:%-]|,\d|,? \d|\.\d)", _day_first),
    ("dates", rf"\b(?:[Tt]he )?{DAY}(?:st|nd|rd|th)(?: of)? (?P<month>{MONTHS})(?:,? {YEAR})?\b", _day_first),
    ("dates", rf"\b({WEEKDAYS}), (?=[0-3]?\d (?:{MONTHS})\b)", r"\1 "),
    ("decades", r"\b((?:1[89]|20)\d0)['’]s\b", r"\1s"),
    ("units", r"(?<=\bkm) / (?=h\b)", "/"),
    ("units", r"(?<=\d)(?=(?:km|kg|cm|mm|kWh|MW|GW|km/h)(?:\b|²))", " "),
    ("units", rf"(?<=\d){SPACE}?°{SPACE}?C\b", " °C"),
    ("dashes", r"(?<=[^\W\d]) (?:--?|—) (?=[^\W\d“])", " – "),
    ("articles", r"((?<![\w.’'-])a|^A) (?=[aeio][a-z]{2})(?!eu|ew|on(?:e|ce)\b|one-|oui|and\b|are\b)", r"\1n "),
    ("articles", r"(?<![\w.’'-])a (?=8|1[18](?!\d))", "an "),
    ("ellipses", r"(?<!\.)\.{3}(?!\.)", "…"),
    ("spaces", rf"{SPACE}+(?=[:;?!](?:\s|$|”))|{SPACE}+(?=[,.](?:\s|$))(?!{SPACE}\.\.)", ""),
    ("spaces", rf"{SPACE}{{2,}}|[\u00a0\u202f\u2009]", " "),
)  # fmt: skip
ALL_CAPITALS_MIN_WORDS = 4


def house_style(text: str) -> str:
    """Return a text in house style: €32,800, 18.4%, 12 March 2025, 14:30, “ ”, an official, no space before a colon."""
    text = _outside(LEFT_ALONE, text, _marks)
    text = _outside(LEFT_ALONE, text, lambda part: _outside(QUOTED, part, _reworded))
    return _first_capital(_lowered(text))


def _marks(text: str) -> str:
    for rule in MARKS:
        text = rule.apply(text)
    return text


def _reworded(text: str) -> str:
    for rule in RULES:
        text = rule.apply(text)
    return text


def _outside(kept: re.Pattern[str], text: str, change: Callable[[str], str]) -> str:
    """Return the text with ``change`` applied everywhere but in the places of a pattern."""
    parts, end = [], 0
    for hit in kept.finditer(text):
        parts += [change(text[end : hit.start()]), hit.group()]
        end = hit.end()
    return "".join([*parts, change(text[end:])])


def _lowered(text: str) -> str:
    """Return a text all in capitals in sentence case; short words may be acronyms, so a few of them stay."""
    words = [word for word in text.split() if any(c.isalpha() for c in word)]
    if len(words) < ALL_CAPITALS_MIN_WORDS or any(c.islower() for c in text):
        return text
    return text[:1] + text[1:].lower()


def _first_capital(text: str) -> str:
    """Return a sentence with a capital at its start, but for names such as iPhone and addresses."""
    if re.match(r"[a-z]+[A-Z]|\w+[.@/]\w|[a-z]+://", text) or not text[:1].islower():
        return text
    return text[:1].upper() + text[1:]
