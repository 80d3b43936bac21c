"""Every default, once."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any, TypedDict

from breve.errors import OptionError

MAX_BULLETS = 50
BACKENDS = (None, "ctranslate2", "transformers")
DEVICE = re.compile(r"auto|cpu|cuda(?::\d+)?")


class OptionValues(TypedDict, total=False):
    """The fields of Options as keyword arguments; a test holds the two together."""

    profile: str
    bullets: int | None
    max_bullet_words: int
    language_check: bool
    batch_size: int
    max_segment_words: int
    retries: int
    threads: int
    translator: str | None
    condenser: str | None
    backend: str | None
    device: str
    prompts: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to read, translate and condense. A summary carries the options that made it.

    ``bullets`` None lets the length of the article decide, from 3 to 7.
    """

    profile: str = "embedded"
    bullets: int | None = None
    max_bullet_words: int = 28
    language_check: bool = True
    batch_size: int = 32  # segments; larger gains under 5 % on two cores and delays progress
    max_segment_words: int = 120  # a longer sentence is split at a clause boundary
    retries: int = 1  # for a translation that fails its checks: 1 searches with beams, 2 samples too
    threads: int = 0  # CPU threads of an engine; 0: one a core
    translator: str | None = None  # a profile, hub model or folder in the place of the profile's translator
    condenser: str | None = None  # the same for the condenser, or "extractive": none at all
    backend: str | None = None  # "ctranslate2" or "transformers", in the place of the profile's engine
    device: str = "auto"  # "cpu", "cuda", or "cuda:1"; auto: a GPU if there is one
    prompts: str | None = None  # a folder of prompts that take the place of ours

    def __post_init__(self) -> None:
        """Raise OptionError for a value out of range."""
        possible = self.bullets is None or 1 <= self.bullets <= MAX_BULLETS
        _require(possible, "bullets", self.bullets, f"1 to {MAX_BULLETS}")
        _require(self.max_bullet_words >= 8, "max_bullet_words", self.max_bullet_words, "8 or more")
        _require(self.batch_size >= 1, "batch_size", self.batch_size, "1 or more")
        _require(self.max_segment_words >= 20, "max_segment_words", self.max_segment_words, "20 or more")
        _require(self.retries >= 0, "retries", self.retries, "0 or more")
        _require(bool(DEVICE.fullmatch(self.device)), "device", self.device, "auto, cpu, cuda or cuda:N")
        _require(self.backend in BACKENDS, "backend", self.backend, "ctranslate2 or transformers")
        _require(self.threads >= 0, "threads", self.threads, "0 or more")

    def as_dict(self) -> dict[str, Any]:
        """Return the options as plain data, for a signature."""
        return asdict(self)


def _require(valid: bool, name: str, value: object, allowed: str) -> None:
    if not valid:
        raise OptionError(f"{name} is {value!r}; it must be {allowed}")
