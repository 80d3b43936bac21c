"""Measure a folder of many small files with a scripted engine: seconds, and memory as it grows.

usage: python bench/batch_speed.py [--files 10000] [--workers 1]

Memory is read every half second; the report compares the run's second half with its first.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import threading
import time
from pathlib import Path

import psutil

import breve
from batch_driver import answer, make_files
from breve.engines.scripted import ScriptedEngine


def memory_mb() -> float:
    """Return the memory of this process and its children."""
    me = psutil.Process()
    return sum(p.memory_info().rss for p in [me, *me.children(recursive=True)]) / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        articles, briefs = Path(scratch, "articles"), Path(scratch, "briefs")
        articles.mkdir()
        make_files(articles, options.files)
        samples: list[float] = []
        done = threading.Event()

        def sample() -> None:
            while not done.wait(0.5):
                samples.append(memory_mb())

        watcher = threading.Thread(target=sample)
        watcher.start()
        cpu = time.process_time()
        started = time.perf_counter()
        report = breve.batch(articles, briefs, engine=ScriptedEngine(answer=answer), workers=options.workers)
        seconds = time.perf_counter() - started
        cpu = time.process_time() - cpu
        started = time.perf_counter()
        again = breve.batch(articles, briefs, engine=ScriptedEngine(answer=answer))
        rerun = time.perf_counter() - started
        done.set()
        watcher.join()
        half = len(samples) // 2
        row = {
            "files": report.done, "seconds": round(seconds, 1), "cpu_s": round(cpu, 1),
            "files_a_second": round(report.done / seconds), "rerun_seconds": round(rerun, 1),
            "rerun_skipped": again.skipped, "peak_MB": round(max(samples)),
            "first_half_MB": round(sum(samples[:half]) / half), "second_half_MB": round(sum(samples[half:]) / half),
            "load": round(os.getloadavg()[0], 1),
        }  # fmt: skip
        print(json.dumps(row))


if __name__ == "__main__":
    main()
