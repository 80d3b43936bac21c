"""Run a batch on a local Ray cluster of three nodes and kill one in the middle; compare with a run without Ray.

usage: python bench/ray_nodes.py [--files N] [--real] [--poison]

The engine is scripted; ``--real`` takes real articles and the embedded model instead, and kills no node.
``--poison`` adds a file that ends each process that touches it. Prints what was done; exits with 1 at any difference.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
# The workers import these modules too.
os.environ["PYTHONPATH"] = os.pathsep.join([str(HERE), str(HERE.parent / "src"), os.environ.get("PYTHONPATH", "")])

import ray  # noqa: E402 - after the path
from ray.cluster_utils import Cluster  # noqa: E402

import breve  # noqa: E402
from batch_driver import SlowAnswer, answer, make_files, real_articles  # noqa: E402
from breve.engines.scripted import ScriptedEngine  # noqa: E402
from kills import tree  # noqa: E402

POISON = "poison.txt"


class Poisoned(SlowAnswer):
    """Ends its process at the sentence of the poison file."""

    def __call__(self, prompt: str) -> str:
        if "empoisonné" in prompt:
            os._exit(1)
        return super().__call__(prompt)


def kill_in_the_middle(cluster: Cluster, node: Any, briefs: Path, half: int, seen: dict[str, Any]) -> None:
    """Kill a node, hard, as soon as half of the briefs are there."""
    while (there := sum(1 for _ in briefs.rglob("*.txt.json"))) < half:
        time.sleep(0.2)
    cluster.remove_node(node, allow_graceful=False)
    seen["killed_at"] = there


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--files", type=int, help="1,000 by default, with --real 20")
    parser.add_argument("--real", action="store_true")
    parser.add_argument("--poison", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        articles, alone, briefs = (Path(scratch, name) for name in ("articles", "alone", "briefs"))
        articles.mkdir()
        if options.real:
            real_articles(articles, options.files or 20)
        else:
            make_files(articles, options.files or 1000)
        engine = None if options.real else ScriptedEngine(answer=answer)
        slow = None if options.real else ScriptedEngine(answer=(Poisoned if options.poison else SlowAnswer)(0.005))
        formats = ("md", "json")
        local = breve.batch(articles, alone, engine=engine, formats=formats)
        if options.poison:
            (articles / POISON).write_text("Un article empoisonné arrive mardi à Vesoul.\n", encoding="utf-8")
        cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
        nodes = [cluster.add_node(num_cpus=1) for _ in range(2)]
        cluster.wait_for_nodes()
        ray.init(address=cluster.address, logging_level="error", log_to_driver=False)
        seen: dict[str, Any] = {"nodes": len(ray.nodes())}
        half = local.done // 2
        killer = threading.Thread(target=kill_in_the_middle, args=(cluster, nodes[0], briefs, half, seen), daemon=True)
        if not options.real:
            killer.start()
        report = breve.batch(articles, briefs, engine=slow, formats=formats, runner="ray", workers=3)
        seen |= {"alive": sum(node["Alive"] for node in ray.nodes()), "seconds": round(report.seconds, 1)}
        again = breve.batch(articles, briefs, engine=slow, formats=formats, runner="ray", workers=2)
        ours, theirs = tree(alone), tree(briefs)
        if options.poison:
            for name in ("index.html", "report.jsonl"):
                del ours[name], theirs[name]
        seen |= {
            "done": report.done, "failures": [(f.path, f.error) for f in report.failures],
            "rerun": {"skipped": again.skipped, "done": again.done, "known": again.known, "failed": again.failed},
            "differing": sorted(name for name in ours | theirs if ours.get(name) != theirs.get(name))[:9],
        }  # fmt: skip
        print(json.dumps(seen))
        ray.shutdown()
        cluster.shutdown()
        sys.exit(0 if ours == theirs else 1)


if __name__ == "__main__":
    main()
