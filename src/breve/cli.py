"""The command line: arguments become options, errors become exit codes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from breve.errors import BreveError, InputError, ModelError, OptionError, OutputError, UnreadableInput
from breve.folder.command import batch
from breve.options import OptionValues

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    help="French news, briefly, in English: bullets that cite the French sentences they rest on.",
)  # fmt: skip
models = typer.Typer(no_args_is_help=True, help="The models in the store.")
app.add_typer(models, name="models")
app.command()(batch)

DONE, INCOMPLETE, WRONG_CALL, BAD_INPUT, NO_MODEL = 0, 1, 2, 3, 4

Input = Annotated[str, typer.Argument(metavar="PATH|-", help="A file (.txt, .md, .html), or - for standard input.")]
Profile = Annotated[str, typer.Option(envvar="BREVE_PROFILE", help="Which models to use.")]
LanguageCheck = Annotated[bool, typer.Option("--language-check/--no-language-check", help="Refuse what isn't French.")]
Translator = Annotated[
    str | None, typer.Option(help="Translate with this: a profile, a hub model (owner/name) or a folder.")
]
Condenser = Annotated[str | None, typer.Option(help="Condense with this: the same, or extractive.")]
Backend = Annotated[str | None, typer.Option("--engine", help="ctranslate2 or transformers.")]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda or cuda:N.")]
Prompts = Annotated[str | None, typer.Option(metavar="DIR", help="Prompts that take the place of ours.")]


def main() -> None:
    """Run the command line and exit: 0 done, 1 some of it failed (batch), 2 wrong call, 3 bad input, 4 no model."""
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", newline="")  # type: ignore[union-attr]  # a TextIO
    try:
        app()
    except BreveError as error:
        typer.echo(f"breve: {error}" + (f"\n  {error.hint}" if error.hint else ""), err=True)
        sys.exit(exit_code(error))
    except BrokenPipeError:
        sys.exit(DONE)


def exit_code(error: BreveError) -> int:
    """Return the exit code of an error."""
    codes: list[tuple[type[BreveError], int]] = [
        (OptionError, WRONG_CALL), (InputError, BAD_INPUT), (ModelError, NO_MODEL), (OutputError, INCOMPLETE),
    ]  # fmt: skip
    return next((code for kind, code in codes if isinstance(error, kind)), BAD_INPUT)


@app.command()
def summarize(
    source: Input,
    format: Annotated[str, typer.Option(help="markdown, text, json or html.")] = "markdown",  # noqa: A002 - its name
    bullets: Annotated[int | None, typer.Option(help="How many; by default the length decides, 3 to 7.")] = None,
    profile: Profile = "embedded",
    translator: Translator = None,
    condenser: Condenser = None,
    backend: Backend = None,
    device: Device = "auto",
    prompts: Prompts = None,
    language_check: LanguageCheck = True,
) -> None:
    """Print the English brief of a French article."""
    from breve.pipeline import summarize as run
    from breve.renderer import FORMATS, render

    if format not in FORMATS:
        raise OptionError(f"--format is {format!r}; it must be one of {', '.join(FORMATS)}")
    with _progress() as report:
        summary = run(
            _source(source), progress=report, profile=profile, bullets=bullets, language_check=language_check,
            translator=translator, condenser=condenser, backend=backend, device=device, prompts=prompts,
        )  # fmt: skip
    if (translator or profile) == "embedded":
        typer.echo("breve: made by the small embedded model; stronger profiles exist, see the README", err=True)
    sys.stdout.write(render(summary, format))  # type: ignore[arg-type]  # checked above


@app.command()
def translate(
    source: Input,
    lines: Annotated[bool, typer.Option("--lines", help="One line in, one line out; empty lines kept.")] = False,
    profile: Profile = "embedded",
    translator: Translator = None,
    backend: Backend = None,
    device: Device = "auto",
    prompts: Prompts = None,
    language_check: LanguageCheck = True,
) -> None:
    """Print the English translation of a French text."""
    from breve import pipeline

    chosen = OptionValues(
        profile=profile, translator=translator, backend=backend, device=device, prompts=prompts,
        language_check=language_check,
    )  # fmt: skip
    with _progress() as report:
        if lines:
            text = _bytes(source).decode("utf-8", errors="replace")
            # Only line feeds end a line here, so that U+2028 or a lone carriage return can't change the count.
            ended = text.endswith("\n")
            rows = text.removesuffix("\n").split("\n") if text else []
            rows = pipeline.translate_lines([row.removesuffix("\r") for row in rows], progress=report, **chosen)
            sys.stdout.write("\n".join(rows) + ("\n" if ended else ""))
        else:
            done = pipeline.translate(_source(source), progress=report, **chosen)
            sys.stdout.write("\n".join(t.text for t in done) + "\n")


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen at; 127.0.0.1 by default.")] = None,
    port: Annotated[int | None, typer.Option(help="The port; the first free one from 7860 on by default.")] = None,
    share: Annotated[bool, typer.Option("--share", help="Make a public link, through a server of Gradio's.")] = False,
) -> None:
    """Serve the web page. BREVE_AUTH=user:password asks visitors for these."""
    from breve.web import serve as run

    run(host=host, port=port, share=share)


@models.command("prepare")
def prepare(
    profile: Profile = "embedded",
    translator: Translator = None,
    condenser: Condenser = None,
    backend: Backend = None,
    device: Device = "auto",
    allow_pickle: Annotated[bool, typer.Option("--allow-pickle", help="Take weights that could run code.")] = False,
) -> None:
    """Make the models of a profile ready to run, once: fetched where need be, converted. What is there is checked."""
    from breve.engines import store
    from breve.engines.profiles import choices
    from breve.options import Options

    def report(share: float, what: str) -> None:
        typer.echo(f"{share:4.0%} {what}", err=True)

    options = Options(profile=profile, translator=translator, condenser=condenser, backend=backend, device=device)
    made = [c for c in dict.fromkeys(choices(options).values()) if c and c.engine != "server"]
    for choice in made:
        if choice.licence:
            typer.echo(f"{choice.model}: {choice.licence}", err=True)
        allowed = choice.model_copy(update={"pickle": choice.pickle or allow_pickle})
        folder = store.prepare_choice(allowed, device, progress=report, verify=True)
        if licence := store.entry(folder).licence:
            typer.echo(f"licence: {licence}", err=True)
        typer.echo(str(folder))
    if not made:
        typer.echo(f"{profile}: nothing to prepare, its models run on a server", err=True)


@models.command("path")
def path(profile: Profile = "embedded") -> None:
    """Print where the prepared model that a profile translates with lies."""
    from breve.engines.store import path as find

    typer.echo(str(find(profile)))


@models.command("list")
def list_models() -> None:
    """Print the prepared models, their sizes and licences."""
    from breve.engines.store import list_models as listed

    for entry in listed():
        typer.echo(f"{entry.name}\t{entry.size_bytes / 1e6:.0f} MB\t{entry.licence or 'licence unknown'}\t{entry.path}")


@models.command("remove")
def remove(name: Annotated[str, typer.Argument(help="A name that the list gives.")]) -> None:
    """Remove a prepared model from the store."""
    from breve.engines.store import remove as run

    run(name)


def _source(argument: str) -> bytes | Path:
    return sys.stdin.buffer.read() if argument == "-" else Path(argument)


def _bytes(argument: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if argument == "-" else Path(argument).read_bytes()
    except OSError as error:
        raise UnreadableInput(f"{argument}: {error.strerror}", hint="give the path of a readable file, or -") from error


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Give a progress callback that draws a bar on standard error, if that is a terminal."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("translating", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


if __name__ == "__main__":
    main()
