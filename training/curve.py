"""Draw a run's log: ``python training/curve.py RUN_DIR/log.jsonl curve.png``."""

import json
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt


def draw(log: Path, picture: Path) -> None:
    rows = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2), constrained_layout=True)
    for axis, name, label in ((left, "loss", "training loss"), (right, "dev_chrf", "chrF, first 40 lines of dev")):
        chosen = [row for row in rows if name in row]
        axis.plot([row["pairs"] for row in chosen], [row[name] for row in chosen])
        axis.set(xlabel="pairs seen", title=label)
    figure.savefig(picture, dpi=90)


if __name__ == "__main__":
    draw(Path(sys.argv[1]), Path(sys.argv[2]))
