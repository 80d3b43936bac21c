"""The sample articles of ``seeds/``, with short names for their buttons."""

from __future__ import annotations

from functools import cache
from pathlib import Path

FOLDERS = (Path(__file__).parents[1] / "seeds", Path(__file__).parents[3] / "seeds")  # wheel, checkout
FIRST = "xiaomi"
ACCENTED = {"proces": "procès", "resultats": "résultats", "sante": "santé"}


@cache
def samples() -> dict[str, str]:
    """Return the texts of the samples by name, the best known first; empty when none came with the install."""
    files = [file for folder in FOLDERS for file in sorted(folder.glob("*.fr.txt"))]
    texts = {file.name.removesuffix(".fr.txt"): file.read_text(encoding="utf-8") for file in files}
    return dict(sorted(texts.items(), key=lambda item: item[0] != FIRST))


def label(name: str) -> str:
    """Return what the button of a sample says: its kind, in French as the sample is."""
    return ACCENTED.get(name, name).capitalize()
