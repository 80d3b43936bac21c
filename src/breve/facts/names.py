"""Names: capitalised words and product codes, and how one language writes the names of the other."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

from babel import Locale

from breve.facts.flat import Flat, Token
from breve.facts.lexicon import UNITS
from breve.facts.types import Language, Name

MAX_WORDS = 2000  # beyond it, names are compared by spelling alone; a sentence has a few dozen
_PARTICLES = frozenset({"de", "du", "des", "la", "le", "of", "the", "van", "von", "al", "ben", "der"})
_SOUNDS = (
    ("tch", "c"), ("ch", "c"), ("sh", "c"), ("ou", "u"), ("ph", "f"), ("qu", "k"), ("dj", "j"), ("w", "v"), ("y", "i"),
    ("z", "s"), ("k", "c"), ("h", ""),
)  # fmt: skip
_CODE = re.compile(r"(?=\w*[0-9])(?=\w*[A-Z])[A-Z0-9]\w{1,11}\Z|[A-Z]{1,6}[a-z]?[0-9]{1,4}\Z")
_QUARTER = re.compile(r"[TQSH][1-4]\Z")  # "T3" is the third quarter, Q3
_ROMAN = re.compile(r"[IVX]+(?:er|re|e|es|ème|ième)\Z")
_OPENERS = frozenset('.!?:;"([*•-…')


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Return a text without accents and case."""
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char)).replace("œ", "oe").replace("æ", "ae")


@lru_cache(maxsize=1)
def _words() -> dict[str, Any]:
    return tomllib.loads(files("breve.facts").joinpath("names.toml").read_text("utf-8"))


@lru_cache(maxsize=2)
def _common(language: Language) -> frozenset[str]:
    return frozenset(str(_words()[f"common_{language}"]).split())


@lru_cache(maxsize=1)
def exonyms() -> dict[str, frozenset[str]]:
    """Return folded French words of names with the folded English words that may stand for them."""
    table: dict[str, set[str]] = {}
    french, english = Locale("fr").territories, Locale("en").territories
    pairs = [(str(french[code]), str(english[code])) for code in french if code in english]
    pairs += [(name, other) for name, others in _words()["exonyms"].items() for other in others]
    for name, other in pairs:
        words = set(re.findall(r"\w+", fold(other)))
        for word in re.findall(r"\w+", fold(name)):
            if len(word) > 1 and word not in _PARTICLES:
                table.setdefault(word, set()).update(words - _PARTICLES)
    return {word: frozenset(others) for word, others in table.items()}


def find_names(flat: Flat, language: Language) -> Iterator[Name]:
    """Yield the runs of capitalised words and codes; those that open a sentence are weak."""
    tokens, index = flat.tokens, 0
    shouted = _shouted(tokens)
    while index < len(tokens):
        if not _is_capital(tokens[index]):
            index += 1
            continue
        end = index + 1
        while (
            end < len(tokens)
            and (_is_capital(tokens[end]) or _joins(tokens, end))
            and tokens[end].start - tokens[end - 1].end <= 1
        ):
            end += 1
        start, stop = tokens[index].start, tokens[end - 1].end
        weak = shouted or (end == index + 1 and _opens(tokens, index) and not is_code(tokens[index].shape))
        keys = frozenset(fold(token.shape) for token in tokens[index:end] if token.shape[0].isalpha())
        yield Name(flat.span(start, stop), flat.written(start, stop), keys, weak)
        index = end


def is_code(word: str) -> bool:
    """Return whether a word is a product code or an acronym with a digit: YU7, A320, G20."""
    return bool(_CODE.match(word))


def _is_capital(token: Token) -> bool:
    return (token.shape[0].isupper() and (len(token.shape) > 1 or token.shape in "XYZS")) or is_code(token.shape)


def _joins(tokens: Sequence[Token], index: int) -> bool:
    return tokens[index].text == "-" and index + 1 < len(tokens) and _is_capital(tokens[index + 1])


def _opens(tokens: Sequence[Token], index: int) -> bool:
    return index == 0 or tokens[index - 1].text in _OPENERS or (index == 1 and not tokens[0].text.isalpha())


def _shouted(tokens: Sequence[Token]) -> bool:
    """Return whether a text is in title case or capitals, so that a capital says nothing."""
    words = [token for token in tokens if token.shape[0].isalpha() and len(token.shape) > 3]
    return len(words) > 3 and sum(word.shape[0].isupper() for word in words) > 0.7 * len(words)


