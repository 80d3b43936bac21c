"""Score briefs of annotated articles: the facts that they carry, and what they say wrong.

    python evals/briefs.py seeds [ARTICLES.json ...] [--reference] [--show] [--check | --update]

A data set is a folder of NAME.fr.txt and NAME.toml, or a JSON file whose articles have ``fr`` and ``en`` lines; both
hold facts and traps. A fact is covered when one bullet matches a pattern of each group of its ``match``; a trap is
hit when a bullet matches one of its ``wrong``. Numbers and dates of a bullet that the verifier finds nowhere in the
article are unsupported. ``--reference`` takes the English lines of a JSON set for translations, so that the condenser
is scored alone. lead-3 and lead-5 are the first sentences of the same translations, as they are.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import floors
from breve.document import Flag, Kind, Segment, Summary, Translation
from breve.options import Options
from breve.pipeline import Draft, Pipeline
from breve.reader import read
from breve.style import house_style
from breve.verifier import verify_bullet

MAX_HEADING_WORDS = 10
INVENTED = {"number", "scale", "unit", "date"}
PINNED = ("must_recall", "fact_recall", "traps_hit", "unsupported_numbers", "mean_bullets", "mean_words_per_bullet")


@dataclass(frozen=True, slots=True)
class Annotated:
    """An article with what a good brief of it says; ``reference`` has a line a French line, or is empty."""

    name: str
    lines: tuple[str, ...]
    reference: tuple[str, ...]
    facts: tuple[dict[str, Any], ...]
    traps: tuple[dict[str, Any], ...]


def load(path: Path) -> Iterator[Annotated]:
    """Yield the annotated articles of a folder or of a JSON file."""
    if path.is_dir():
        for file in sorted(path.glob("*.toml")):
            data = tomllib.loads(file.read_text("utf-8"))
            text = file.with_suffix(".fr.txt").read_text("utf-8")
            yield Annotated(file.stem, (text,), (), tuple(data["facts"]), tuple(data.get("traps", ())))
    else:
        for data in json.loads(path.read_text("utf-8"))["articles"]:
            yield Annotated(
                data["id"], tuple(data["fr"]), tuple(data["en"]), tuple(data["facts"]), tuple(data["traps"])
            )


def normalised(text: str) -> str:
    """Return a text with one kind of space, quotation mark and dash."""
    text = unicodedata.normalize("NFKC", text)
    for kinds, plain in (("\u2018\u2019`", "'"), ("\u201c\u201d«»", '"'), ("\u2010-\u2014\u2212", "-")):
        text = re.sub(f"[{kinds}]", plain, text)
    return " ".join(text.split())


def matches(pattern: str, text: str) -> bool:
    return re.search(pattern, text, re.IGNORECASE) is not None


def covered(fact: dict[str, Any], bullets: Sequence[str]) -> bool:
    """Return whether one bullet alone states a fact."""
    return any(all(any(matches(p, text) for p in group) for group in fact["match"]) for text in bullets)


def unsupported(bullets: Sequence[str], sources: Sequence[str]) -> list[str]:
    """Return what the bullets say of numbers and dates that the whole article doesn't."""
    flags = (flag for text in bullets for flag in verify_bullet(text, sources))
    return [flag.detail for flag in flags if flag.kind in INVENTED]


def counts(article: Annotated, bullets: Sequence[str], sources: Sequence[str]) -> dict[str, Any]:
    """Return the counts of one brief; ``missed`` and ``wrong`` say which."""
    texts = [normalised(bullet) for bullet in bullets]
    missed = [fact for fact in article.facts if not covered(fact, texts)]
    hit = [trap["what"] for trap in article.traps if any(matches(w, t) for w in trap["wrong"] for t in texts)]
    return {
        "must": sum(fact["must"] for fact in article.facts),
        "must_missed": sum(fact["must"] for fact in missed),
        "facts": len(article.facts),
        "facts_missed": len(missed),
        "traps_hit": len(hit),
        "unsupported_numbers": len(invented := unsupported(bullets, sources)),
        "bullets": len(bullets),
        "words": sum(len(text.split()) for text in bullets),
        "missed": [("MUST " if fact["must"] else "") + fact["statement"] for fact in missed],
        "wrong": [*hit, *invented],
    }


def total(rows: Sequence[dict[str, Any]]) -> dict[str, float]:
    """Return the figures of several briefs, facts pooled."""
    of = {key: sum(row[key] for row in rows) for key in rows[0] if key not in {"missed", "wrong"}}
    return {
        "must_recall": 1 - of["must_missed"] / max(1, of["must"]),
        "fact_recall": 1 - of["facts_missed"] / max(1, of["facts"]),
        "traps_hit": float(of["traps_hit"]),
        "unsupported_numbers": float(of["unsupported_numbers"]),
        "mean_bullets": of["bullets"] / len(rows),
        "mean_words_per_bullet": of["words"] / max(1, of["bullets"]),
    }


