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
    in_dir: Annotated[Path, typer.Argument(metavar="IN_DIR", help="The folder of the articles, read with its subfolders.")],
    out_dir: Annotated[Path, typer.Argument(metavar="OUT_DIR", help="The folder of the briefs, made if need be.")],
    glob: Annotated[list[str] | None, Flag(help="Only such files: '*.txt', '2024/**/*.md'; may be repeated.")] = None,
    format: Annotated[list[str] | None, Flag(help="md, json or html; may be repeated. With ray also parquet.")] = None,  # noqa: A002 - its name
    bullets: Annotated[int | None, Flag(help="How many; by default the length decides, 3 to 7.")] = None,
    profile: Annotated[str, Flag(envvar="BREVE_PROFILE", help="Which models to use.")] = "embedded",
    language_check: Annotated[bool, Flag("--language-check/--no-language-check", help="Refuse what isn't French.")] = True,
    dry_run: Annotated[bool, Flag("--dry-run", help="Print the files that would be worked on, and write nothing.")] = False,
    limit: Annotated[int | None, Flag(help="Work on so many files; those already done don't count.")] = None,
    force: Annotated[bool, Flag("--force", help="Do again what is done.")] = False,
    retry_failed: Annotated[bool, Flag("--retry-failed", help="Work on nothing but what failed before.")] = False,
    fail_fast: Annotated[bool, Flag("--fail-fast", help="Stop at the first failure.")] = False,
    watch: Annotated[bool, Flag("--watch", help="Then wait for new and changed files, until Ctrl-C.")] = False,
    wait: Annotated[bool, Flag("--wait/--no-wait", help="Wait for another run on OUT_DIR, or refuse.")] = True,
    workers: Annotated[int, Flag(help="Processes with a model each; they share the cores.")] = 1,
    engine: Annotated[str, Flag(help="local, or ray: a cluster of machines.")] = "local",
    max_mb: Annotated[float, Flag(help="The size of a file, in megabytes, that is too large.")] = 16.0,
) -> None:
    """Write a brief of every article of a folder, and a report; what is done already is not done again."""
    from breve.folder import run
    from breve.options import Options

    options = Options(profile=profile, bullets=bullets, language_check=language_check)
    values: dict[str, Any] = {
        "globs": tuple(glob or ()), "limit": limit, "force": force, "retry_failed": retry_failed,
        "fail_fast": fail_fast, "wait": wait, "workers": workers, "runner": engine, "max_file_bytes": int(max_mb * 1e6),
        "formats": tuple(dict.fromkeys(part for one in format or ["md"] for part in one.split(","))),
    }  # fmt: skip
    if dry_run:
        for path in run.planned(in_dir, out_dir, options=options, **values):
            typer.echo(path)
        return
    if watch and engine == "ray":
        raise OptionError("--watch is for --engine local; run the cluster's job again instead")
    with _progress() as (console, report_progress):
        report = run.batch(in_dir, out_dir, progress=report_progress, watch=watch, **values, **_own(options))
    _say(console, report)
    raise typer.Exit(report.exit_code)
