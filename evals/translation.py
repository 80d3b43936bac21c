"""Score a profile's translations of a file of sentence pairs.

    python evals/translation.py PAIRS.tsv [--profile embedded] [--limit N] [--json OUT.json] [--section NAME --check]

The last two columns of PAIRS.tsv are French and English; ``--references FILE`` takes the English from a file of its
own. Prints BLEU (Papineni et al. 2002) and chrF (Popović 2015) with sacrebleu's signatures, the share of numbers and
dates kept, the share of flagged lines, and the speed. ``--check`` compares with the floors of a section and ends with
1 below them; ``--update`` raises them.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import sacrebleu

import floors
from breve.document import Article, Block, Kind, Segment, Translation
from breve.facts import kept
from breve.options import Options
from breve.pipeline import Pipeline

PINNED = ("bleu", "chrf", "numbers_kept")


def read_pairs(path: Path, references: Path | None = None) -> tuple[list[str], list[str]]:
    """Return the French lines and the English ones, as many."""
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    if references is None:
        return [row[-2] for row in rows], [row[-1] for row in rows]
    english = [line for line in references.read_text(encoding="utf-8").split("\n") if line.strip()]
    if len(english) != len(rows):
        raise SystemExit(f"{references} has {len(english)} lines, {path} has {len(rows)}")
    return [row[-1] for row in rows], english


def as_article(lines: list[str]) -> Article:
    """Return an article with a paragraph for each line."""
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    blocks = (Block(Kind.PARAGRAPH, a, a + len(line)) for a, line in zip(starts, lines, strict=False))
    return Article("\n".join(lines), tuple(blocks))


def joined(segments: tuple[Segment, ...], done: tuple[Translation, ...], lines: int) -> tuple[list[str], set[int]]:
    """Return the translation of each line, and the numbers of the lines that are flagged."""
    texts: list[list[str]] = [[] for _ in range(lines)]
    for part, translation in zip(segments, done, strict=True):
        texts[part.block].append(translation.text)
    flagged = {part.block for part, translation in zip(segments, done, strict=True) if translation.flags}
    return [" ".join(parts) for parts in texts], flagged


def numbers(sources: list[str], hypotheses: list[str], flagged: set[int]) -> dict[str, float]:
    """Return how many numbers and dates the translations keep, and how many lines lose one with no flag."""
    pairs = [kept(source, hypothesis) for source, hypothesis in zip(sources, hypotheses, strict=True)]
    total = sum(there for _, there in pairs)
    silent = [n for n, (stay, there) in enumerate(pairs) if stay < there and n not in flagged]
    return {
        "numbers": total,
        "numbers_kept": sum(stay for stay, _ in pairs) / total if total else 1.0,
        "lines_that_lose_one_unflagged": len(silent),
    }


def score(sources: list[str], references: list[str], options: Options) -> dict[str, Any]:
    """Return the figures of one profile."""
    pipeline = Pipeline(options, style=str)
    segments = pipeline.draft(as_article(sources)).segments
    engine = pipeline.translator.engine  # loading the model isn't part of the speed
    started = time.perf_counter()
    done = pipeline.translator.translate(segments)
    seconds = time.perf_counter() - started
    hypotheses, flagged = joined(segments, done, len(sources))
    bleu, chrf = sacrebleu.BLEU(), sacrebleu.CHRF()
    return {
        "lines": len(sources),
        "bleu": bleu.corpus_score(hypotheses, [references]).score,
        "bleu_signature": str(bleu.get_signature()),
        "chrf": chrf.corpus_score(hypotheses, [references]).score,
        "chrf_signature": str(chrf.get_signature()),
        **numbers(sources, hypotheses, flagged),
        "flagged_share": len(flagged) / len(sources),
        "tokens_per_s": sum(engine.count_tokens(hypotheses)) / seconds,
        "seconds": seconds,
        "signature": pipeline.signature()["translator"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--references", type=Path, help="the English lines; PAIRS has the French in its last column")
    parser.add_argument("--profile", default="embedded")
    parser.add_argument("--retries", type=int, default=Options().retries)
    parser.add_argument("--limit", type=int, help="score only the first lines")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    parser.add_argument("--section", help="the floors to compare with, such as translation/flores-dev")
    parser.add_argument("--check", action="store_true", help="end with 1 if a figure is below its floor")
    parser.add_argument("--update", action="store_true", help="raise the floors to these figures")
    parser.add_argument("--allow-lower", action="store_true", help="let --update lower a floor")
    options = parser.parse_args()
    sources, references = read_pairs(options.pairs, options.references)
    chosen = Options(profile=options.profile, retries=options.retries)
    result = score(sources[: options.limit], references[: options.limit], chosen)
    text = json.dumps(result, indent=2)
    print(text)
    if options.json:
        options.json.write_text(text + "\n", encoding="utf-8")
    pinned = {name: float(result[name]) for name in PINNED}
    if options.update:
        floors.raise_to(options.section, pinned, allow_lower=options.allow_lower)
    if options.check and (below := floors.misses(options.section, pinned)):
        sys.exit("\n".join(below))


if __name__ == "__main__":
    main()
