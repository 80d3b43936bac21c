"""French numbers in words, written in digits: a small model copies digits and confuses words."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from breve.facts.flat import Token, flatten
from breve.facts.lexicon import COLLECTIVES
from breve.facts.numerals import read_numeral

LEAST = 3  # smaller ones are pronouns and articles as often as numbers
TEENS = {*range(11, 20), *range(70, 80), *range(90, 100)}


def in_digits(text: str, *, only_hard: bool = False) -> str:
    """Return a French text with its spelled-out cardinal numbers in digits: "dix-neuf pays" becomes "19 pays".

    Ordinals and names stay in words; "une cinquantaine de" becomes "environ 50". The hard ones are those that a small
    model confuses most: teens, what is built on them (soixante-douze), thousands, and the likes of "cinquantaine".
    """
    flat = flatten(text)
    parts: list[str] = []
    index = done = 0
    while index < len(flat.tokens):
        found = _collective(flat.tokens, index) or _cardinal(flat.tokens, index, only_hard)
        if found is None:
            index += 1
            continue
        value, end = found
        start, stop = flat.span(flat.tokens[index].start, flat.tokens[end - 1].end)
        parts += [text[done:start], value]
        index, done = end, stop
    return "".join([*parts, text[done:]])


def _collective(tokens: Sequence[Token], index: int) -> tuple[str, int] | None:
    """Return "environ" with the number of "une cinquantaine de" that starts at a token, and where it ends."""
    article, word, of = [token.text for token in tokens[index : index + 3]] + [""] * max(0, index + 3 - len(tokens))
    if article != "une" or word not in COLLECTIVES or of not in {"de", "d"}:
        return None
    about = "environ" if tokens[index].shape.islower() else "Environ"
    number = f"{about} {_grouped(Decimal(COLLECTIVES[word]))}"
    return (number, index + 3) if of == "de" else (f"{number} ", index + 4)


def _cardinal(tokens: Sequence[Token], index: int, only_hard: bool) -> tuple[str, int] | None:
    """Return the number in words that starts at a token in digits, and where it ends."""
    numeral = read_numeral(tokens, index, "fr")
    if numeral is None or numeral.digits or numeral.ordinal or numeral.weak:
        return None
    value = numeral.values[0]
    hard = value >= 1000 or value % 100 in TEENS
    return (_grouped(value), numeral.end) if value >= LEAST and (hard or not only_hard) else None


def _grouped(value: Decimal) -> str:
    return f"{value:,}".replace(",", " ").replace(".", ",")
