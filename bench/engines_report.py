"""What bench/engines.py found: a table and a plot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

NAMES = {
    "loop": "transformers, one at a time",
    "batched": "transformers, batched",
    "ours": "CTranslate2, our path",
    "llama": "llama.cpp, one at a time",
    "llama-batched": "llama.cpp, batched",
}
MEASURED = ("tokens_per_s", "tokens_per_cpu_s", "first_output_s", "load_s", "peak_MB")


def medians(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a row a contestant, each of its figures the median of its rounds."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row["model"], row["path"]), []).append(row)
    return [same[0] | {key: median(row[key] for row in same) for key in MEASURED} for same in groups.values()]


def table(rows: list[dict[str, Any]]) -> str:
    """Return the rows as a Markdown table, with their ratios to our path."""
    lines = ["| model | path | tokens/s | ours is | first output | peak memory |", "|---|---|---|---|---|---|"]
    ours = {row["model"]: row for row in rows if row["path"] == "ours"}
    for row in rows:
        ratio = ours[row["model"]]["tokens_per_s"] / row["tokens_per_s"]
        faster = "" if row["path"] == "ours" else f"{ratio:.1f} times as fast"
        lines.append(
            f"| {row['model']} | {NAMES[row['path']]} | {row['tokens_per_s']:.0f} | {faster} "
            f"| {row['first_output_s']:.2f} s | {row['peak_MB']:,.0f} MB |"
        )
    return "\n".join(lines)


def plot(rows: list[dict[str, Any]], out: Path) -> None:
    """Draw tokens a second and peak memory of every row."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    labels = [f"{row['model']}: {NAMES[row['path']]}" for row in rows][::-1]
    colours = ["tab:blue" if row["path"] == "ours" else "lightgrey" for row in rows][::-1]
    figure, axes = pyplot.subplots(1, 2, figsize=(9, 0.5 + 0.4 * len(rows)), sharey=True, layout="constrained")
    for ax, key, title in zip(axes, ("tokens_per_s", "peak_MB"), ("tokens a second", "peak memory, MB"), strict=True):
        bars = ax.barh(labels, [row[key] for row in rows][::-1], color=colours)
        ax.bar_label(bars, padding=2, fmt="%.0f")
        ax.set_title(title)
        ax.margins(x=0.15)
        ax.spines[["top", "right"]].set_visible(False)
    figure.savefig(out, dpi=120)
