"""Numbers with their scale and unit: a small grammar over tokens, the same for both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from breve.facts.flat import Flat, Token
from breve.facts.lexicon import (
    APPROXIMATORS,
    CARDINALS,
    COLLECTIVES,
    HINTS,
    LETTERS,
    ORDINALS,
    SCALES,
    SHORT_UNITS,
    SYMBOLS,
    UNITS,
)
from breve.facts.types import CURRENCIES, DURATIONS, Language, Number, Span

ONE = Decimal(1)
MAX_DIGITS = 24  # longer runs of digits are codes, not amounts
_ORDINAL_SUFFIX = re.compile(r"(?:ers?|ères?|res?|e|es|èmes?|emes?|ièmes?|nde?|st|nd|rd|th|ths)\Z")
_ROMAN = re.compile(r"([ivx]{1,6})(?:e|er|ème|ième|th|st|nd|rd)\Z")
_CURRENCY_CODE = re.compile(r"(?:us|c|a|ca|hk|r)\Z")
_SCALED_CODE = re.compile(r"(m|md|mds|g|k)\Z")
_CENTURY = frozenset({"siècle", "siècles"})
_LINK = {"fr": frozenset({"à", "-", "et", "ou", "/"}), "en": frozenset({"to", "-", "and", "or", "/"})}
_DECIMAL_WORD = {"fr": "virgule", "en": "point"}
_FLAT_ONE = frozenset({"a", "an", "un", "une"})


@dataclass(slots=True)
class _Numeral:
    """A numeral as read from ``tokens[start:end]``, before scale and unit."""

    values: list[Decimal]
    end: int
    digits: bool
    ordinal: bool = False
    weak: bool = False
    approximate: bool = False
    code: bool = False


def readings(token: str) -> list[Decimal]:
    """Return the values of a digit token, the likeliest first: either language may have written its mark."""
    token = token.replace(" ", "").replace("'", "")
    parts = re.split("[.,]", token)
    if len(parts) == 1:
        return [Decimal(token)]
    marks = {char for char in token if char in ".,"}
    grouped = 0 < len(parts[0]) <= 3 and parts[0][0] != "0" and all(len(part) == 3 for part in parts[1:])
    if len(marks) == 2:
        return [Decimal("".join(parts[:-1]) + "." + parts[-1])]
    if len(parts) > 2:
        return [Decimal("".join(parts))] if grouped else [Decimal(part) for part in parts]
    point = Decimal(".".join(parts))
    return [Decimal("".join(parts)), point] if grouped else [point]


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
        numeral = _numeral(tokens, index, language)
        if numeral is None:
            index += 1
            continue
        number, end = _finish(flat, index, numeral, language)
        yield number
        index = max(end, index + 1)


def _numeral(tokens: Sequence[Token], index: int, language: Language) -> _Numeral | None:
    token = tokens[index]
    if "0" <= token.text[0] <= "9":
        return _digits(tokens, index)
    if token.text in COLLECTIVES and not _after(tokens, index, "pour", "per"):
        return _Numeral(
            [Decimal(v) for v in _hint(token.text, language)], index + 1, False, weak=True, approximate=True
        )
    if token.text in HINTS[language]:
        return _Numeral([Decimal(v) for v in HINTS[language][token.text]], index + 1, False, weak=True)
    halved = _duration_at(tokens, index + 1) and _half(tokens, index + 2, language, [])[0] > 0
    if token.text in _FLAT_ONE and (halved or _bare_scale(tokens, index + 1, language)):
        return _Numeral([ONE], index + 1, False)
    if roman := _ROMAN.match(token.text):
        if token.shape[0].isupper() and (len(roman[1]) > 1 or _next_is(tokens, index + 1, _CENTURY)):
            return _Numeral([_roman(roman[1])], index + 1, True, ordinal=True)
    return _words(tokens, index, language)


def _hint(word: str, language: Language) -> Sequence[str]:
    return HINTS[language].get(word, (str(COLLECTIVES[word]),))


def _bare_scale(tokens: Sequence[Token], index: int, language: Language) -> bool:
    return index < len(tokens) and tokens[index].text in SCALES[language] and tokens[index].text[-1] != "s"


def _next_is(tokens: Sequence[Token], index: int, words: frozenset[str]) -> bool:
    return index < len(tokens) and tokens[index].text in words


def _after(tokens: Sequence[Token], index: int, *words: str) -> bool:
    return index > 0 and tokens[index - 1].text in words


def _roman(text: str) -> Decimal:
    digits = [{"i": 1, "v": 5, "x": 10}[letter] for letter in text]
    return Decimal(sum(-a if a < b else a for a, b in zip(digits, [*digits[1:], 0], strict=True)))


def _digits(tokens: Sequence[Token], index: int) -> _Numeral:
    token = tokens[index]
    if len(token.text) > MAX_DIGITS:
        return _Numeral([Decimal(-1)], index + 1, True, weak=True)
    joined = index > 0 and tokens[index - 1].end == token.start
    code = joined and index > 1 and tokens[index - 1].text == "-" and tokens[index - 2].end == tokens[index - 1].start
    code = code and tokens[index - 2].shape[-1].isupper()
    numeral = _Numeral(readings(token.text), index + 1, True, weak=code, code=code)
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    if following and following.start == token.end and _ORDINAL_SUFFIX.match(following.text):
        numeral.ordinal, numeral.end = True, index + 2
    return numeral


def _words(tokens: Sequence[Token], index: int, language: Language) -> _Numeral | None:
    cardinals, ordinals = CARDINALS[language], ORDINALS[language]
    if _after(tokens, index, "pour") and tokens[index].text == "cent":
        return None
    total = current = 0
    room, position, previous, ordinal = 1000, index, "", False
    while position < len(tokens):
        word = tokens[position].text
        if word not in cardinals and word not in ordinals:
            skip = position > index and _is_link(tokens, position, previous, language)
            if not skip:
                break
            position += 1
            continue
        step, ordinal = (cardinals[word], False) if word in cardinals else (ordinals[word], True)
        if step == 1000 and not total:
            total, current, room = max(current, 1) * 1000, 0, 1000
        elif step == 100 and current < (100 if language == "en" else 10):
            current, room = max(current, 1) * 100, 100
        elif step == 20 and language == "fr" and previous == "quatre" and current % 100 == 4:
            current, room = current + 76, 20
        elif step < room and step < 100 and not (room == 10 and previous == "dix" and step < 7):
            current += step
            room = _room(step, language)
        else:
            ordinal = previous in ordinals
            break
        previous = word
        position += 1
        if ordinal:
            break
    if not previous:
        return None
    while tokens[position - 1].text != previous:
        position -= 1
    value = Decimal(total + current)
    named = tokens[index].shape[0].isupper() and index > 0 and tokens[index - 1].text not in '.!?:;"('  # Twenty Minutes
    both = previous == "deux" and value == 2 and _after(tokens, index, "les", "tous", "aux", "ces", "des", "ses", "nos")
    weak = named or both or value <= 1 or (ordinal and value <= 3) or (language == "fr" and previous == "neuf" and value == 9)
    return _point(tokens, _Numeral([value], position, False, ordinal, weak), language)


def _room(value: int, language: Language) -> int:
    """Return what the next word must be less than: "soixante" takes "douze", "vingt" takes "deux"."""
    if value >= 20:
        return 20 if language == "fr" and value == 60 else 10
    return 10 if language == "fr" and value == 10 else 0


def _is_link(tokens: Sequence[Token], position: int, previous: str, language: Language) -> bool:
    """Return whether a hyphen, "et" or "and" joins two words of one numeral."""
    if position + 1 >= len(tokens):
        return False
    word, following = tokens[position].text, tokens[position + 1].text
    if word == "-":
        tight = (
            tokens[position].end == tokens[position + 1].start and tokens[position - 1].end == tokens[position].start
        )
        known = following in CARDINALS[language] or following in ORDINALS[language] or following == "et"
        return tight and known
    if language == "fr":
        return (
            word == "et"
            and following in {"un", "une", "onze", "unième", "-"}
            and (previous[-4:] in {"ingt", "ente", "ante"})
        )
    return word == "and" and following in CARDINALS["en"] and previous in {"hundred", "thousand"}


def _point(tokens: Sequence[Token], numeral: _Numeral, language: Language) -> _Numeral:
    """Read "trois virgule cinq" and "three point five"."""
    end = numeral.end
    if not _next_is(tokens, end, frozenset({_DECIMAL_WORD[language]})) or numeral.ordinal:
        return numeral
    digits, position = "", end + 1
    while position < len(tokens) and len(digits) < 6 and 0 <= CARDINALS[language].get(tokens[position].text, -1) < 100:
        digits += str(CARDINALS[language][tokens[position].text])
        position += 1
    if not digits:
        return numeral
    return _Numeral([numeral.values[0] + Decimal(f"0.{digits}")], position, False)


def _finish(flat: Flat, index: int, numeral: _Numeral, language: Language) -> tuple[Number, int]:
    """Add scale and unit to a numeral."""
    tokens, end = flat.tokens, numeral.end
    mantissas = list(numeral.values)
    unit, start = _unit_before(tokens, index)
    half, end = _half(tokens, end, language, mantissas)
    factor, end, unit = _scale(tokens, end, language, unit, numeral)
    if factor != ONE and half == 0:
        half, end = _half(tokens, end, language, mantissas)
    values = [value * factor for value in mantissas]
    if factor >= 1000 and not numeral.ordinal:
        values, end = _tail(tokens, end, language, values, factor)
    if unit is None:
        unit, end = _unit_after(tokens, end, language, numeral)
    if half == 0 and unit in DURATIONS:
        halves = list(values)
        half, end = _half(tokens, end, language, halves)
        values = [*halves, *values] if half else values
    if unit == "m" and language == "en" and tokens[end - 1].start == tokens[end - 2].end:
        values.append(values[0] * 10**6)  # 90m is metres or millions
    written = flat.written(tokens[start].start, tokens[end - 1].end)
    likely = values[0] if language == "en" or len(values) == 1 or "," not in tokens[index].text else values[-1]
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


def _is_year(token: Token, numeral: _Numeral, unit: str | None, factor: Decimal) -> bool:
    return (
        numeral.digits
        and len(token.text) == 4
        and token.text.isdecimal()
        and unit is None
        and factor == ONE
        and (1000 <= int(token.text) <= 2199)
    )


def _variants(tokens: Sequence[Token], index: int, numeral: _Numeral, factor: Decimal) -> frozenset[Decimal]:
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


def _half(tokens: Sequence[Token], end: int, language: Language, mantissas: list[Decimal]) -> tuple[Decimal, int]:
    """Read "et demi", "et quart", "and a half": add to the mantissas, and return what was added."""
    words = [token.text for token in tokens[end : end + 3]]
    if language == "fr":
        added, size = {"demi": "0.5", "demie": "0.5", "quart": "0.25"}.get("".join(words[1:2]), "0"), 2
        matched = words[:1] == ["et"] and added != "0"
    else:
        added, size = {"half": "0.5", "quarter": "0.25"}.get("".join(words[2:3]), "0"), 3
        matched = words[:2] == ["and", "a"] and added != "0"
    if not matched:
        return Decimal(0), end
    mantissas[:] = [value + Decimal(added) for value in mantissas]
    return Decimal(added), end + size


def _scale(
    tokens: Sequence[Token], end: int, language: Language, unit: str | None, numeral: _Numeral
) -> tuple[Decimal, int, str | None]:
    """Read the words of scale after a numeral, such as million, Md€, bn; return factor, end and unit."""
    factor = ONE
    if numeral.ordinal:
        return factor, end, unit
    while end < len(tokens):
        token = tokens[end]
        tight = end > 0 and tokens[end - 1].end == token.start
        if token.text == "-" and tight and _next_is(tokens, end + 1, frozenset(SCALES[language])):
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


_MONEY = frozenset(unit for unit in SYMBOLS.values() if unit != "percent")


def _scale_follows(tokens: Sequence[Token], index: int, language: Language) -> int:
    """Return the index of a word of scale at ``index``, an apostrophe or "a" skipped; 0 when there is none."""
    while index < len(tokens) and tokens[index].text in {"'", "a"}:
        index += 1
    return index if index < len(tokens) and tokens[index].text in SCALES[language] else 0


def _de_currency(tokens: Sequence[Token], index: int) -> bool:
    words = [token.text for token in tokens[index : index + 3] if token.text not in {"d", "de", "'"}]
    return bool(words) and len(UNITS.get(words[0], "")) == 3 and UNITS[words[0]].isupper()


def _tail(
    tokens: Sequence[Token], end: int, language: Language, values: list[Decimal], factor: Decimal
) -> tuple[list[Decimal], int]:
    """Read the rest of "deux millions trois cent mille"."""
    if end >= len(tokens) or tokens[end].text in HINTS[language] or tokens[end].text in ORDINALS[language]:
        return values, end
    rest = _numeral(tokens, end, language)
    if rest is None or len(rest.values) != 1 or rest.ordinal or rest.approximate:
        return values, end
    step, after, _ = _scale(tokens, rest.end, language, None, rest)
    added = rest.values[0] * step
    if not 1 < added < factor or (rest.digits and added < 1000 != factor):
        return values, end
    return [value + added for value in values], after


def _unit_before(tokens: Sequence[Token], index: int) -> tuple[str | None, int]:
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


def _unit_after(tokens: Sequence[Token], end: int, language: Language, numeral: _Numeral) -> tuple[str | None, int]:
    """Return the unit that follows and where it ends; "d'", "de" and a hyphen may stand between."""
    position = end
    while position < len(tokens) and position < end + 2 and tokens[position].text in {"d", "de", "'", "of", "-"}:
        position += 1
    if position == end < len(tokens) and tokens[end].text in _BETWEEN and _duration_at(tokens, end + 1):
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


_BETWEEN = frozenset(
    {"derniers", "dernières", "premiers", "premières", "prochains", "prochaines", "autres", "petites", "longues"}
    | {"last", "first", "next", "more", "other", "past", "full", "long"}
)


_BYTES = frozenset({"to", "go", "mo", "ko"})  # 512 Go, but "10 to 15"


def _duration_at(tokens: Sequence[Token], index: int) -> bool:
    return index < len(tokens) and UNITS.get(tokens[index].text) in DURATIONS


def _plain_unit(
    tokens: Sequence[Token], position: int, end: int, words: list[str], numeral: _Numeral
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


_DASHES = {0x2013: "-", 0x2014: "-", 0x2011: "-"}


def find_ranges(numbers: Sequence[Number], flat: Flat, language: Language) -> list[tuple[Number, Number]]:
    """Return the pairs of "de 10 à 15", "between 10 and 15" and "10-15"."""
    pairs = zip(numbers, numbers[1:], strict=False)
    return [(a, b) for a, b in pairs if a.value < b.value and _linked(a, b, flat, language)]


def find_scales(flat: Flat, language: Language) -> frozenset[Decimal]:
    """Return the scales that a text names at all: "des millions" gives 1000000."""
    return frozenset(SCALES[language][t.text] for t in flat.tokens if t.text in SCALES[language] and len(t.text) > 2)
