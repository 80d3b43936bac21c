"""Numbers with their scale and unit: a small grammar over tokens, the same for both languages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from breve.facts.flat import Flat, Token
from breve.facts.lexicon import APPROXIMATORS, SCALES
from breve.facts.numerals import ONE, Numeral, read_half, read_numeral
from breve.facts.types import CURRENCIES, DURATIONS, Language, Number, Span
from breve.facts.units import read_scale, read_tail, unit_after, unit_before

_LINK = {"fr": frozenset({"à", "-", "et", "ou", "/"}), "en": frozenset({"to", "-", "and", "or", "/"})}
_DASHES = {0x2013: "-", 0x2014: "-", 0x2011: "-"}


def find_numbers(flat: Flat, language: Language, taken: Sequence[Span]) -> list[Number]:
    """Return the numbers outside the spans (of the flat text) that dates and times have taken."""
    return _share(list(_scan(flat, language, taken)), flat, language)


def _scan(flat: Flat, language: Language, taken: Sequence[Span]) -> Iterator[Number]:
    tokens, index, claims = flat.tokens, 0, iter([*taken, (len(flat.text) + 1, len(flat.text) + 1)])
    claim = next(claims)
    while index < len(tokens):
        while tokens[index].start >= claim[1]:
            claim = next(claims)
        if tokens[index].start >= claim[0]:
            index += 1
            continue
        numeral = read_numeral(tokens, index, language)
        if numeral is None:
            index += 1
            continue
        number, end = _finish(flat, index, numeral, language)
        yield number
        index = max(end, index + 1)


def _finish(flat: Flat, index: int, numeral: Numeral, language: Language) -> tuple[Number, int]:
    """Add scale and unit to a numeral."""
    tokens, end = flat.tokens, numeral.end
    mantissas = list(numeral.values)
    unit, start = unit_before(tokens, index)
    half, end = read_half(tokens, end, language, mantissas)
    factor, end, unit = read_scale(tokens, end, language, unit, numeral)
    if factor != ONE and half == 0:
        half, end = read_half(tokens, end, language, mantissas)
    values = [value * factor for value in mantissas]
    if factor >= 1000 and not numeral.ordinal:
        values, end = read_tail(tokens, end, language, values, factor)
    if unit is None:
        unit, end = unit_after(tokens, end, language, numeral)
    if half == 0 and unit in DURATIONS:
        halves = list(values)
        half, end = read_half(tokens, end, language, halves)
        values = [*halves, *values] if half else values
    if unit == "m" and language == "en" and tokens[end - 1].start == tokens[end - 2].end:
        values.append(values[0] * 10**6)  # 90m is metres or millions
    written = flat.written(tokens[start].start, tokens[end - 1].end)
    likely = values[0]
    variants = _variants(tokens, index, numeral, factor)
    if numeral.digits and _short_year(tokens, index) and likely < 100:
        likely += 1900  # années 80, the '90s
    number = Number(
        value=likely,
        values=frozenset(values) | variants,
        unit=unit,
        span=flat.span(tokens[start].start, tokens[end - 1].end),
        text=written,
        mantissa=mantissas[0],
        ordinal=numeral.ordinal,
        weak=numeral.weak and factor == ONE and half == 0,
        approximate=numeral.approximate or (start > 0 and _approximated(tokens, start)),
        digits=numeral.digits,
        code=numeral.code,
        year=_is_year(tokens[index], numeral, unit, factor),
    )
    return number, end


def _approximated(tokens: Sequence[Token], start: int) -> bool:
    return any(token.text in APPROXIMATORS for token in tokens[max(0, start - 2) : start])


def _is_year(token: Token, numeral: Numeral, unit: str | None, factor: Decimal) -> bool:
    return (
        numeral.digits
        and len(token.text) == 4
        and token.text.isdecimal()
        and unit is None
        and factor == ONE
        and (1000 <= int(token.text) <= 2199)
    )


def _variants(tokens: Sequence[Token], index: int, numeral: Numeral, factor: Decimal) -> frozenset[Decimal]:
    """Return the further values of a numeral: 08 of 2007-08 is 2008, '90s is 1990, 5 of "3-5 km" is 5."""
    token, extra = tokens[index], set()
    if not numeral.digits or factor != ONE or not token.text.isdecimal() or len(token.text) > 4:
        return frozenset()
    value = int(token.text)
    if len(token.text) == 2 and index > 1 and tokens[index - 1].text in "-/" and len(tokens[index - 2].text) == 4:
        extra.add(
            Decimal(tokens[index - 2].text[:2] + token.text) if tokens[index - 2].text.isdecimal() else Decimal(value)
        )
    if len(token.text) == 2:
        extra |= {Decimal(1900 + value), Decimal(2000 + value)} if _short_year(tokens, index) else set()
    if len(token.text) == 4 and 1900 <= value <= 2099 and value % 10 == 0:
        extra.add(Decimal(value % 100))
    return frozenset(extra)


def _short_year(tokens: Sequence[Token], index: int) -> bool:
    if index and tokens[index - 1].text in {"'", "années", "ans"}:
        return True
    return index + 1 < len(tokens) and tokens[index + 1].text == "s" and tokens[index + 1].start == tokens[index].end


def _share(numbers: list[Number], flat: Flat, language: Language) -> list[Number]:
    """Let the first number of "3 à 4 millions" or "3-4 %" take the scale and unit of the second."""
    for index in range(len(numbers) - 2, -1, -1):
        first, second = numbers[index], numbers[index + 1]
        if not _linked(first, second, flat, language):
            continue
        factor = second.value / second.mantissa if second.mantissa and second.mantissa > 0 else ONE
        values, value = first.values, first.value
        if factor > 1 and value < 1000 and value == first.mantissa:
            values = values | {value * factor for value in values}
            value = value * factor if value < second.mantissa else value
        numbers[index] = replace(first, value=value, values=values, unit=first.unit or second.unit)
        if second.unit is None and first.unit in CURRENCIES:
            numbers[index + 1] = replace(second, unit=first.unit)
    return numbers


def _linked(first: Number, second: Number, flat: Flat, language: Language) -> bool:
    between = flat.source[first.span[1] : second.span[0]]
    return len(between) < 8 and between.translate(_DASHES).strip() in _LINK[language] and not first.ordinal


def find_ranges(numbers: Sequence[Number], flat: Flat, language: Language) -> list[tuple[Number, Number]]:
    """Return the pairs of "de 10 à 15", "between 10 and 15" and "10-15"."""
    pairs = pairwise(numbers)
    return [(a, b) for a, b in pairs if a.value < b.value and _linked(a, b, flat, language)]


def find_scales(flat: Flat, language: Language) -> frozenset[Decimal]:
    """Return the scales that a text names at all: "des millions" gives 1000000."""
    return frozenset(SCALES[language][t.text] for t in flat.tokens if t.text in SCALES[language] and len(t.text) > 2)