def name_words(flat: Flat, language: Language) -> list[str]:
    """Return the words, as written, that are surely names: no opener of a sentence, no common word."""
    if _shouted(flat.tokens):
        return []
    common = _common(language)

    def sure(index: int, token: Token) -> bool:
        if not _is_capital(token) or len(token.shape) < 2:
            return False
        if _ROMAN.match(token.shape) or _QUARTER.match(token.shape):
            return False
        folded = fold(token.shape)
        if folded in UNITS or folded in common or folded.rstrip("s") in common or folded.removesuffix("es") in common:
            return False
        return is_code(token.shape) or not _opens(flat.tokens, index)

    return [token.shape for index, token in enumerate(flat.tokens) if sure(index, token)]


@lru_cache(maxsize=8192)
def sound(word: str) -> str:
    """Return a rough skeleton in which transliterations agree: Poutine and Putin, Chtchoukine and Shchukin."""
    text = re.sub(r"[^a-z0-9]", "", fold(word))
    for old, new in _SOUNDS:
        text = text.replace(old, new)
    return re.sub(r"(.)\1+", r"\1", re.sub(r"(?:es?|s|a|ia?)\Z", "", text))


def alike(one: str, other: str) -> float:
    """Return the share of letter pairs that two words have in common, from 0 to 1 (Dice, on their sounds)."""
    a, b = sound(one), sound(other)
    if not a or not b:
        return float(a == b)
    if a == b or (len(a) > 3 and len(b) > 3 and a[:4] == b[:4]):
        return 1.0
    first, second = {a[i : i + 2] for i in range(len(a) - 1)}, {b[i : i + 2] for i in range(len(b) - 1)}
    return 2 * len(first & second) / max(1, len(first) + len(second))


def orphans(source: Flat, target: Flat) -> tuple[list[str], list[str]]:
    """Return the name words of the French and of the English text that have no counterpart in the other."""
    french, english = _folded(source), _folded(target)
    capitals: dict[str, bool] = {folded: True for folded, capital in english.items() if capital}
    table = exonyms()
    foreign = {other for word in french for other in table.get(word, ())}
    lost = [
        w for w in name_words(source, "fr") if not _counterpart(w, english, capitals, table.get(fold(w), frozenset()))
    ]
    new = [
        w
        for w in name_words(target, "en")
        if fold(w) not in foreign and not _counterpart(w, french, french, frozenset())
    ]
    return list(dict.fromkeys(lost)), list(dict.fromkeys(new))


def lost_codes(source: Flat, target: Flat) -> list[str]:
    """Return the codes of the French text that the English one lacks."""
    english = _folded(target)
    codes = dict.fromkeys(word for word in name_words(source, "fr") if is_code(word))
    return [code for code in codes if not _counterpart(code, english, english, frozenset())]


def _folded(flat: Flat) -> dict[str, bool]:
    """Return the folded words of a text, and whether each has a capital."""
    words: dict[str, bool] = {}
    for token in flat.tokens:
        if token.shape[0].isalpha():
            folded = fold(token.shape)
            words[folded] = words.get(folded, False) or token.shape[0].isupper()
    return words


def _counterpart(word: str, others: dict[str, bool], similar: dict[str, bool], known: frozenset[str]) -> bool:
    """Return whether ``others`` hold a word, an exonym of it, or ``similar`` one that sounds like it."""
    folded = fold(word)
    if folded in others or not known.isdisjoint(others):
        return True
    if is_code(word):
        return not {folded, folded + "s", folded.removesuffix("s")}.isdisjoint(others)  # "SU7s": several of the SU7
    if word.isupper() and len(word) <= 5:  # an acronym may be spelled out, or have its letters in another order
        letters = set(folded)
        return len(others) > MAX_WORDS or _spelled(folded, others) or any(set(other) == letters for other in others)
    if len(similar) > MAX_WORDS:
        return True
    near = (other for other in similar if len(other) > 2 and abs(len(other) - len(folded)) < 5)
    return any(alike(folded, other) >= (0.5 if similar[other] else 0.6) for other in near)


def _spelled(acronym: str, others: dict[str, bool]) -> bool:
    initials = {other[0] for other in others}
    return len(acronym) > 2 and set(acronym) <= initials
