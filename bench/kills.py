"""Kill a batch again and again at random moments, then compare what it left with an undisturbed run's.

usage: python bench/kills.py [--kills 200] [--files 1000] [--seed 1]

The engine is scripted and slow enough that most kills fall into work. Most come a while after the first sentence, the
others at any moment from the start of the process on. When a run of all files is complete before the kills are
used up, another begins in a fresh folder. After each kill every brief that is there must be whole.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import breve
from batch_driver import SlowAnswer, answer, make_files
from breve.engines.scripted import ScriptedEngine

DRIVER = Path(__file__).with_name("batch_driver.py")
SECONDS_A_SENTENCE = 0.003
VALUES = {"formats": ["md", "json", "html"]}


def tree(folder: Path) -> dict[str, bytes]:
    """Return all files but the journal's."""
    files = (p for p in folder.rglob("*") if p.is_file() and ".breve" not in p.relative_to(folder).parts)
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in files}


def damaged(folder: Path, reference: dict[str, bytes]) -> list[str]:
    """Return the files that are not as in the reference; the report and temporary files are left out."""
    found = {name: data for name, data in tree(folder).items() if "/" in name and "/.breve-" not in name}
    return [name for name, data in found.items() if reference.get(name) != data]


def killed_run(articles: Path, briefs: Path, chance: random.Random, log: Path) -> bool:
    """Start a run and kill it; return False if it ended first."""
    command = [sys.executable, str(DRIVER), str(articles), str(briefs), json.dumps(VALUES)]
    before = log.stat().st_size if log.exists() else 0
    process = subprocess.Popen([*command, str(SECONDS_A_SENTENCE), str(log)], stdout=subprocess.DEVNULL)
    if chance.random() < 0.2:
        delay = chance.uniform(0, 1.5)
    else:
        while process.poll() is None and (log.stat().st_size if log.exists() else 0) == before:
            time.sleep(0.005)
        delay = chance.expovariate(1 / 0.35)
    time.sleep(delay)
    ended = process.poll() is not None
    process.kill()
    process.wait()
    return not ended


def kill_often(kills: int, files: int, seed: int) -> dict[str, int]:
    """Return counts; raises SystemExit at the first damage."""
    chance = random.Random(seed)
    counts = {"kills": 0, "runs": 0, "articles_done_twice": 0, "most_in_a_kill": 0}
    with tempfile.TemporaryDirectory() as scratch:
        articles, reference_dir, log = Path(scratch, "articles"), Path(scratch, "reference"), Path(scratch, "log")
        articles.mkdir()
        make_files(articles, files)
        values = {"formats": tuple(VALUES["formats"])}
        breve.batch(articles, reference_dir, engine=ScriptedEngine(answer=answer), **values)  # type: ignore[arg-type]
        reference = tree(reference_dir)
        while counts["kills"] < kills:
            counts["runs"] += 1
            briefs = Path(scratch, f"briefs-{counts['runs']}")
            log.unlink(missing_ok=True)
            lives = 0
            while counts["kills"] < kills and killed_run(articles, briefs, chance, log):
                lives += 1
                counts["kills"] += 1
                if found := damaged(briefs, reference):
                    raise SystemExit(f"damaged after a kill: {found}")
            engine = ScriptedEngine(answer=SlowAnswer(0, str(log)))
            breve.batch(articles, briefs, engine=engine, **values)  # type: ignore[arg-type]
            if tree(briefs) != reference:
                raise SystemExit("the final tree is another")
            twice = log.stat().st_size - files
            counts["articles_done_twice"] += twice
            counts["most_in_a_kill"] = max(counts["most_in_a_kill"], -(-twice // max(1, lives)))
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    started = time.monotonic()
    counts = kill_often(options.kills, options.files, options.seed)
    print(json.dumps(counts | {"seconds": round(time.monotonic() - started)}))


if __name__ == "__main__":
    main()
