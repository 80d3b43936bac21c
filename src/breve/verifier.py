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
Fault = tuple[Flag, int]  # a flag, and where in its text stands what it is about, in characters


def verify_translation(source: str, target: str) -> tuple[Flag, ...]:
    """Return the flags of an English translation against its French source, what it lacks first."""
    french, english = extract(source, "fr"), extract(target, "en")
    flags = _flags([*_lost_numbers(french, english), *_lost_dates(french, english)])
    flags += _flags(_invented(english, [french], {flag.kind for flag in flags}))
    flags += _flags(_names(target, [source]))
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
    places = [place for _, place in [*_invented(english, [french], set()), *_names(target, [source])]]
    if not places:
        lost = [*_lost_numbers(french, english), *_lost_dates(french, english)]
        places = [len(target) * place // len(source) - SLACK for _, place in lost]
    return max(0, min(places, default=0))


def verify_bullet(text: str, sources: Sequence[str]) -> tuple[Flag, ...]:
    """Return the flags of an English bullet against its French evidence: it may omit, it may not invent."""
    english, evidence = extract(text, "en"), [extract(source, "fr") for source in sources]
    flags = _flags([*_invented(english, evidence, set()), *_names(text, sources)]) + _new_addresses(text, sources)
    flags += _bullet_negation(text, english, sources, evidence)
    return tuple(dict.fromkeys(flags))


def _flags(faults: Iterable[Fault]) -> list[Flag]:
    return [flag for flag, _ in faults]


def _lost_numbers(source: Facts, target: Facts) -> list[Fault]:
    faults, index = [], match.by_value([target])
    for number in match.unmatched(source.numbers, [target]):
        other = match.other_scale(number, index)
        if other is not None:
            faults += _faults("scale", [number], f"became {other.text}")
        else:
            faults += _faults(_kind(number), [number], "is missing")
    return faults


def _kind(number: Number) -> str:
    return "date" if number.year else "number"


def _lost_dates(source: Facts, target: Facts) -> list[Fault]:
    dates = _faults("date", match.moved_dates(source.dates, [target]), "is missing or changed")
    return dates + _faults("date", match.new_times(source.times, [target]), "is missing")


def _invented(target: Facts, sources: Sequence[Facts], seen: set[str]) -> list[Fault]:
    """Return the numbers, units and dates of the English that no source states."""
    faults, index = [], match.by_value(sources)
    for number in match.unmatched(target.numbers, sources):
        other = match.other_scale(number, index)
        if other is None:
            faults += _faults(_kind(number), [number], "is not in the source")
        elif "scale" not in seen:
            faults += _faults("scale", [number], f"is {other.text} in the source")
    faults += _units(target, index)
    faults += _faults("date", _new_dates(target, sources), "is not in the source")
    faults += _faults("name", match.new_codes(target.numbers, sources), "is not in the source")
    return faults + _faults("date", match.new_times(target.times, sources), "is not in the source")


def _faults(kind: str, facts: Iterable[Number | Date | Time], what: str) -> list[Fault]:
    return [(Flag(kind, f"{fact.text} {what}"), fact.span[0]) for fact in facts]


def _new_dates(target: Facts, sources: Sequence[Facts]) -> list[Date]:
    return [date for date in match.moved_dates(target.dates, sources) if not date.weak]


def _units(target: Facts, index: dict[Decimal, list[Number]]) -> list[Fault]:
    """Return the amounts whose equals in the sources are all in another currency or in per cent."""
    faults = []
    for number in target.numbers:
        if number.unit not in MONEY_LIKE:
            continue
        same = [n for value in sorted(number.values) for n in index.get(value, ())[:20]]
        units = {n.unit for n in same}
        money = number.unit in CURRENCIES
        if (money and units and units <= MONEY_LIKE and number.unit not in units) or (
            number.unit == "percent" and units and units <= CURRENCIES
        ):
            faults += _faults("unit", [number], f"is {same[0].text} in the source")
    return faults


def _names(target: str, sources: Sequence[str]) -> list[Fault]:
    """Return the names that no source has: codes alone, other names if one is missing in their place."""
    lost, new = orphans(flatten(" \n ".join(sources)), flatten(target))
    codes = [word for word in new if is_code(word)]
    flags = [(word, Flag("name", f"{word} is not in the source")) for word in codes]
    if lost:
        flags += [
            (word, Flag("name", f"{word} is not in the source; {lost[0]} is missing"))
            for word in new if word not in codes
        ]  # fmt: skip
    return [(flag, target.find(word)) for word, flag in flags]


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
