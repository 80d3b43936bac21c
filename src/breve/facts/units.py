"""Words of scale and units around a numeral: million, Md€, bn; currencies, per cent, kilometres."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from breve.facts.flat import Token
from breve.facts.lexicon import HINTS, LETTERS, ORDINALS, SCALES, SHORT_UNITS, SYMBOLS, UNITS
from breve.facts.numerals import ONE, Numeral, duration_at, next_is, read_numeral
from breve.facts.types import Language

_CURRENCY_CODE = re.compile(r"(?:us|c|a|ca|hk|r)\Z")
_MONEY = frozenset(unit for unit in SYMBOLS.values() if unit != "percent")
_BETWEEN = frozenset(
    {"derniers", "dernières", "premiers", "premières", "prochains", "prochaines", "autres", "petites", "longues"}
    | {"last", "first", "next", "more", "other", "past", "full", "long"}
)
_BYTES = frozenset({"to", "go", "mo", "ko"})  # 512 Go, but "10 to 15"


def read_scale(
    tokens: Sequence[Token], end: int, language: Language, unit: str | None, numeral: Numeral
) -> tuple[Decimal, int, str | None]:
    """Read the words of scale after a numeral, such as million, Md€, bn; return factor, end and unit."""
    factor = ONE
    if numeral.ordinal:
        return factor, end, unit
    while end < len(tokens):
        token = tokens[end]
        tight = end > 0 and tokens[end - 1].end == token.start
        if token.text == "-" and tight and next_is(tokens, end + 1, frozenset(SCALES[language])):
            end += 1
            continue
        if (
            token.text in {"de", "d", "of", "a"}
            and factor < 10**6
            and ((factor >= 100 or numeral.approximate or numeral.weak) and _scale_follows(tokens, end + 1, language))
        ):
            end = _scale_follows(tokens, end + 1, language)
            continue
        step = SCALES[language].get(token.text)
        if step is None and (letter := LETTERS.get(token.text)) and factor == ONE:
            beside = SYMBOLS.get(tokens[end + 1].text) if end + 1 < len(tokens) else None
            if (beside and beside != "percent") or (unit in _MONEY and tight) or _de_currency(tokens, end + 1):
                step = letter
        if step is None or not (numeral.digits or numeral.end <= end):
            break
        factor, end = factor * step, end + 1
    return factor, end, unit


def _scale_follows(tokens: Sequence[Token], index: int, language: Language) -> int:
    """Return the index of a word of scale at ``index``, an apostrophe or "a" skipped; 0 when there is none."""
    while index < len(tokens) and tokens[index].text in {"'", "a"}:
        index += 1
    return index if index < len(tokens) and tokens[index].text in SCALES[language] else 0


def _de_currency(tokens: Sequence[Token], index: int) -> bool:
    words = [token.text for token in tokens[index : index + 3] if token.text not in {"d", "de", "'"}]
    return bool(words) and len(UNITS.get(words[0], "")) == 3 and UNITS[words[0]].isupper()


def read_tail(
    tokens: Sequence[Token], end: int, language: Language, values: list[Decimal], factor: Decimal
) -> tuple[list[Decimal], int]:
    """Read the rest of "deux millions trois cent mille"."""
    if end >= len(tokens) or tokens[end].text in HINTS[language] or tokens[end].text in ORDINALS[language]:
        return values, end
    rest = read_numeral(tokens, end, language)
    if rest is None or len(rest.values) != 1 or rest.ordinal or rest.approximate:
        return values, end
    step, after, _ = read_scale(tokens, rest.end, language, None, rest)
    added = rest.values[0] * step
    if not 1 < added < factor or (rest.digits and added < 1000 != factor):
        return values, end
    return [value + added for value in values], after


def unit_before(tokens: Sequence[Token], index: int) -> tuple[str | None, int]:
    """Return the currency that stands before a numeral, and where the amount starts."""
    if index == 0:
        return None, index
    before = tokens[index - 1]
    if before.text in SYMBOLS and before.text != "%":
        start = index - 1
        if start and _CURRENCY_CODE.match(tokens[start - 1].text) and tokens[start - 1].end == before.start:
            start -= 1
        return SYMBOLS[before.text], start
    if before.shape.isupper() and len(before.shape) == 3 and UNITS.get(before.text) == before.shape:
        return before.shape, index - 1
    return None, index


def unit_after(tokens: Sequence[Token], end: int, language: Language, numeral: Numeral) -> tuple[str | None, int]:
    """Return the unit that follows and where it ends; "d'", "de" and a hyphen may stand between."""
    position = end
    while position < len(tokens) and position < end + 2 and tokens[position].text in {"d", "de", "'", "of", "-"}:
        position += 1
    if position == end < len(tokens) and tokens[end].text in _BETWEEN and duration_at(tokens, end + 1):
        position += 1
    words = [token.text for token in tokens[position : position + 3]]
    if not words:
        return None, end
    if words[0] == "us" and words[1:2] == ["$"]:
        return "USD", position + 2
    if words[0] in SYMBOLS:
        return SYMBOLS[words[0]], position + 1
    if words[:2] in (["pour", "cent"], ["per", "cent"]):
        return "percent", position + 2
    if words[0] in {"percentage", "pourcentage"}:
        return "point", position + 2 if words[1:2] in (["point"], ["points"]) else position + 1
    if words[0] == "°" and words[1:2] in (["c"], ["f"]):
        return "°" + words[1].upper(), position + 2
    if words[0] in {"degree", "degrees", "degré", "degrés"}:
        scale = "°F" if words[1:2] == ["fahrenheit"] else "°C" if words[1:2] == ["celsius"] else "°"
        return scale, position + (1 if scale == "°" else 2)
    return _plain_unit(tokens, position, end, words, numeral)


def _plain_unit(
    tokens: Sequence[Token], position: int, end: int, words: list[str], numeral: Numeral
) -> tuple[str | None, int]:
    unit = UNITS.get(words[0])
    if unit is None or (words[0] in SHORT_UNITS and not (numeral.digits and position == end)):
        return None, end
    if words[0] in _BYTES and not tokens[position].shape[0].isupper():
        return None, end
    if words[:3] == ["km", "/", "h"] or words[:2] in (["km", "h"],):
        return "km/h", position + len(words)
    if words[:3] in (["miles", "per", "hour"], ["miles", "an", "hour"]):
        return "mph", position + 3
    if unit in {"km", "m"} and words[1:2] in (["carrés"], ["²"]):
        return unit + "2", position + 2
    if unit == "pound" and (
        words[1:2] == ["sterling"] or (tokens[position].text == "livres" and words[1:2] == ["sterling"])
    ):
        return "GBP", position + 2
    return unit, position + 1
