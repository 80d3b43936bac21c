"""Many files: a row for each, filled as it is done; the briefs in one zip."""

from __future__ import annotations

import base64
import io
import logging
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from breve.document import Summary
from breve.errors import BreveError
from breve.options import Options
from breve.renderer import render
from breve.web import markup
from breve.web.service import Service, ShuttingDown

log = logging.getLogger(__name__)
UNEXPECTED = "something went wrong on the server"
Updates = tuple[Any, Any, Any]  # status, table, exports


@dataclass(slots=True)
class Job:
    """One file and what became of it."""

    path: Path
    state: str = "queued"
    seconds: float = 0.0
    summary: Summary | None = None
    error: str = ""

    def row(self) -> dict[str, str]:
        """Return the texts of its row in the table."""
        row = {"file": self.path.name, "state": self.state, "error": self.error}
        if self.summary:
            flags = sum(len(bullet.flags) for bullet in self.summary.bullets)
            row |= {"title": self.summary.title or "", "points": str(len(self.summary.bullets)), "flags": str(flags)}
        if self.state in {"ready", "failed"}:
            row["seconds"] = f"{self.seconds:.1f}"
        return row


def many_events(service: Service, files: Sequence[str] | None, options: Options) -> Iterator[Updates]:
    """Yield the updates of a run over files: a bad one is listed with its reason, and the next one follows."""
    jobs = [Job(Path(file)) for file in files or ()]
    if not jobs:
        yield markup.note("no_files", kind="problem"), "", ""
        return
    begun = time.perf_counter()
    for number, job in enumerate(jobs):
        job.state = "working"
        yield _bar(number, jobs), _table(jobs), ""
        started = time.perf_counter()
        for _ in _work(service, job, options):  # a step a batch, so that a cancelled run ends soon
            yield gr.skip(), gr.skip(), gr.skip()
        job.seconds = time.perf_counter() - started
    exports = _exports(jobs)
    table = _table(jobs) + (markup.packed() if exports else "")
    yield markup.finished(time.perf_counter() - begun), table, exports


def _work(service: Service, job: Job, options: Options) -> Iterator[None]:
    try:
        for step in service.run(job.path, options):
            job.summary = step.summary
            yield
        job.state = "ready"
    except ShuttingDown:
        raise
    except BreveError as error:
        job.state, job.error = "failed", str(error).replace(str(job.path), job.path.name)
    except Exception as error:  # said without its message, which may hold a reader's text
        log.error("a file ended with %s", type(error).__name__)
        job.state, job.error = "failed", UNEXPECTED


def _bar(done: int, jobs: Sequence[Job]) -> str:
    return markup.progress(done, len(jobs), "files_done")


def _table(jobs: Sequence[Job]) -> str:
    return markup.table([job.row() for job in jobs])


def _exports(jobs: Sequence[Job]) -> str:
    """Return the zip of the briefs, as text for the page's script; nothing when there is none."""
    done = [(job, job.summary) for job in jobs if job.summary]
    if not done:
        return ""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (job, summary) in enumerate(done, 1):
            name = f"{number:03d}-{job.path.name}"  # two files of the same name stay two
            archive.writestr(f"{name}.md", render(summary, "markdown"))
            archive.writestr(f"{name}.json", render(summary, "json"))
    return base64.b64encode(packed.getvalue()).decode()
