"""Is what a model wrote grounded in the article: which sentences say it, and what in it does none of them say?

A written bullet shares its words with the sentences that it rests on; their English translations are at hand, so
words are compared within one language. Rare words count more (inverse document frequency over the article's
sentences), stems are words cut short.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Final

from breve.document import Flag
from breve.facts.flat import flatten
from breve.facts.names import fold, name_words, sound

KINDS: Final = {
    "support": "too little of the bullet is in the sentences that it rests on",
    "name": "a name is not in the article, or in no sentence with anything else that the bullet says",
    "number": "two numbers of one score or range are in no one sentence",
    "voice": "the brief speaks of itself as I or we, outside a quotation",
    "question": "a question states nothing",
    "form": "it breaks off, or says the same words three times",
}
STEM = 5  # letters: "announced" and "announces" are one term
# Share of a bullet's words, by weight, that its evidence must have. Of 64 bullets on four articles that were judged by
# hand (tests/grounding_cases.tsv), inventions came to 0.33 at most and sound ones to 0.52 at least.
SUPPORT = 0.5
REACH = 4  # sentences between the one that says most and others that are cited with it
GAIN = 0.05  # what a further sentence must add to the share to be cited
MOST = 5  # sentences cited by alignment
# A name of so many sentences, or of so large a share of them, or of the first, is what the article is about.
TOPIC, TOPIC_SHARE = 3, 0.15
PAIR = re.compile(r"\b(\d+)\s?[-–]\s?(\d+)\b")
QUOTED = re.compile(r"[“\"«][^”\"»]*[”\"»]")
VOICE = re.compile(r"\b(?:I|[Ww]e|[Mm]y|[Oo]ur|WE)\b(?!\.)")
_STOPWORDS = (
    "a about after all also an and are as at be been before both but by can could did do does for from had has have "
    "he her him his how if in into is it its may more most no not of on one only or other our out over said say says "
    "she should so some such than that the their them then there these they this those to under up was we were what "
    "when where which while who will with would you your"
)
STOPWORDS = frozenset(_STOPWORDS.split())
NO_LAST_WORDS = frozenset(
    {"a", "an", "and", "are", "by", "from", "is", "of", "or", "the", "their", "to", "was", "were"}
)


def terms(text: str) -> list[str]:
    """Return the terms of an English text: numbers whole, other words cut to their stem, no stop words."""
    words = re.findall(r"\d+(?:[.,]\d+)*|[^\W_]+", fold(text))
    found = (word for word in words if len(word) > 1 or word.isdigit())
    return [word if word[0].isdigit() else word[:STEM] for word in found if word not in STOPWORDS]


class Grounding:
    """The sentences of one article, in English and in French, as evidence for what is said of it."""

    def __init__(self, translations: Sequence[str], sources: Sequence[str]) -> None:
        self._terms = [frozenset(terms(text)) for text in translations]
        self._sources = sources
        self._spread = Counter(term for row in self._terms for term in row)
        self._names = {term for text in translations for term in _names(text)}
        text = "\n".join([*sources, *translations])
        self._words = {fold(token.shape) for token in flatten(text).tokens}
        self._sounds = {sound(word) for word in self._words if len(word) > 3}

    def support(self, text: str, evidence: Collection[int]) -> float:
        """Return how much of a text's weight in words the sentences of these numbers have, from 0 to 1."""
        wanted = self._weights(text)
        known: set[str] = set().union(*(self._terms[n] for n in evidence))
        return sum(w for term, w in wanted.items() if term in known) / (sum(wanted.values()) or 1.0)

    def align(self, text: str) -> tuple[int, ...]:
        """Return the numbers of the sentences that a text rests on, ascending; few, and none for an invention."""
        chosen: list[int] = []
        share = 0.0
        wanted = self._weights(text).keys()
        near = [n for n, row in enumerate(self._terms) if not wanted.isdisjoint(row)]
        while near and len(chosen) < MOST:
            best = max(near, key=lambda n: (self.support(text, [*chosen, n]), -n))
            gained = self.support(text, [*chosen, best])
            if gained - share < GAIN:
                break
            share = gained
            chosen.append(best)
            near = [n for n in near if n != best and abs(n - chosen[0]) <= REACH]
        return tuple(sorted(chosen)) if share >= SUPPORT else ()

    def flags(self, text: str, evidence: Collection[int]) -> tuple[Flag, ...]:
        """Return what a text says that the sentences of these numbers, or the whole article, don't."""
        flags = [Flag("name", f"{word} is not in the article") for word in self._strange(text)]
        flags += [Flag("name", f"{word} is in no sentence with the rest") for word in self._misplaced(text)]
        flags += [Flag("number", f"{pair} is in no one sentence") for pair in self._strange_pairs(text, evidence)]
        if VOICE.search(QUOTED.sub("", text)):
            flags.append(Flag("voice", KINDS["voice"]))
        if text.endswith("?"):
            flags.append(Flag("question", KINDS["question"]))
        if _is_deformed(text):
            flags.append(Flag("form", KINDS["form"]))
        share = self.support(text, evidence)
        if share < SUPPORT:
            flags.append(Flag("support", f"{share:.0%} of its words are in the sentences that it cites"))
        return tuple(dict.fromkeys(flags))

    def _weights(self, text: str) -> dict[str, float]:
        size = len(self._terms)
        return {term: math.log(2 + size / (1 + self._spread[term])) for term in terms(text)}

    def _misplaced(self, text: str) -> list[str]:
        """Return the names that no sentence has together with another term of the text."""
        told, sure = set(terms(text)), self._names | _names(text)
        capitals = dict.fromkeys(re.findall(r"\b[A-Z]\w+", text))  # of the first word, the article tells if it's one
        return [word for word in capitals for term in terms(word) if term in sure and self._is_alone(term, told)]

    def _is_alone(self, name: str, told: set[str]) -> bool:
        rows = [row for row in self._terms if name in row]
        if not rows or name in self._terms[0] or len(rows) >= max(TOPIC, TOPIC_SHARE * len(self._terms)):
            return False
        return all(row.isdisjoint(told - {name}) for row in rows)

    def _strange_pairs(self, text: str, evidence: Collection[int]) -> list[str]:
        """Return the scores and ranges of which no sentence of the evidence has both numbers."""
        rows = [set(re.findall(r"\d+", self._sources[n])) for n in evidence if n < len(self._sources)]
        return [pair.group() for pair in PAIR.finditer(text) if not any({*pair.groups()} <= row for row in rows)]

    def _strange(self, text: str) -> list[str]:
        """Return the names that neither the article's French nor its English has."""
        return [word for word in name_words(flatten(text), "en") if not self._knows(word)]

    def _knows(self, word: str) -> bool:
        folded = fold(word)
        return folded in self._words or folded.removesuffix("s") in self._words or sound(folded) in self._sounds


def _names(text: str) -> set[str]:
    """Return the terms of the names in an English text."""
    return {term for word in name_words(flatten(text), "en") for term in terms(word)}


def _is_deformed(text: str) -> bool:
    """Return whether a text ends in a word that no sentence ends in, or has the same two content words three times."""
    words = re.findall(r"\w+", fold(text))
    pairs = Counter(pair for pair in pairwise(words) if STOPWORDS.isdisjoint(pair))
    return bool(words and words[-1] in NO_LAST_WORDS) or max(pairs.values(), default=0) > 2
