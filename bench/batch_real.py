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


def clocks() -> tuple[float, float]:
    """Return the time, and the processor's time of this process and of its children that ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return time.perf_counter(), sum(u.ru_utime + u.ru_stime for u in used)


def one_by_one(articles: Path) -> dict[str, str]:
    """Return each article's JSON; the model is loaded already."""
    return {
        path.name: render(replace(breve.summarize(path), timing=Timing()), "json")
        for path in sorted(articles.iterdir())
    }  # fmt: skip


def folder(articles: Path, briefs: Path, workers: int) -> dict[str, str]:
    """Return each article's JSON; loading the model counts."""
    breve.batch(articles, briefs, formats=("json",), workers=workers)
    return {p.name.removesuffix(".json"): p.read_text("utf-8") for p in briefs.glob("*.txt.json")}


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
        before = clocks()
        expected = one_by_one(articles)
        alone, alone_cpu = (after - start for after, start in zip(clocks(), before, strict=True))
        row = {"way": "one by one", "seconds": round(alone, 1), "cpu_s": round(alone_cpu, 1)}
        print(json.dumps(row | {"load": os.getloadavg()[0]}), flush=True)
        for workers in options.workers:
            before = clocks()
            found = folder(articles, Path(scratch, f"briefs-{workers}"), workers)
            seconds, cpu = (after - start for after, start in zip(clocks(), before, strict=True))
            peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
            row = {
                "way": f"folder, {workers} worker(s)", "seconds": round(seconds, 1), "cpu_s": round(cpu, 1),
                "share": round(seconds / alone, 2), "cpu_share": round(cpu / alone_cpu, 2),
                "differing": [name for name in expected if found.get(name) != expected[name]],
                "peak_MB_of_a_process": round(peak * 1.024e-3),
            }  # fmt: skip
            print(json.dumps(row | {"load": os.getloadavg()[0]}), flush=True)


if __name__ == "__main__":
    main()
