"""Headlines in capitals, written as sentences are: models read capitals badly, and lose names in small letters.

Truecasing (Lita et al. 2003): a word takes the form that it has inside the sentences around it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache

from babel import Locale

from breve.facts.names import fold

MIN_WORDS, MIN_SHARE = 3, 0.8  # words of a text in capitals, and its share of capital letters
WORD = re.compile(r"[^\W_]+")


class Casing:
    """The forms of words in some French texts."""

    def __init__(self, texts: Iterable[str]) -> None:
        seen: dict[str, Counter[str]] = defaultdict(Counter)
        for text in texts:
            if not in_capitals(text):
                for word in WORD.findall(text)[1:]:  # the first has a capital anyway
                    seen[fold(word)][word] += 1
        self._seen = {key: forms.most_common(1)[0][0] for key, forms in seen.items()}

    def sentence(self, text: str) -> str:
        """Return a text in capitals as a sentence; any other text as it is."""
        if not in_capitals(text):
            return text
        lowered = WORD.sub(lambda hit: self._form(hit.group()), text)
        return lowered[:1].upper() + lowered[1:]

    def _form(self, word: str) -> str:
        if any(c.isdigit() for c in word):
            return word  # a code: SU7
        key = fold(word)
        return self._seen.get(key) or _countries().get(key, word.lower())


def in_capitals(text: str) -> bool:
    """Return whether a text of several words is in capitals."""
    letters = [c for c in text if c.isalpha()]
    return len(text.split()) >= MIN_WORDS and sum(c.isupper() for c in letters) >= max(1, MIN_SHARE * len(letters))


@cache
def _countries() -> dict[str, str]:
    """Return the names of countries that are one word."""
    names = Locale("fr").territories.values()
    return {fold(name): name for name in names if WORD.fullmatch(name) and name[1:].islower()}
