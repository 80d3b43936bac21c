"""Sentences with exact offsets."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breve.document import Article, Block, Kind
from breve.segmenter import segment

# "|" marks where a sentence ends.
CASES = [
    "Il pleut. | Elle sort.",
    "M. Dupont est là. | Il parle.",
    "Mme Roux et Mlle Petit sortent. | Le Dr. Blanc entre.",
    "Jean-Pierre, dit J.-P. Martin, est élu. | Il a 30 ans.",
    "Voir l’art. 12 et la p. 45 du code. | C’est clair.",
    "Rome, 44 av. J.-C. fut agitée. | Tout change.",
    "Le prix est de 3.5 euros. | Il monte.",
    "La séance ouvre à 14 h 30. | Elle finit à 16 h.",
    "Il veut rivaliser avec la Tesla Model Y. | Il a été vu.",
    "Il hésite… puis il part. | Fin.",
    "« Oui ! » dit-il. | Elle rit.",
    "Quoi ?! | Rien.",
    "C’était en 2014. | Le maire a changé.",
    "Le n° 5 gagne. | Le n° 6 perd.",
    "Le vol. 2 paraît. | Il coûte 10 €.",
    "Il cite St. Augustin souvent. | Il le lit.",
]


def article(text: str) -> Article:
    return Article(text, (Block(Kind.PARAGRAPH, 0, len(text)),))


@pytest.mark.parametrize("case", CASES)
def test_french_sentences(case: str) -> None:
    expected = case.split(" | ")
    assert [s.source for s in segment(article(" ".join(expected)))] == expected


@given(st.text(max_size=300))
def test_offsets_are_exact_and_no_character_is_lost(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    segments = segment(article(text))
    assert all(text[s.start : s.end] == s.source == s.source.strip() for s in segments)
    assert all(a.end <= b.start for a, b in pairwise(segments))
    assert "".join("".join(s.source.split()) for s in segments) == "".join(text.split())


def test_a_long_sentence_is_split_at_clauses_and_keeps_its_words() -> None:
    text = "le conseil a voté un budget, " * 80
    segments = segment(article(text))
    assert all(len(s.source.split()) <= 120 for s in segments)
    assert " ".join(s.source for s in segments).split() == text.split()
    assert all(s.source.endswith(",") for s in segments)


def test_one_enormous_word_ends_too() -> None:
    assert sum(len(s.source) for s in segment(article("a" * 10_000))) == 10_000


def test_time_is_linear() -> None:
    def seconds(repeats: int) -> float:
        text = "Le maire de Lyon a ouvert la séance du conseil à midi. " * repeats
        started = time.perf_counter()
        assert len(segment(article(text))) == repeats
        return time.perf_counter() - started

    seconds(10)
    assert seconds(4000) < 16 * seconds(1000) + 1  # four times the text; quadratic growth would be 16 times
