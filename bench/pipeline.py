"""Measure the way through the house: where an article's time goes, and how time and memory grow with length.

usage: python bench/pipeline.py [--real-kb 0] [--out FILE.json]

The stages other than the model are timed with a scripted engine that answers with the source, on French text of
250, 500 and 1,000 kB made by repeating the sample articles; ``--real-kb 100`` runs that much through the embedded
model too (about 12 minutes on two cores). Each measurement is a process of its own; memory is its peak.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

SEEDS = Path(__file__).parents[1] / "seeds"
SIZES_KB = (250, 500, 1000)


def text_of(kilobytes: int) -> str:
    """Return about so many kilobytes of French: the sample articles again and again, numbered apart."""
    articles = [path.read_text("utf-8") for path in sorted(SEEDS.glob("*.fr.txt"))]
    parts, size = [], 0
    while size < kilobytes * 1000:
        part = f"Partie {len(parts) + 1}\n\n{articles[len(parts) % len(articles)]}\n"
        parts.append(part)
        size += len(part.encode())
    return "\n".join(parts)


def measure(text: str, engine: str) -> dict[str, Any]:
    """Return seconds a stage, segments and peak memory of one summarize() in this process."""
    from breve import summarize
    from breve.engines.scripted import ScriptedEngine

    chosen = ScriptedEngine(answer=lambda prompt: prompt.split(": ", 1)[1].rsplit("\n", 1)[0])
    started = time.perf_counter()
    summary = summarize(text, engine=chosen if engine == "scripted" else None)
    total = time.perf_counter() - started
    timing = summary.timing
    return {
        "engine": engine,
        "kB": round(len(text.encode()) / 1000),
        "segments": len(summary.segments),
        "translated": summary.coverage.translated,
        "read_s": round(timing.read, 3),
        "translate_s": round(timing.translate, 3),
        "condense_s": round(timing.condense, 3),
        "total_s": round(total, 3),
        "peak_MB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1.024e-3),
    }


def in_a_process(source: str, engine: str) -> dict[str, Any]:
    """Run one measurement in a process of its own; ``source`` is a size in kB or a file."""
    done = subprocess.run([sys.executable, __file__, "--one", source, engine], capture_output=True, check=True)
    row: dict[str, Any] = json.loads(done.stdout)
    print("  ".join(f"{key} {value}" for key, value in row.items()), flush=True)
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--real-kb", type=int, default=0)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--one", nargs=2, metavar=("SOURCE", "ENGINE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        source, engine = options.one
        text = text_of(int(source)) if source.isdigit() else Path(source).read_text("utf-8")
        print(json.dumps(measure(text, engine)))
        return
    rows = [in_a_process(str(SEEDS / "xiaomi.fr.txt"), "embedded")]
    rows += [in_a_process(str(size), "scripted") for size in SIZES_KB]
    print(f"1 MB against 500 kB: {rows[-1]['total_s'] / rows[-2]['total_s']:.2f} times the time")
    if options.real_kb:
        rows.append(in_a_process(str(options.real_kb), "embedded"))
    if options.out:
        options.out.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
