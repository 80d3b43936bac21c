"""``breve batch``: the arguments, the progress, and what is said at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from breve.errors import OptionError

if TYPE_CHECKING:
    from rich.console import Console

    from breve.folder.run import Progress
    from breve.folder.settings import Report

Flag = typer.Option


def batch(
    in_dir: Annotated[
        Path, typer.Argument(metavar="IN_DIR", help="The folder of the articles, read with its subfolders.")
    ],
    out_dir: Annotated[Path, typer.Argument(metavar="OUT_DIR", help="The folder of the briefs, made if need be.")],
    glob: Annotated[list[str] | None, Flag(help="Only such files: '*.txt', '2024/**/*.md'; may be repeated.")] = None,
    format: Annotated[list[str] | None, Flag(help="md, json or html; may be repeated. With ray also parquet.")] = None,  # noqa: A002 - its name
    bullets: Annotated[int | None, Flag(help="How many; by default the length decides, 3 to 7.")] = None,
    profile: Annotated[str, Flag(envvar="BREVE_PROFILE", help="Which models to use.")] = "embedded",
    translator: Annotated[str | None, Flag(help="Translate with this: a profile, a hub model or a folder.")] = None,
    condenser: Annotated[str | None, Flag(help="Condense with this: the same, or extractive.")] = None,
    backend: Annotated[str | None, Flag(help="ctranslate2 or transformers; --engine of the other commands.")] = None,
    device: Annotated[str, Flag(help="auto, cpu, cuda or cuda:N.")] = "auto",
    prompts: Annotated[str | None, Flag(metavar="DIR", help="Prompts that take the place of ours.")] = None,
    language_check: Annotated[
        bool, Flag("--language-check/--no-language-check", help="Refuse what isn't French.")
    ] = True,
    dry_run: Annotated[
        bool, Flag("--dry-run", help="Print the files that would be worked on, and write nothing.")
    ] = False,
    limit: Annotated[int | None, Flag(help="Work on so many files; those already done don't count.")] = None,
    force: Annotated[bool, Flag("--force", help="Do again what is done.")] = False,
    retry_failed: Annotated[bool, Flag("--retry-failed", help="Work on nothing but what failed before.")] = False,
    fail_fast: Annotated[bool, Flag("--fail-fast", help="Stop at the first failure.")] = False,
    watch: Annotated[bool, Flag("--watch", help="Then wait for new and changed files, until Ctrl-C.")] = False,
    wait: Annotated[bool, Flag("--wait/--no-wait", help="Wait for another run on OUT_DIR, or refuse.")] = True,
    workers: Annotated[int | None, Flag(help="Processes with a model each; by default one a core.")] = None,
    engine: Annotated[str, Flag(help="local, or ray: a cluster of machines.")] = "local",
    max_mb: Annotated[float, Flag(help="The size of a file, in megabytes, that is too large.")] = 16.0,
) -> None:
    """Write a brief of every article of a folder, and a report; what is done already is not done again."""
    from breve.folder import run
    from breve.options import Options

    options = Options(
        profile=profile, bullets=bullets, language_check=language_check, translator=translator, condenser=condenser,
        backend=backend, device=device, prompts=prompts,
    )  # fmt: skip
    values: dict[str, Any] = {
        "globs": tuple(glob or ()), "limit": limit, "force": force, "retry_failed": retry_failed,
        "fail_fast": fail_fast, "wait": wait, "workers": workers, "runner": engine, "max_file_bytes": int(max_mb * 1e6),
        "formats": tuple(dict.fromkeys(part for one in format or ["md"] for part in one.split(","))),
    }  # fmt: skip
    if dry_run:
        for path in run.planned(in_dir, out_dir, **values, **options.as_dict()):
            typer.echo(path)
        return
    if watch and engine == "ray":
        raise OptionError("--watch is for --engine local; run the cluster's job again instead")
    with _progress() as (console, report_progress):
        report = run.batch(in_dir, out_dir, progress=report_progress, watch=watch, **values, **options.as_dict())
    _say(console, report)
    raise typer.Exit(report.exit_code)


@contextmanager
def _progress() -> Iterator[tuple[Console, Progress]]:
    """Give a console and a callback that draws a bar with rate and remaining time, if standard error is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("briefs", total=None, rate="")

        def update(report: Report) -> None:
            rate = f"{60 * report.worked / report.seconds:.1f}/min" if report.seconds and report.worked else ""
            failed = f", {report.failed} failed" if report.failed else ""
            bar.update(task, completed=report.seen, total=report.total, rate=rate, description=f"briefs{failed}")

        yield console, update


def _say(console: Console, report: Report) -> None:
    """Print the summary of a run: counts, the first failures with their hints, and where the report is."""
    counts = {
        "done": report.done, "copied": report.copied, "already done": report.skipped,
        "failed": report.failed, "failed before": report.known,
    }  # fmt: skip
    said = ", ".join(f"{number} {name}" for name, number in counts.items() if number) or "nothing to do"
    lines = [f"breve: {said} in {report.seconds:.1f} s"]
    lines += [f"  {f.path}: {f.error}: {f.message}" + (f" ({f.hint})" if f.hint else "") for f in report.failures]
    if report.failed > len(report.failures):
        lines.append(f"  and {report.failed - len(report.failures)} more")
    if report.known:
        lines.append("  files that failed before were left alone; --retry-failed tries them again")
    if report.signal is not None:
        lines.append("  stopped; the same command goes on where it was")
    lines.append(f"  {report.out_dir}/index.html")
    typer.echo("\n".join(lines), err=True)
