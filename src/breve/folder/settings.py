"""What a batch is told and what it answers: plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypedDict, get_args

from breve.errors import OptionError

Runner = Literal["local", "ray"]
Status = Literal["done", "failed"]
RUNNERS: tuple[str, ...] = get_args(Runner)
# The formats of the briefs: file suffix -> the renderer's name.
FORMATS = {"md": "markdown", "json": "json", "html": "html"}
PARQUET = "parquet"


class SettingValues(TypedDict, total=False):
    """The fields of BatchSettings as keyword arguments; a test holds the two together."""

    globs: tuple[str, ...]
    formats: tuple[str, ...]
    limit: int | None
    force: bool
    retry_failed: bool
    fail_fast: bool
    wait: bool
    workers: int | None
    runner: Runner
    max_file_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSettings:
    """How a folder is worked through. What shapes the text of a brief is in Options instead."""

    globs: tuple[str, ...] = ()  # none: every file
    formats: tuple[str, ...] = ("md",)
    limit: int | None = None  # articles to work on; those already done don't count
    force: bool = False
    retry_failed: bool = False
    fail_fast: bool = False
    wait: bool = True  # for another run on the same output folder
    workers: int | None = None  # None: see local.default_workers()
    runner: Runner = "local"
    max_file_bytes: int = 16_000_000  # a megabyte of text takes the embedded model an hour or two

    def __post_init__(self) -> None:
        """Raise OptionError for a value out of range."""
        known = {*FORMATS} | ({PARQUET} if self.runner == "ray" else set())
        _require(bool(self.formats) and set(self.formats) <= known, "formats", self.formats, ", ".join(known))
        _require(PARQUET not in self.formats or len(self.formats) == 1, "formats", self.formats, "parquet alone")
        _require(self.runner in RUNNERS, "runner", self.runner, " or ".join(RUNNERS))
        _require(self.limit is None or self.limit >= 1, "limit", self.limit, "1 or more")
        _require(self.workers is None or self.workers >= 1, "workers", self.workers, "1 or more")
        _require(self.max_file_bytes >= 1, "max_file_bytes", self.max_file_bytes, "1 or more")


@dataclass(frozen=True, slots=True)
class Job:
    """An article's bytes as read, where they came from, and the key of the brief to make of them."""

    path: str
    data: bytes
    key: str
    modified: float = 0.0


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a file has no brief: the class of the error, what it says, and what to do."""

    path: str
    error: str
    message: str
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Brief:
    """A brief, rendered: the text of each format, and what the report shows of it."""

    path: str
    texts: dict[str, str]
    title: str | None
    bullets: tuple[str, ...]
    flags: int


Result = Brief | Failure


@dataclass(slots=True)
class Report:
    """What a run did: counts of files, the first failures, and where the whole report lies.

    ``failed`` counts this run's failures, ``known`` those of earlier runs that were left as they are. ``total`` is
    the number of files, if they were counted.
    """

    out_dir: str
    done: int = 0
    copied: int = 0
    skipped: int = 0
    failed: int = 0
    known: int = 0
    total: int | None = None
    seconds: float = 0.0
    signal: int | None = None
    failures: list[Failure] = field(default_factory=list)

    SHOWN = 50  # failures kept in memory; report.jsonl has them all

    @property
    def worked(self) -> int:
        """The files that took work."""
        return self.done + self.failed

    @property
    def seen(self) -> int:
        """The files that are settled, one way or another."""
        return self.worked + self.copied + self.skipped + self.known

    @property
    def exit_code(self) -> int:
        """0 all done, 1 some failed; 128 and the signal's number when the run was stopped by one."""
        if self.signal is not None:
            return 128 + self.signal
        return int(bool(self.failed or self.known))

    def add_failure(self, failure: Failure) -> None:
        """Count a failure and keep it if it is among the first."""
        self.failed += 1
        if len(self.failures) < self.SHOWN:
            self.failures.append(failure)


def failure_of(path: str, error: BaseException) -> Failure:
    """Return an error as a failure of a file."""
    hint: Any = getattr(error, "hint", None)
    return Failure(path, type(error).__name__, str(error) or type(error).__name__, hint)


def _require(valid: bool, name: str, value: object, allowed: str) -> None:
    if not valid:
        raise OptionError(f"{name} is {value!r}; it must be {allowed}")
