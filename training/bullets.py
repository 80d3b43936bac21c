"""Make examples of condensing from clean sentence pairs: French in, a short English bullet out.

    python training/bullets.py train.tsv --out bullets.tsv

Reads what prepare.py wrote, in the order of the articles. Two kinds of targets, both only where the verifier finds
nothing wrong with them: translations that lost their asides and subordinate tails, and headlines that say what the
sentence below them says. Writes three columns: the answer's word in the prompt, French, English.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from breve.condenser.shorten import shorten, tidy
from breve.grounding import terms
from breve.style import house_style
from breve.verifier import verify_bullet
from prepare import read_pairs

ANSWER = "Bullet"
LIMIT = 18  # words a translation is shortened to, if cuts can do it
LONG = 14  # words of a translation that is worth shortening
MOST = 26  # words of a target
SHORTER = 0.85  # share of the translation's words that a target has at most
HEADLINE = range(5, 15)  # words
SHARED = 0.6  # share of a headline's terms that the sentence below it has
END = re.compile(r"[.!?…»\"”:]$")
STUB = re.compile(r"\bnot (?:only|just)\b|\beither\b")  # the half of the sentence that follows may be gone


def shortened(french: str, english: str) -> str | None:
    """Return the translation without what can go, or None if that is nothing or does harm."""
    whole = house_style(english)
    short = shorten(whole, LIMIT)
    size = len(short.split())
    longest = min(MOST, SHORTER * len(whole.split()))
    if len(whole.split()) < LONG or size > longest or STUB.search(short) or verify_bullet(short, [french]):
        return None
    return short


def headline(title: tuple[str, str], lead: tuple[str, str]) -> str | None:
    """Return the English of a headline as a bullet of the sentence below it, or None if it says something else."""
    if END.search(title[0]) or not END.search(lead[0]) or len(title[0].split()) not in HEADLINE:
        return None
    wanted, there = set(terms(title[1])), set(terms(lead[1]))
    if len(wanted & there) < SHARED * len(wanted) or len(lead[1].split()) * SHORTER < len(title[1].split()):
        return None
    text = tidy(house_style(title[1]))
    return None if verify_bullet(text, [lead[0]]) else text


def bullets(pairs: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield (French, bullet); a sentence has one target at most."""
    for before, (french, english) in pairwise(pairs):
        target = headline(before, (french, english)) or shortened(french, english)
        if target:
            yield french, target


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    made = list(bullets(list(read_pairs(options.pairs))))
    options.out.write_text("".join(f"{ANSWER}\t{fr}\t{en}\n" for fr, en in made), encoding="utf-8")
    print(f"{len(made)} bullets", file=sys.stderr)


if __name__ == "__main__":
    main()
