"""English against the French that it rests on: what is missing, invented or changed.

``KINDS`` lists the kinds of flags. Differences of form are no faults: a number spelled out, a unit converted,
a figure said to be rounded, another order of day and month.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from breve import addresses
from breve.document import Flag
from breve.facts import Facts, denials, extract, match
from breve.facts.flat import flatten
from breve.facts.names import is_code, lost_codes, orphans
from breve.facts.types import CURRENCIES, Date, Number, Time

KINDS: Final = {
    "number": "a number is missing, or is not in the source",
    "scale": "the digits are those of the source, the scale is not: million for milliard",
    "unit": "the number is that of the source, its currency or per cent is not",
    "date": "a day, month, year, weekday or time of day is missing, or is not in the source",
    "name": "a name is not in the source, or was replaced",
    "address": "a URL, an e-mail address, an account or a hashtag is missing, or is not in the source",
    "negation": "the source denies and the English doesn't, or the other way round",
}
# A bullet this long against its one source sentence is its translation, and must keep its negation.
FULL_SHARE = 0.6
SLACK = 30  # characters by which the order of a translation may differ from its source's
MONEY_LIKE = CURRENCIES | {"percent"}


def verify_translation(source: str, target: str) -> tuple[Flag, ...]:
    """Return the flags of an English translation against its French source, what it lacks first."""
    french, english = extract(source, "fr"), extract(target, "en")
    flags = [*_lost_numbers(french, english), *_lost_dates(french, english)]
    flags += _invented(english, [french], {flag.kind for flag in flags})
    flags += _names(target, [source])
    flags += [Flag("name", f"{code} is missing") for code in lost_codes(flatten(source), flatten(target))]
    flags += [Flag("address", f"{address} is missing") for address in addresses.lost(source, target)]
    flags += _new_addresses(target, [source])
    if denials(target, "en") < len(french.negations):
        flags.append(_lost_negation(french, english.negated))
    return tuple(dict.fromkeys(flags))


def first_fault(source: str, target: str) -> int:
    """Return about where the first wrong fact of a translation stands, in characters; 0 where that can't be told.

    What is missing should stand at the share of the translation where it stands in the source, or a little before.
    """
    french, english = extract(source, "fr"), extract(target, "en")
    places = [
        *_starts(match.unmatched(english.numbers, [french])),
        *_starts(match.new_codes(english.numbers, [french])),
        *_starts(number for number, _ in _other_units(english, match.by_value([french]))),
        *_starts(_new_dates(english, [french])),
        *_starts(match.new_times(english.times, [french])),
        *(target.find(word) for word, _ in _new_names(target, [source])),
    ]
    if not places:
        lost = [
            *_starts(match.unmatched(french.numbers, [english])),
            *_starts(match.moved_dates(french.dates, [english])),
            *_starts(match.new_times(french.times, [english])),
        ]
        places = [len(target) * start // len(source) - SLACK for start in lost]
    return max(0, min(places, default=0))


def _starts(facts: Iterable[Number | Date | Time]) -> list[int]:
    return [fact.span[0] for fact in facts]


def verify_bullet(text: str, sources: Sequence[str]) -> tuple[Flag, ...]:
    """Return the flags of an English bullet against its French evidence: it may omit, it may not invent."""
    english, evidence = extract(text, "en"), [extract(source, "fr") for source in sources]
    flags = [*_invented(english, evidence, set()), *_names(text, sources), *_new_addresses(text, sources)]
    flags += _bullet_negation(text, english, sources, evidence)
    return tuple(dict.fromkeys(flags))


def _lost_numbers(source: Facts, target: Facts) -> list[Flag]:
    flags, index = [], match.by_value([target])
    for number in match.unmatched(source.numbers, [target]):
        other = match.other_scale(number, index)
        if other is not None:
            flags.append(Flag("scale", f"{number.text} became {other.text}"))
        else:
            flags.append(Flag(_kind(number), f"{number.text} is missing"))
    return flags


def _kind(number: Number) -> str:
    return "date" if number.year else "number"


def _lost_dates(source: Facts, target: Facts) -> list[Flag]:
    dates = [Flag("date", f"{date.text} is missing or changed") for date in match.moved_dates(source.dates, [target])]
    times = match.new_times(source.times, [target])
    return dates + [Flag("date", f"{time.text} is missing") for time in times]


def _invented(target: Facts, sources: Sequence[Facts], seen: set[str]) -> list[Flag]:
    """Return the flags of numbers, units and dates of the English that no source states."""
    flags, index = [], match.by_value(sources)
    for number in match.unmatched(target.numbers, sources):
        other = match.other_scale(number, index)
        if other is not None:
            if "scale" not in seen:
                flags.append(Flag("scale", f"{number.text} is {other.text} in the source"))
        else:
            flags.append(Flag(_kind(number), f"{number.text} is not in the source"))
    flags += _units(target, index)
    flags += [Flag("date", f"{date.text} is not in the source") for date in _new_dates(target, sources)]
    flags += [Flag("name", f"{n.text} is not in the source") for n in match.new_codes(target.numbers, sources)]
    times = match.new_times(target.times, sources)
    return flags + [Flag("date", f"{time.text} is not in the source") for time in times]


def _new_dates(target: Facts, sources: Sequence[Facts]) -> list[Date]:
    return [date for date in match.moved_dates(target.dates, sources) if not date.weak]


def _units(target: Facts, index: dict[Decimal, list[Number]]) -> list[Flag]:
    """Return a flag for each amount whose equals in the sources are all in another currency or in per cent."""
    wrong = _other_units(target, index)
    return [Flag("unit", f"{number.text} is {other.text} in the source") for number, other in wrong]


def _other_units(target: Facts, index: dict[Decimal, list[Number]]) -> list[tuple[Number, Number]]:
    """Return such amounts, each with one of its equals."""
    wrong = []
    for number in target.numbers:
        if number.unit not in MONEY_LIKE:
            continue
        same = [n for value in sorted(number.values) for n in index.get(value, ())[:20]]
        units = {n.unit for n in same}
        money = number.unit in CURRENCIES
        if (money and units and units <= MONEY_LIKE and number.unit not in units) or (
            number.unit == "percent" and units and units <= CURRENCIES
        ):
            wrong.append((number, same[0]))
    return wrong


def _names(target: str, sources: Sequence[str]) -> list[Flag]:
    return [
        Flag("name", f"{word} is not in the source" + (f"; {lost} is missing" if lost else ""))
        for word, lost in _new_names(target, sources)
    ]


def _new_names(target: str, sources: Sequence[str]) -> list[tuple[str, str | None]]:
    """Return the names that no source has: codes alone, other names each with one that is missing in its place."""
    lost, new = orphans(flatten(" \n ".join(sources)), flatten(target))
    codes: list[tuple[str, str | None]] = [(word, None) for word in new if is_code(word)]
    return codes + [(word, lost[0]) for word in new if lost and not is_code(word)]


def _new_addresses(target: str, sources: Sequence[str]) -> list[Flag]:
    return [Flag("address", f"{a} is not in the source") for a in addresses.added("\n".join(sources), target)]


def _bullet_negation(text: str, english: Facts, sources: Sequence[str], evidence: Sequence[Facts]) -> list[Flag]:
    if english.negated and not any(denials(source, "fr") for source in sources):
        return [Flag("negation", "the English denies, the source doesn't")]
    whole = len(sources) == 1 and len(text.split()) >= FULL_SHARE * len(sources[0].split())
    if whole and evidence[0].negated and not denials(text, "en"):
        return [_lost_negation(evidence[0], False)]
    return []


def _lost_negation(source: Facts, partly: bool) -> Flag:
    words = ", ".join(f"« {words} »" for words in source.negations)
    return Flag(
        "negation", f"the source denies ({words}), the English " + ("does so less often" if partly else "doesn't")
    )
