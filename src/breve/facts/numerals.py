"""Numerals in digits, words and Roman figures, before their scale and unit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from breve.facts.flat import Token
from breve.facts.lexicon import CARDINALS, COLLECTIVES, HINTS, ORDINALS, SCALES, UNITS
from breve.facts.types import DURATIONS, Language

ONE = Decimal(1)
MAX_DIGITS = 24  # longer runs of digits are codes, not amounts
_ORDINAL_SUFFIX = re.compile(r"(?:ers?|ères?|res?|e|es|èmes?|emes?|ièmes?|nde?|st|nd|rd|th|ths)\Z")
_ROMAN = re.compile(r"([ivx]{1,6})(?:e|er|ème|ième|th|st|nd|rd)\Z")
_CENTURY = frozenset({"siècle", "siècles"})
_DECIMAL_WORD = {"fr": "virgule", "en": "point"}
_FLAT_ONE = frozenset({"a", "an", "un", "une"})


@dataclass(slots=True)
class Numeral:
    """A numeral as read from ``tokens[start:end]``, before scale and unit."""

    values: list[Decimal]
    end: int
    digits: bool
    ordinal: bool = False
    weak: bool = False
    approximate: bool = False
    code: bool = False


def readings(token: str, language: Language) -> list[Decimal]:
    """Return the values of a digit token: a language's own grouping mark groups, the other's may group or not."""
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
    if not grouped:
        return [point]
    own = "." if language == "fr" else ","
    return [Decimal("".join(parts))] if own in token else [point, Decimal("".join(parts))]


def read_numeral(tokens: Sequence[Token], index: int, language: Language) -> Numeral | None:
    """Return the numeral that starts at a token, or None; a hint such as "half" is a weak one."""
    token = tokens[index]
    if "0" <= token.text[0] <= "9":
        return _digits(tokens, index, language)
    if token.text in COLLECTIVES and not _after(tokens, index, "pour", "per"):
        return Numeral([Decimal(v) for v in _hint(token.text, language)], index + 1, False, weak=True, approximate=True)
    if token.text in HINTS[language]:
        return Numeral([Decimal(v) for v in HINTS[language][token.text]], index + 1, False, weak=True)
    halved = duration_at(tokens, index + 1) and read_half(tokens, index + 2, language, [])[0] > 0
    if token.text in _FLAT_ONE and (halved or _bare_scale(tokens, index + 1, language)):
        return Numeral([ONE], index + 1, False)
    roman = _ROMAN.match(token.text) if token.shape[0].isupper() else None
    if roman and (len(roman[1]) > 1 or next_is(tokens, index + 1, _CENTURY)):
        return Numeral([_roman(roman[1])], index + 1, True, ordinal=True)
    return _words(tokens, index, language)


def _hint(word: str, language: Language) -> Sequence[str]:
    return HINTS[language].get(word, (str(COLLECTIVES[word]),))


def _bare_scale(tokens: Sequence[Token], index: int, language: Language) -> bool:
    return index < len(tokens) and tokens[index].text in SCALES[language] and tokens[index].text[-1] != "s"


def next_is(tokens: Sequence[Token], index: int, words: frozenset[str]) -> bool:
    """Return whether one of the words stands at an index."""
    return index < len(tokens) and tokens[index].text in words


def _after(tokens: Sequence[Token], index: int, *words: str) -> bool:
    return index > 0 and tokens[index - 1].text in words


def _roman(text: str) -> Decimal:
    digits = [{"i": 1, "v": 5, "x": 10}[letter] for letter in text]
    return Decimal(sum(-a if a < b else a for a, b in zip(digits, [*digits[1:], 0], strict=True)))


def _digits(tokens: Sequence[Token], index: int, language: Language) -> Numeral:
    token = tokens[index]
    if len(token.text) > MAX_DIGITS:
        return Numeral([Decimal(-1)], index + 1, True, weak=True)
    joined = index > 0 and tokens[index - 1].end == token.start
    code = joined and index > 1 and tokens[index - 1].text == "-" and tokens[index - 2].end == tokens[index - 1].start
    code = code and tokens[index - 2].shape[-1].isupper()
    numeral = Numeral(readings(token.text, language), index + 1, True, weak=code, code=code)
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    if following and following.start == token.end and _ORDINAL_SUFFIX.match(following.text):
        numeral.ordinal, numeral.end = True, index + 2
    return numeral


def _words(tokens: Sequence[Token], index: int, language: Language) -> Numeral | None:
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
    weak = (
        named
        or both
        or value <= 1
        or (ordinal and value <= 3)
        or (language == "fr" and previous == "neuf" and value == 9)
    )
    return _point(tokens, Numeral([value], position, False, ordinal, weak), language)


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


def _point(tokens: Sequence[Token], numeral: Numeral, language: Language) -> Numeral:
    """Read "trois virgule cinq" and "three point five"."""
    end = numeral.end
    if not next_is(tokens, end, frozenset({_DECIMAL_WORD[language]})) or numeral.ordinal:
        return numeral
    digits, position = "", end + 1
    while position < len(tokens) and len(digits) < 6 and 0 <= CARDINALS[language].get(tokens[position].text, -1) < 100:
        digits += str(CARDINALS[language][tokens[position].text])
        position += 1
    if not digits:
        return numeral
    return Numeral([numeral.values[0] + Decimal(f"0.{digits}")], position, False)


def read_half(tokens: Sequence[Token], end: int, language: Language, mantissas: list[Decimal]) -> tuple[Decimal, int]:
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


def duration_at(tokens: Sequence[Token], index: int) -> bool:
    """Return whether a word such as "weeks" stands at an index."""
    return index < len(tokens) and UNITS.get(tokens[index].text) in DURATIONS