def with_references(article: Annotated, pipeline: Pipeline) -> Summary:
    """Return the brief of the reference translations, a segment a line."""
    segments = tuple(
        Segment(n, _kind(n, line), n, 0, len(line), line) for n, line in enumerate(article.lines)
    )
    translations = [Translation(n, house_style(line)) for n, line in enumerate(article.reference)]
    return pipeline.summary(Draft(read("\n\n".join(article.lines)), segments), translations)


def _kind(number: int, line: str) -> Kind:
    if number == 0:
        return Kind.TITLE
    return Kind.HEADING if len(line.split()) <= MAX_HEADING_WORDS and line[-1:].isalnum() else Kind.PARAGRAPH


def with_model(article: Annotated, pipeline: Pipeline, cache: Path | None) -> Summary:
    """Return the brief of the profile's translations; ``cache`` keeps them by text and signature."""
    draft = pipeline.draft("\n\n".join(article.lines))
    file = cache / f"{article.name}.json" if cache else None
    key = json.dumps([pipeline.signature()["translator"], draft.article.text], sort_keys=True)
    if file and file.exists() and (kept := json.loads(file.read_text("utf-8"))).get("key") == key:
        done = [Translation(n, text, tuple(Flag(*f) for f in flags)) for n, (text, flags) in enumerate(kept["rows"])]
    else:
        done = [t for batch in pipeline.translations(draft.segments) for t in batch]
        if file:
            file.parent.mkdir(parents=True, exist_ok=True)
            rows = [(t.text, [(f.kind, f.detail) for f in t.flags]) for t in done]
            file.write_text(json.dumps({"key": key, "rows": rows}), encoding="utf-8")
    return pipeline.summary(draft, done)


def lead(summary: Summary, size: int) -> list[str]:
    """Return the first sentences of the body."""
    body = zip(summary.segments, summary.translations, strict=True)
    return [t.text for s, t in body if s.kind not in {Kind.TITLE, Kind.HEADING}][:size]


def row_of(name: str, figures: dict[str, float]) -> str:
    return (
        f"{name:28} must {figures['must_recall']:5.2f}  all {figures['fact_recall']:5.2f}  "
        f"traps {figures['traps_hit']:.0f}  unsupported {figures['unsupported_numbers']:.0f}  "
        f"bullets {figures['mean_bullets']:.1f}  words {figures['mean_words_per_bullet']:.1f}"
    )


def evaluate(path: Path, options: argparse.Namespace) -> dict[str, float]:
    """Score a data set, print it, and return the figures of the briefs."""
    pipeline = Pipeline(Options(profile=options.profile))
    systems: dict[str, list[dict[str, Any]]] = {"lead-3": [], "lead-5": [], "brief": []}
    for article in load(path):
        chosen = options.reference
        summary = with_references(article, pipeline) if chosen else with_model(article, pipeline, options.cache)
        texts = {"lead-3": lead(summary, 3), "lead-5": lead(summary, 5), "brief": [b.text for b in summary.bullets]}
        for system, bullets in texts.items():
            systems[system].append(counts(article, bullets, [s.source for s in summary.segments]))
        print(row_of(article.name, total(systems["brief"][-1:])), flush=True)
        if options.show:
            show(summary, systems["brief"][-1])
    for system, rows in systems.items():
        print(row_of(f"{path.stem}: {system}", total(rows)))
    return total(systems["brief"])


def show(summary: Summary, row: dict[str, Any]) -> None:
    for bullet in summary.bullets:
        flags = "; ".join(f"{flag.kind}: {flag.detail}" for flag in bullet.flags)
        print(f"  - {bullet.text} {list(bullet.segments)}" + (f" [{flags}]" if flags else ""))
    print("".join(f"    missed {line}\n" for line in row["missed"]), end="")
    print("".join(f"    WRONG {line}\n" for line in row["wrong"]), end="")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("--profile", default="embedded")
    parser.add_argument("--reference", action="store_true", help="condense the reference translations")
    parser.add_argument("--show", action="store_true", help="print the briefs, and what they miss or say wrong")
    parser.add_argument("--cache", type=Path, help="a folder that keeps the translations between runs")
    parser.add_argument("--check", action="store_true", help="end with 1 if a figure is worse than its floor")
    parser.add_argument("--update", action="store_true", help="raise the floors to these figures")
    parser.add_argument("--allow-lower", action="store_true", help="let --update lower a floor")
    options = parser.parse_args()
    below: list[str] = []
    for path in options.data:
        figures = evaluate(path, options)
        pinned = {name: figures[name] for name in PINNED}
        section = f"briefs/{path.stem}" + ("-reference" if options.reference else "")
        if options.update:
            floors.raise_to(section, pinned, allow_lower=options.allow_lower)
        if options.check:
            below += floors.misses(section, pinned)
    if below:
        sys.exit("\n".join(below))


if __name__ == "__main__":
    main()
