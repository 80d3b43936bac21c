"""Summaries as markup. Every text that isn't ours is escaped here, and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from breve.document import Bullet, Coverage, Flag, Segment, Summary, Translation
from breve.errors import BreveError
from breve.facts import extract
from breve.web.i18n import both

LIVE_END = "\n"
LONG = 150  # segments; beyond, rows out of sight are not laid out, which spoils printing


def masthead() -> str:
    """Return the head of the page."""
    return (
        '<header class="masthead"><div><h1>Brève</h1><p class="tagline">' + both("tagline") + "</p></div>"
        '<div class="switches"><button type="button" data-do="language">' + both("language") + "</button>"
        '<button type="button" data-do="theme">' + both("theme") + "</button></div></header>"
    )


def counter() -> str:
    """Return the counter of words, which the page's script keeps."""
    return f'<p class="counter"><span id="words">0</span> {both("words")}</p>'


def note(key: str, *, kind: str = "quiet") -> str:
    """Return a paragraph of one of our texts."""
    return f'<p class="{kind}">{both(key)}</p>'


def problem(error: BreveError | None) -> str:
    """Return what is shown for an error; None stands for one that nobody foresaw."""
    if error is None:
        said = both("unexpected")
    else:
        hint = f'<span class="hint">{escape(error.hint)}</span>' if error.hint else ""
        said = f'<span lang="en">{escape(str(error))}{hint}</span>'
    return f'<div class="problem" role="alert"><strong>{both("error")}</strong> {said}</div>'


def progress(done: int, total: int, unit: str = "sentences") -> str:
    """Return a bar and its count."""
    return (
        f'<div class="progress"><label for="bar">{both("translating")}</label>'
        f'<progress id="bar" max="{total}" value="{done}"></progress>'
        f'<span class="count">{done} {both("of")} {total} {both(unit)}</span></div>'
    )


def finished(total_s: float) -> str:
    """Return the line that ends a run."""
    return f'<p class="finished" role="status">{both("done")} {total_s:.1f} s</p>'


def waiting() -> str:
    """Return what holds the place of the brief while the article is translated."""
    lines = "".join(f'<div class="line w{n}"></div>' for n in (1, 2, 3, 4))
    return f'<h2>{both("brief")}</h2>{note("waiting")}<div class="skeleton" aria-hidden="true">{lines}</div>'


def brief(summary: Summary) -> str:
    """Return headline, bullets, coverage, actions and the key to the marks."""
    title = summary.title or summary.article.name
    headline = f'<h3 class="headline" lang="en">{escape(title)}</h3>' if title else ""
    items = "".join(_bullet(n, bullet) for n, bullet in enumerate(summary.bullets, 1))
    return (
        f'<h2>{both("brief")}</h2>{headline}<ol class="bullets">{items}</ol>'
        + _coverage(summary.coverage) + _actions() + _legend()
    )  # fmt: skip


def reader(
    segments: Sequence[Segment], translations: Sequence[Translation] = (), bullets: Sequence[Bullet] = ()
) -> str:
    """Return the article side by side: a row a segment; those not yet translated have an empty cell."""
    users: dict[int, list[int]] = {}
    for number, bullet in enumerate(bullets, 1):
        for segment in bullet.segments:
            users.setdefault(segment, []).append(number)
    known = {t.segment: t for t in translations}
    rows = "".join(_row(s, known.get(s.id), users.get(s.id, [])) for s in segments)
    long = " long" if len(segments) > LONG else ""
    return (
        f'<h2 id="reader-name">{both("reader")}</h2>'
        f'<div class="scroll{long}" tabindex="0" role="region" aria-labelledby="reader-name">'
        f'{_columns()}<ol class="sentences">{rows}</ol></div>'
    )


def live(translations: Iterable[Translation]) -> str:
    """Return a line for the page's script: the cells of translations that have come."""
    return json.dumps([[t.segment, english(t)] for t in translations]) + LIVE_END


def english(translation: Translation) -> str:
    """Return the English cell of a row."""
    return escape(translation.text) + _flags(translation.flags)


def marked(text: str, flags: Sequence[Flag]) -> str:
    """Return a text with its checked numbers and dates marked; those that a flag names are marked as doubtful."""
    facts = extract(text, "en")
    spans = [(time.span, time.text) for time in facts.times]
    spans += [(f.span, f.text) for found in (facts.numbers, facts.dates) for f in found if not f.weak]
    parts, end = [], 0
    for (start, stop), words in sorted(spans):
        if start < end:
            continue
        doubtful = any(flag.detail.startswith(words) for flag in flags)
        kind = "doubtful" if doubtful else "checked"
        parts += [escape(text[end:start]), f'<b class="{kind}">{escape(text[start:stop])}</b>']
        end = stop
    return "".join([*parts, escape(text[end:])])


