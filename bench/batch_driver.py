"""A batch with a scripted engine in a process of its own: for tests that kill it, and for measuring all but the model.

usage: python bench/batch_driver.py IN_DIR OUT_DIR '{"formats": ["md", "json"]}' [SECONDS_A_SENTENCE [LOG]]
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import breve
from breve.engines.scripted import ScriptedEngine

SEEDS = Path(__file__).parents[1] / "seeds"
TEXT = (
    "La mairie de Vesoul ferme la piscine numéro {n}\n\nLa mairie de Vesoul a annoncé mardi la fermeture de la"
    " piscine numéro {n} à partir du 3 mars 2025. Les travaux coûteront {n} euros, selon l’adjoint aux sports.\n"
)


ENGLISH = (
    ("La mairie de Vesoul ferme la piscine numéro", "The town hall of Vesoul closes pool number"),
    ("La mairie de Vesoul a annoncé mardi la fermeture de la piscine numéro",
     "The town hall of Vesoul announced on Tuesday the closure of pool number"),
    ("à partir du 3 mars 2025", "from March 3, 2025"),
    ("Les travaux coûteront", "The works will cost"),
    ("selon l'adjoint aux sports", "according to the deputy mayor for sports"),
)  # fmt: skip


def answer(prompt: str) -> str:
    """Return the English of a sentence of TEXT: a translation that passes the checks, as most do."""
    text = prompt.split(": ", 1)[1].rsplit("\n", 1)[0]
    for french, english in ENGLISH:
        text = text.replace(french, english)
    return text


def make_files(folder: Path, number: int) -> None:
    """Write so many small articles, a thousand a folder, no two the same."""
    for n in range(number):
        place = folder / f"{n // 1000:03}"
        place.mkdir(exist_ok=True)
        (place / f"article-{n:06}.txt").write_text(TEXT.format(n=n), encoding="utf-8")


def real_articles(folder: Path, number: int) -> None:
    """Write so many real articles: the samples, then versions of them that begin with another of their paragraphs."""
    samples = [path.read_text("utf-8") for path in sorted(SEEDS.glob("*.fr.txt"))]
    for n in range(number):
        title, *paragraphs = samples[n % len(samples)].strip().split("\n\n")
        turned = n // len(samples)
        text = "\n\n".join([title, *paragraphs[turned:], *paragraphs[:turned]])
        (folder / f"article-{n:03}.txt").write_text(text + "\n", encoding="utf-8")


class SlowAnswer:
    """answer(), after a while: so that there is time to stop a run. A byte goes to the log for each article."""

    def __init__(self, seconds: float, log: str | None = None) -> None:
        self.seconds, self.log = seconds, log

    def __call__(self, prompt: str) -> str:
        time.sleep(self.seconds)
        if self.log and "ferme la piscine" in prompt:
            with Path(self.log).open("ab") as stream:
                stream.write(b".")
        return answer(prompt)


def main() -> None:
    in_dir, out_dir, values, *rest = sys.argv[1:]
    told: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in json.loads(values).items()}
    script = SlowAnswer(float(rest[0]), *rest[1:]) if rest else answer
    report = breve.batch(in_dir, out_dir, engine=ScriptedEngine(answer=script), **told)
    print(json.dumps({"done": report.done, "skipped": report.skipped, "failed": report.failed}))
    sys.exit(report.exit_code)


if __name__ == "__main__":
    main()
