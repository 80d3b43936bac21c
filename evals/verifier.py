"""Measure the fact check: false alarms on human translations, and faults found in altered ones.

usage: python evals/verifier.py PAIRS.tsv [--limit N] [--json] [--show KIND]

A line of PAIRS.tsv has a set's name, a French sentence and its English translation, divided by tabs.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from breve.facts import extract
from breve.verifier import KINDS, verify_translation

Pair = tuple[str, str, str]
Mutation = Callable[[str, random.Random], str | None]

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
NEGATIONS = (
    (r"\b(do|does|did)(?: not|n't) (\w+)", r"\2"),
    (r"\b(is|are|was|were|has|have|had|could|would|should|must|need)(?: not|n't)\b", r"\1"),
    (r"\bcan(?:not|'t| not)\b", "can"),
    (r"\bwon't\b", "will"),
    (r"\bwill not\b", "will"),
    (r"\bnever ", ""),
    (r"\bnot ", ""),
    (r"\bno (?=[a-z])", "some "),
    (r"\b[Nn]othing\b", "something"),
    (r"\b[Nn]obody\b|\b[Nn]o one\b", "somebody"),
)


def read_pairs(path: Path) -> list[Pair]:
    lines = path.read_text(encoding="utf-8").split("\n")
    rows = [line.split("\t") for line in lines if line.count("\t") == 2]
    return [(row[0], row[1], row[2]) for row in rows]


def change_digit(text: str, rng: random.Random) -> str | None:
    spots = [match.start() for match in re.finditer(r"(?<![A-Za-z])[0-9](?![A-Za-z])", text)]
    if not spots:
        return None
    spot = rng.choice(spots)
    digit = rng.choice([d for d in "123456789" if d != text[spot]])
    return text[:spot] + digit + text[spot + 1 :]


def change_money(text: str, rng: random.Random) -> str | None:
    amounts = list(re.finditer(r"[$€£] ?([0-9][0-9.,]*)|([0-9][0-9.,]*)(?: \w+)? (?:euros?|dollars?)", text))
    if not amounts:
        return None
    amount = rng.choice(amounts)
    changed = change_digit(amount.group(), rng)
    return None if changed is None else text[: amount.start()] + changed + text[amount.end() :]


def change_scale(text: str, rng: random.Random) -> str | None:
    match = re.search(r"(?<=[0-9] )(?:million|billion)\b", text)
    if not match:
        return None
    return text[: match.start()] + {"million": "billion", "billion": "million"}[match.group()] + text[match.end() :]


def change_date(text: str, rng: random.Random) -> str | None:
    """Move a month, a day beside a month, or a year."""
    names = "|".join(MONTHS)
    months = re.finditer(rf"\b({names})\b", text)
    days = [
        *re.finditer(rf"\b([0-9]{{1,2}})(?=(?:st|nd|rd|th)? (?:of )?(?:{names})\b)", text),
        *re.finditer(rf"\b(?:{names}) ([0-9]{{1,2}})(?![0-9:])", text),
    ]
    years = re.finditer(r"(?<![0-9.,$€£-])(?:19|20)[0-9]{2}(?![0-9.,%-])", text)
    moves = [(*m.span(), rng.choice([month for month in MONTHS if month != m.group()])) for m in months]
    moves += [(*m.span(1), str(int(m.group(1)) % 28 + 1)) for m in days]
    moves += [(*m.span(), str(int(m.group()) + rng.choice([-2, -1, 1, 2]))) for m in years]
    if not moves:
        return None
    start, end, new = rng.choice(moves)
    return text[:start] + new + text[end:]


def drop_negation(text: str, rng: random.Random) -> str | None:
    for pattern, new in NEGATIONS:
        changed = re.sub(pattern, new, text, count=1)
        if changed != text:
            return changed
    return None


def swap_name(text: str, french: str, names: Sequence[str], rng: random.Random) -> str | None:
    """Put another name for one that both sentences write alike."""
    spots = [m for m in re.finditer(r"(?<=[a-z,] )[A-Z][a-z]{3,}\b", text) if re.search(rf"\b{m.group()}\b", french)]
    if not spots:
        return None
    spot = rng.choice(spots)
    other = rng.choice([name for name in names if name != spot.group() and name not in french])
    return text[: spot.start()] + other + text[spot.end() :]


def shared_names(pairs: Sequence[Pair]) -> list[str]:
    """Return the capitalised words that both sides of a pair write alike: names, by that."""
    pattern = re.compile(r"(?<=[a-zà-ÿ,] )[A-Z][a-z]{3,}\b")
    return sorted({word for _, fr, en in pairs for word in set(pattern.findall(en)) & set(pattern.findall(fr))})


def false_alarms(pairs: Sequence[Pair], show: str | None) -> dict[str, dict[str, float]]:
    counts: dict[str, Counter[str]] = {}
    for name, french, english in pairs:
        kinds = {flag.kind for flag in verify_translation(french, english)}
        if show in kinds:
            print(name, [f.detail for f in verify_translation(french, english)], french, english, sep="\n  ")
        for group in (name, "all"):
            counts.setdefault(group, Counter()).update(
                {"sentences": 1, "any": int(bool(kinds)), **dict.fromkeys(kinds, 1)}
            )
    return {
        group: {kind: count[kind] / count["sentences"] for kind in (*KINDS, "any")} | {"sentences": count["sentences"]}
        for group, count in counts.items()
    }


def detection(pairs: Sequence[Pair], show: str | None, limit: int) -> dict[str, dict[str, float]]:
    """Return for each mutation how many pairs were altered, in random order, and which share raised a new flag."""
    names = shared_names(pairs)
    pairs = random.Random(1).sample(pairs, len(pairs))
    mutations: dict[str, Mutation] = {
        "digit": change_digit, "money": change_money, "scale": change_scale, "date": change_date,
        "negation": drop_negation, "name": lambda text, rng: text,
    }  # fmt: skip
    results = {}
    for label, mutate in mutations.items():
        rng, made, caught = random.Random(1), 0, 0
        for _, french, english in pairs:
            if made >= limit:
                break
            altered = swap_name(english, french, names, rng) if label == "name" else mutate(english, rng)
            if altered is None or altered == english or (label == "negation" and not extract(french, "fr").negated):
                continue
            before, after = verify_translation(french, english), verify_translation(french, altered)
            found = bool(set(after) - set(before))
            made, caught = made + 1, caught + found
            if show == f"missed-{label}" and not found:
                print(french, altered, sep="\n  ")
        results[label] = {"made": made, "caught": caught / made if made else 0.0}
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the fact check on pairs of French and English sentences.")
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--limit", type=int, default=3000, help="altered sentences of each kind")
    parser.add_argument("--sample", type=int, default=1, help="take every N-th pair")
    parser.add_argument("--show", help="print the pairs with false alarms of this kind, or missed-digit and so on")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()

    pairs = read_pairs(options.pairs)[:: options.sample]
    start = time.perf_counter()
    alarms = false_alarms(pairs, options.show)
    seconds = time.perf_counter() - start
    found = detection(pairs, options.show, options.limit)
    if options.json:
        print(
            json.dumps({"false_alarms": alarms, "detection": found, "ms_a_pair": 1000 * seconds / len(pairs)}, indent=1)
        )
        return
    print("false alarms   " + "".join(f"{kind:>10}" for kind in (*KINDS, "any", "pairs")))
    for group, row in alarms.items():
        print(f"{group:15}" + "".join(f"{row[kind]:10.2%}" for kind in (*KINDS, "any")) + f"{row['sentences']:10.0f}")
    for label, result in found.items():
        print(f"{label:10} {result['made']:6.0f} altered, {result['caught']:.1%} found")
    print(f"{1000 * seconds / len(pairs):.2f} ms a pair")


if __name__ == "__main__":
    main()
