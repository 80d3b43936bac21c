"""Dates and times of day, by the month and weekday names of the Unicode CLDR (Babel)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from babel import Locale

from breve.facts.flat import Flat
from breve.facts.types import Date, Language, Part, Span, Time

_PARTS: dict[str, Part] = {
    "mi": "mid", "mid": "mid", "middle": "mid", "milieu": "mid", "début": "early", "early": "early",
    "beginning": "early", "start": "early", "fin": "late", "late": "late", "end": "late",
}  # fmt: skip
_YEAR = r"(?:1[0-9]{3}|20[0-9]{2}|21[0-9]{2})(?![0-9])"
_DAY = r"(?:0?[1-9]|[12][0-9]|3[01])"


@dataclass(frozen=True, slots=True)
class _Grammar:
    months: dict[str, int]
    weekdays: dict[str, int]
    pattern: re.Pattern[str]
    times: re.Pattern[str]


@lru_cache(maxsize=2)
def _grammar(language: Language) -> _Grammar:
    locale = Locale(language)
    months = {str(name).lower(): number for number, name in locale.months["format"]["wide"].items()}
    days = {str(name).lower(): number for number, name in locale.days["format"]["wide"].items()}
    short = {str(n).lower().rstrip("."): i for i, n in locale.months["format"]["abbreviated"].items()}
    short |= {"sept": 9} | ({"fév": 2, "jan": 1, "fevrier": 2, "aout": 8, "decembre": 12} if language == "fr" else {})
    every = months | short
    long_names = "|".join(sorted(months, key=len, reverse=True))
    names = "|".join(sorted(every, key=len, reverse=True))
    pattern = (_french if language == "fr" else _english)("|".join(days), names, long_names)
    return _Grammar(every, days, re.compile(pattern, re.IGNORECASE), re.compile(_TIMES[language], re.IGNORECASE))


_NUMERIC = (
    rf"\b(?P<iso>{_YEAR}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01]))(?![0-9])"
    rf"|\b(?P<slash>{_DAY}[/.](?:0?[1-9]|1[0-2])[/.](?:{_YEAR}|[0-9]{{2}}(?![0-9])))"
)


def _french(days: str, names: str, long_names: str) -> str:
    return (
        rf"{_NUMERIC}"
        rf"|\b(?:(?P<weekday>{days})s?\b,? ?(?:le )?)?(?P<day>{_DAY})(?:er)?"
        rf"(?P<more>(?:(?: ?[-,/] ?| et | au | à | ou ){_DAY}){{0,3}})"
        rf" (?P<month>{names})\b\.?(?: (?P<year>{_YEAR}))?"
        rf"|\b(?:(?P<part>mi|début|fin|milieu)[ -](?:de |d')?)?(?P<month2>{long_names})\b"
        rf"(?: (?:de )?(?P<year2>{_YEAR}))?"
        rf"|\b(?P<part3>mi|début|fin|milieu)[ -](?:de )?(?:l'année )?(?P<year3>{_YEAR})"
        rf"|\b(?P<weekday2>{days})s?\b"
    )


def _english(days: str, names: str, long_names: str) -> str:
    part = r"(?:(?P<part{0}>mid|early|late|middle|beginning|start|end)[ -](?:of |in )?(?:the year )?)"
    more = rf"(?P<more{{0}}>(?:(?: ?[-,/] ?| and | to | or |, ){_DAY}(?:st|nd|rd|th)?(?! ?[0-9:%])){{{{0,3}}}})"
    return (
        rf"{_NUMERIC}"
        rf"|\b(?:(?P<weekday>{days})s?\b,? ?(?:the )?)?(?P<day>{_DAY})(?:st|nd|rd|th)?{more.format('')}"
        rf"(?: of)?[ -](?P<month>{names})\b\.?,?(?:[ -](?P<year>{_YEAR}))?"
        rf"|\b(?:(?P<weekday4>{days})\b,? ?)?(?P<month4>{names})\b\.? (?:the )?"
        rf"(?P<day4>{_DAY})(?:st|nd|rd|th)?(?![0-9:%])(?!,[0-9]){more.format(4)}(?:,? (?P<year4>{_YEAR}))?"
        rf"|\b{part.format(2)}?(?P<month2>{long_names})\b,?(?: (?:of )?(?P<year2>{_YEAR}))?"
        rf"|\b{part.format(3)}(?P<year3>{_YEAR})"
        rf"|\b(?P<weekday2>{days})s?\b"
    )


_TIMES: dict[Language, str] = {
    "fr": r"\b(?P<h>[01]?[0-9]|2[0-4]) ?h(?: ?(?P<m>[0-5][0-9]))?\b(?! ?/)"
    r"|\b(?P<h2>[01]?[0-9]|2[0-3]):(?P<m2>[0-5][0-9])\b"
    r"|\b(?P<h3>[01]?[0-9]|2[0-4]) heures? (?P<m3>[0-5]?[0-9])\b",
    "en": r"\b(?P<h>[01]?[0-9]|2[0-4])(?:[:.](?P<m>[0-5][0-9]))? ?(?P<half>[ap])\.? ?m\b\.?"
    r"|\b(?P<h2>[01]?[0-9]|2[0-3])[:h](?P<m2>[0-5][0-9])\b|\b(?P<h3>1?[0-9])(?P<m3>) o'clock\b",
}


def find_dates(flat: Flat, language: Language) -> list[tuple[Span, Date]]:
    """Return the dates with their spans in the flat text, in order."""
    grammar = _grammar(language)
    found: list[tuple[Span, Date]] = []
    for match in grammar.pattern.finditer(flat.text):
        found += ((match.span(), date) for date in _dates(flat, match, grammar, language))
    return found


def _dates(flat: Flat, match: re.Match[str], grammar: _Grammar, language: Language) -> list[Date]:
    group = {name: value for name, value in match.groupdict().items() if value}
    span, text = flat.span(*match.span()), flat.written(*match.span())
    if numeric := group.get("iso") or group.get("slash"):
        return [_numeric(numeric, span, text)]

    def pick(name: str) -> str | None:
        return next((group[name + suffix].lower() for suffix in ("", "2", "3", "4") if name + suffix in group), None)

    month_name, weekday, year, part = pick("month"), pick("weekday"), pick("year"), pick("part")
    date = Date(
        span, text, int(year) if year else None, grammar.months.get(month_name or ""),
        int(day) if (day := pick("day")) else None, grammar.weekdays.get(weekday or ""),
        _PARTS.get(part or ""), _weak(flat, match, group, language),
    )  # fmt: skip
    days = re.findall("[0-9]+", pick("more") or "")
    return [date, *(Date(span, text, date.year, date.month, int(day)) for day in days)]


def _weak(flat: Flat, match: re.Match[str], group: dict[str, str], language: Language) -> bool:
    """Return whether a bare month name may be another word: "may", "march", the planet or the stock of Mars."""
    name = group.get("month2")
    if name is None or "year2" in group or "part2" in group or "part" in group:
        return False
    if language == "fr":
        return name == "Mars"
    if not name[0].isupper():
        return True
    before = re.search(r"(\w+) ?\Z", flat.text[max(0, match.start() - 12) : match.start()])
    led = before is not None and before.group(1).lower() in _LEADS
    return name in {"May", "March"} and not led


_LEADS = frozenset(
    [
        "in",
        "of",
        "since",
        "by",
        "until",
        "till",
        "last",
        "next",
        "this",
        "early",
        "late",
        "mid",
        "during",
        "for",
        "from",
        "to",
        "between",
        "and",
        "before",
        "after",
    ]
)


def _numeric(text: str, span: Span, written: str) -> Date:
    parts = re.split("[-/.]", text)
    if len(parts[0]) == 4:
        year, month, day = (int(part) for part in parts)
    else:
        day, month, year = (int(part) for part in parts)
        year += 2000 if year < 50 else 1900 if year < 100 else 0
    return Date(span, written, year, month, day)


def find_times(flat: Flat, language: Language) -> list[tuple[Span, Time]]:
    """Return the times of day with their spans in the flat text, in order."""
    found = []
    for match in _grammar(language).times.finditer(flat.text):
        group = match.groupdict()
        hour = int(group.get("h") or group.get("h2") or group.get("h3") or 0)
        minute = int(group.get("m") or group.get("m2") or group.get("m3") or 0)
        half = (group.get("half") or "").lower()
        hours = {hour % 12 + 12} if half == "p" else {hour % 12} if half == "a" else {hour, (hour + 12) % 24}
        if language == "fr" and (hour > 12 or hour == 0):
            hours = {hour % 24}
        found.append(
            (match.span(), Time(flat.span(*match.span()), flat.written(*match.span()), frozenset(hours), minute))
        )
    return found