def table(rows: Sequence[Mapping[str, str]]) -> str:
    """Return the table of many files; the values of each row are texts by column, ``state`` is a key of ours."""
    columns = ("file", "title", "points", "flags", "seconds", "state")
    head = "".join(f'<th scope="col">{both(name)}</th>' for name in columns)
    body = "".join(_file(row, columns[1:-1]) for row in rows)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-labelledby="table-name">'
        f'<table class="files"><caption class="sr" id="table-name">{both("many")}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def packed() -> str:
    """Return the button that downloads all briefs."""
    return f'<p class="actions"><button type="button" data-do="zip">{both("zip")}</button></p>'


def _file(row: Mapping[str, str], columns: Sequence[str]) -> str:
    cells = "".join(f'<td class="{name}">{escape(row.get(name, ""))}</td>' for name in columns)
    state = row["state"]
    reason = f'<br><span class="reason" lang="en">{escape(row["error"])}</span>' if row.get("error") else ""
    return (
        f'<tr class="{state}"><th scope="row">{escape(row["file"])}</th>{cells}'
        f'<td class="state">{both(state)}{reason}</td></tr>'
    )  # fmt: skip


def _bullet(number: int, bullet: Bullet) -> str:
    ids = " ".join(map(str, bullet.segments))
    cited = " ".join(
        f'<button type="button" class="cite" data-segment="{i}"><span class="sr">{both("sentence")} </span>{i}</button>'
        for i in bullet.segments
    )
    claim = marked(bullet.text, bullet.flags)
    return (
        f'<li class="bullet {bullet.verdict}" data-bullet="{number}" data-segments="{ids}">'
        f'<p class="claim" lang="en" role="button" tabindex="0" aria-pressed="false">{claim}</p>'
        f'<p class="verdict"><span class="mark">{both(bullet.verdict)}</span> '
        f'<span class="evidence">{both("rests_on")} {cited}</span></p>{_flags(bullet.flags)}</li>'
    )


def _row(segment: Segment, translation: Translation | None, users: Sequence[int]) -> str:
    numbers = " ".join(map(str, users))
    used = f"{both('used_by')} {', '.join(map(str, users))}" if users else both("not_cited")
    cell = english(translation) if translation else ""
    return (
        f'<li class="sentence {segment.kind}{" cited" if users else ""}" id="s{segment.id}" data-users="{numbers}">'
        f'<button type="button" class="no"><span class="sr">{both("sentence")} </span>{segment.id}</button>'
        f'<p class="fr" lang="fr">{escape(segment.source)}</p>'
        f'<div class="en" lang="en"><p>{cell}</p><span class="users">{used}</span></div></li>'
    )


def _columns() -> str:
    return '<p class="columns" aria-hidden="true"><span></span><span>Français</span><span>English</span></p>'


def _flags(flags: Sequence[Flag]) -> str:
    return "".join(f'<span class="flag" lang="en">{escape(f.kind)}: {escape(f.detail)}</span>' for f in flags)


def _coverage(coverage: Coverage) -> str:
    return (
        f'<p class="coverage">{coverage.translated} {both("of")} {coverage.segments} {both("translated")}, '
        f"{coverage.cited} {both('cited')}</p>"
    )


def _actions() -> str:
    save = f'<span class="sr">{both("save")} </span>'
    saves = "".join(
        f'<button type="button" data-do="save" data-format="{name}">{save}.{suffix}</button>'
        for name, suffix in (("markdown", "md"), ("json", "json"), ("html", "html"))
    )
    return (
        f'<div class="actions"><button type="button" data-do="copy">{both("copy")}</button>'
        f'<span class="label">{both("save")}</span>{saves}'
        f'<span role="status"><span class="said" hidden>{both("copied")}</span></span></div>'
    )


def _legend() -> str:
    return (
        f'<details class="legend"><summary>{both("legend")}</summary><ul>'
        f'<li class="supported"><span class="mark">{both("supported")}</span> {both("legend_supported")}</li>'
        f'<li class="flagged"><span class="mark">{both("flagged")}</span> {both("legend_flagged")}</li>'
        f'<li><b class="checked">32,800</b> {both("legend_number")}</li></ul></details>'
    )
