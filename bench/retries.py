"""Measure what searching again for flagged sentences adds to an article's translation.

usage: python bench/retries.py ARTICLE.txt [...] [--rounds 2]

Each article is translated greedily and as it is by default, in turns, by one warm model; the least seconds of each way
count. Prints the ratio of each article and of all together, and the flags before and after.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from breve.options import Options
from breve.pipeline import Draft, Pipeline

RETRIES = (0, Options().retries)


def translated(pipeline: Pipeline, draft: Draft) -> tuple[float, int]:
    """Return the seconds of translating an article, and how many of its segments are flagged."""
    started = time.perf_counter()
    done = [t for batch in pipeline.translations(draft.segments) for t in batch]
    return time.perf_counter() - started, sum(bool(t.flags) for t in done)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("articles", type=Path, nargs="+")
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    ways = [Pipeline(Options(retries=number)) for number in RETRIES]
    totals = [0.0, 0.0]
    for path in options.articles:
        draft = ways[0].draft(path)
        rounds = [[translated(way, draft) for way in ways] for _ in range(options.rounds)]
        seconds = [min(row[way][0] for row in rounds) for way in (0, 1)]
        flagged = [rounds[0][way][1] for way in (0, 1)]
        totals = [total + s for total, s in zip(totals, seconds, strict=True)]
        print(
            f"{path.name:24} segments {len(draft.segments):3}  greedy {seconds[0]:.1f} s  final {seconds[1]:.1f} s  "
            f"{seconds[1] / seconds[0]:.2f} x  flagged {flagged[0]} -> {flagged[1]}",
            flush=True,
        )
    print(f"all: {totals[1] / totals[0]:.2f} x")


if __name__ == "__main__":
    main()
