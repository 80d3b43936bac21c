"""Prepare sentence pairs for training: filter, repair, and write one clean file.

Reads tab-separated files whose last two columns are French and English. Keeps a pair when both sides
look like translations of each other, when its digits agree, and when neither side occurs in a held-out file.

    python training/prepare.py PAIRS.tsv [PAIRS.tsv ...] --held-out dev.tsv --out train.tsv
"""

import argparse
import collections
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

MIN_RATIO, MAX_RATIO = 0.5, 2.0  # characters of English for one of French; 99 % of the pairs lie inside
MAX_CHARACTERS = 600  # longer "sentences" are several, or lists
MISREAD = re.compile(r"Ã.|â€|\ufffd|\?[a-z]")  # UTF-8 read as Latin-1, or letters lost to "?"


def read_pairs(path: Path) -> Iterator[tuple[str, str]]:
    """Yield (French, English) of a tab-separated file; its last two columns count."""
    with path.open(encoding="utf-8", newline="\n") as stream:
        for line in stream:
            columns = line.rstrip("\r\n").split("\t")
            if len(columns) >= 2:
                yield columns[-2].strip(), columns[-1].strip()


def fold(text: str) -> str:
    """Return only the letters and digits of a text, without case or accents."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(c for c in decomposed if c.isalnum())


def digits(text: str) -> collections.Counter[str]:
    """Return the numbers of two digits or more, separators dropped: "32 800" and "32,800" are one."""
    joined = re.sub(r"(?<=\d)[\s.,](?=\d)", "", text)
    return collections.Counter(n for n in re.findall(r"\d+", joined) if len(n) > 1)


def rejection(french: str, english: str) -> str | None:
    """Return why a pair is no good example, or None."""
    if len(fold(french)) < 2 or len(fold(english)) < 2:
        return "no words"
    if max(len(french), len(english)) > MAX_CHARACTERS:
        return "too long"
    if not MIN_RATIO <= (len(english) + 5) / (len(french) + 5) <= MAX_RATIO:
        return "length ratio"
    if fold(french) == fold(english) and len(french.split()) > 3:
        return "copied"
    if MISREAD.search(french) or MISREAD.search(english):
        return "misread characters"
    if digits(french) != digits(english):
        return "digits differ"
    return None


def accented(paths: Iterable[Path]) -> dict[str, str]:
    """Return, by folded text, the spelling of a French sentence that has most accents.

    Some releases of the news tests lost accents ("a" for "à"); another release of the same sentence has them.
    """
    best: dict[str, tuple[int, str]] = {}
    for path in paths:
        for french, _ in read_pairs(path):
            accents = sum(ord(c) > 127 and c.isalpha() for c in french)
            key = fold(french)
            if key not in best or accents > best[key][0]:
                best[key] = (accents, french)
    return {key: text for key, (_, text) in best.items()}


def prepare(
    paths: list[Path], held_out: list[Path], spellings: list[Path]
) -> tuple[list[tuple[str, str]], collections.Counter[str]]:
    """Return the clean pairs, in order, and how many were dropped for which reason."""
    forbidden = {fold(side) for path in held_out for pair in read_pairs(path) for side in pair}
    spelling = accented([*paths, *spellings])
    seen: set[str] = set()
    kept: list[tuple[str, str]] = []
    dropped: collections.Counter[str] = collections.Counter()
    for path in paths:
        for french, english in read_pairs(path):
            key = fold(french)
            french = spelling[key]
            reason = rejection(french, english)
            if reason is None and (key in forbidden or fold(english) in forbidden):
                reason = "held out"
            if reason is None and key in seen:
                reason = "duplicate"
            if reason is None:
                seen.add(key)
                kept.append((french, english))
            else:
                dropped[reason] += 1
    return kept, dropped


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("pairs", type=Path, nargs="+")
    parser.add_argument("--held-out", type=Path, nargs="*", default=[], help="files whose sentences must not be used")
    parser.add_argument("--spellings", type=Path, nargs="*", default=[], help="files that may hold better spellings")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    kept, dropped = prepare(options.pairs, options.held_out, options.spellings)
    options.out.write_text("".join(f"{fr}\t{en}\n" for fr, en in kept), encoding="utf-8")
    print(f"kept {len(kept)}; dropped {sum(dropped.values())}: {dict(dropped)}", file=sys.stderr)


if __name__ == "__main__":
    main()
