"""A summary as Markdown, text, JSON or a page of HTML."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape
from typing import Any, Literal, get_args

from breve.document import Bullet, Flag, Summary
from breve.errors import OptionError

Format = Literal["markdown", "text", "json", "html"]
FORMATS: tuple[str, ...] = get_args(Format)

STYLE = (
    "body{max-width:46rem;margin:2rem auto;padding:0 1rem;font:1.05rem/1.5 Georgia,serif;color:#1a1a1a;background:#fff}"
    "h1{line-height:1.2}li{margin:.6rem 0}sup a{color:#8a1c1c}.flag{color:#8a1c1c}"
    "td{vertical-align:top;padding:.4rem .6rem;border-top:1px solid #ccc;width:50%}"
    "tr:target{background:#fff3c4}footer{color:#555;font-size:.9rem}"
)


def render(summary: Summary, format: Format = "markdown") -> str:  # noqa: A002 - the option's name
    """Return a summary in a format, ending in a newline; raise OptionError for an unknown one."""
    renderers: dict[str, Callable[[Summary], str]] = {
        "markdown": _markdown, "text": _text, "json": _json, "html": _html,
    }
    if format not in renderers:
        raise OptionError(f"format is {format!r}; it must be one of {', '.join(FORMATS)}")
    return renderers[format](summary)


def as_dict(summary: Summary) -> dict[str, Any]:
    """Return a summary in the schema ``breve/1``, as plain data."""
    coverage, timing = summary.coverage, summary.timing
    pairs = zip(summary.segments, summary.translations, strict=True)
    return {
        "schema": "breve/1",
        "title": {"source": summary.article.title, "translation": summary.title},
        "language": summary.article.language,
        "bullets": [
            {"text": b.text, "segments": list(b.segments), "verdict": b.verdict, "flags": _flags(b.flags)}
            for b in summary.bullets
        ],
        "segments": [
            {"id": s.id, "kind": str(s.kind), "block": s.block, "start": s.start, "end": s.end,
             "source": s.source, "translation": t.text, "flags": _flags(t.flags)}
            for s, t in pairs
        ],
        "coverage": {"segments": coverage.segments, "translated": coverage.translated,
                     "cited": coverage.cited, "words": coverage.words},
        "signature": dict(summary.signature),
        "timing_s": {"read": timing.read, "translate": timing.translate,
                     "condense": timing.condense, "total": timing.total},
    }  # fmt: skip


def _flags(flags: tuple[Flag, ...]) -> list[dict[str, str]]:
    return [{"kind": f.kind, "detail": f.detail} for f in flags]


def _json(summary: Summary) -> str:
    return json.dumps(as_dict(summary), ensure_ascii=False, indent=2) + "\n"


def _coverage(summary: Summary) -> str:
    c = summary.coverage
    return f"{c.translated} of {c.segments} sentences translated, {c.cited} cited."


def _marks(bullet: Bullet) -> str:
    return " ".join(f"[⚠ {flag.kind}: {flag.detail}]" for flag in bullet.flags)


def _lines(summary: Summary, mark: str) -> list[str]:
    lines = []
    for bullet in summary.bullets:
        cited = ", ".join(str(i) for i in bullet.segments)
        lines.append(" ".join(part for part in (mark, bullet.text, _marks(bullet), f"[{cited}]") if part))
    return lines


def _markdown(summary: Summary) -> str:
    title = summary.title or summary.article.name or "Brief"
    evidence = {i for bullet in summary.bullets for i in bullet.segments}
    quoted = [f"[{s.id}] {' '.join(s.source.split())}" for s in summary.segments if s.id in evidence]
    parts = [f"# {title}", "\n".join(_lines(summary, "-")), "## Evidence", "  \n".join(quoted), _coverage(summary)]
    return "\n\n".join(parts) + "\n"


def _text(summary: Summary) -> str:
    head = [summary.title, ""] if summary.title else []
    return "\n".join([*head, *_lines(summary, "•"), "", _coverage(summary)]) + "\n"


def _html(summary: Summary) -> str:
    title = escape(summary.title or summary.article.name or "Brief")
    items = []
    for b in summary.bullets:
        links = ", ".join(f'<a href="#s{i}">{i}</a>' for i in b.segments)
        flagged = f' <span class="flag">{escape(_marks(b))}</span>' if b.flags else ""
        items.append(f"<li>{escape(b.text)} <sup>{links}</sup>{flagged}</li>")
    rows = []
    for s, t in zip(summary.segments, summary.translations, strict=True):
        warned = "".join(f'<br><span class="flag">⚠ {escape(f.kind)}: {escape(f.detail)}</span>' for f in t.flags)
        rows.append(f'<tr id="s{s.id}"><td lang="fr">{escape(s.source)}</td><td>{escape(t.text)}{warned}</td></tr>')
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>\n'
        f"<h1>{title}</h1>\n<ul>\n" + "\n".join(items) + "\n</ul>\n<h2>The article</h2>\n<table>\n"
        + "\n".join(rows) + f"\n</table>\n<footer>{escape(_coverage(summary))}</footer>\n</body></html>\n"
    )  # fmt: skip
