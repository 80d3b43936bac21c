"""Measure a folder of real articles on the embedded model: one by one in a warm process, then as a folder.

usage: python bench/batch_real.py [--files 20] [--workers 1 2]

Prints the seconds of each way, its share of the time one by one, and whether the results are the same. A new process
takes about two seconds more an article, which is not counted here.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import breve
from batch_driver import real_articles
from breve.document import Timing
from breve.renderer import render


def one_by_one(articles: Path) -> tuple[dict[str, str], float]:
    """Return each article's JSON and the seconds of all of them; the model is loaded already."""
    texts = {}
    started = time.perf_counter()
    for path in sorted(articles.iterdir()):
        texts[path.name] = render(replace(breve.summarize(path), timing=Timing()), "json")
    return texts, time.perf_counter() - started


def folder(articles: Path, briefs: Path, workers: int) -> tuple[dict[str, str], float]:
    """Return each article's JSON and the seconds of the run, the model's loading included."""
    started = time.perf_counter()
    breve.batch(articles, briefs, formats=("json",), workers=workers)
    seconds = time.perf_counter() - started
    return {p.name.removesuffix(".json"): p.read_text("utf-8") for p in briefs.glob("*.txt.json")}, seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--files", type=int, default=20)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        articles = Path(scratch, "articles")
        articles.mkdir()
        real_articles(articles, options.files)
        breve.summarize(Path(articles, "article-000.txt"))
        expected, alone = one_by_one(articles)
        print(json.dumps({"way": "one by one", "seconds": round(alone, 1), "load": os.getloadavg()[0]}), flush=True)
        for workers in options.workers:
            found, seconds = folder(articles, Path(scratch, f"briefs-{workers}"), workers)
            differing = [name for name in expected if found.get(name) != expected[name]]
            peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
            row = {
                "way": f"folder, {workers} worker(s)", "seconds": round(seconds, 1), "share": round(seconds / alone, 2),
                "differing": differing, "peak_MB_of_a_process": round(peak * 1.024e-3), "load": os.getloadavg()[0],
            }  # fmt: skip
            print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
