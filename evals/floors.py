"""Floors: figures that were reached and may not be lost without saying so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

FILE = Path(__file__).with_name("floors.json")
Figures = Mapping[str, float]
LOWER_IS_BETTER = frozenset({"traps_hit", "unsupported_numbers", "mean_bullets", "mean_words_per_bullet"})


def load(section: str, file: Path = FILE) -> dict[str, float]:
    """Return the floors of a section, such as "translation/dev"; none for a new one."""
    everything: dict[str, dict[str, float]] = json.loads(file.read_text("utf-8")) if file.exists() else {}
    return everything.get(section, {})


def misses(section: str, figures: Figures, file: Path = FILE) -> list[str]:
    """Return a line for each figure that is worse than its floor."""
    return [
        f"{section}: {name} is {figures.get(name)}, the floor is {floor}"
        for name, floor in load(section, file).items()
        if name not in figures or _worse(name, figures[name], floor)
    ]


def raise_to(section: str, figures: Figures, *, allow_lower: bool = False, file: Path = FILE) -> None:
    """Write the figures as floors; where one would get easier, SystemExit unless ``allow_lower``."""
    easier = misses(section, figures, file)
    if easier and not allow_lower:
        raise SystemExit("\n".join([*easier, "a floor is lowered only with --allow-lower"]))
    everything = json.loads(file.read_text("utf-8")) if file.exists() else {}
    everything[section] = {name: round(value, 4) for name, value in figures.items()}
    file.write_text(json.dumps(everything, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _worse(name: str, value: float, floor: float) -> bool:
    slack = 1e-4  # floors are rounded
    return value > floor + slack if name in LOWER_IS_BETTER else value < floor - slack
