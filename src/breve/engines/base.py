"""What an engine is: text in, text out. It knows nothing of articles, segments or bullets."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

Task = Literal["translate", "condense"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoding:
    """How a text is generated. Temperature 0 is greedy or beam search; above it, sampling with ``seed``."""

    beam_size: int = 1
    num_hypotheses: int = 1
    temperature: float = 0.0
    top_p: float = 1.0
    repetition_penalty: float = 1.0
    no_repeat_ngram_size: int = 0
    seed: int = 1


GREEDY = Decoding()


@dataclass(frozen=True, slots=True)
class Request:
    """A text for the model, complete with its prompt, and the most tokens that its answer may take.

    ``system`` is told to a chat model before the text. An engine that can constrains the answer to ``json_schema``.
    ``start`` is what the answer begins with, for a `Streaming` engine: it goes on from there.
    """

    text: str
    max_new_tokens: int = 256
    system: str = ""
    json_schema: Mapping[str, Any] | None = None
    start: str = ""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One generated text. ``score`` is the mean log-probability of its tokens (natural logarithm, at most 0).

    It is 0 where an engine isn't told. ``finished`` is False when the text was cut at ``max_new_tokens``.
    ``unknown`` holds the pieces of the request's text that the model has no token for, so that it can't have read them.
    """

    text: str
    score: float
    finished: bool = True
    unknown: tuple[str, ...] = ()


@runtime_checkable
class Engine(Protocol):
    """A model that can be run. One contract test holds for all engines."""

    @property
    def name(self) -> str:
        """The engine's name, as in a profile."""
        ...

    @property
    def tasks(self) -> frozenset[Task]:
        """The tasks that the loaded model can do."""
        ...

    def generate(self, requests: Sequence[Request], decoding: Decoding = GREEDY) -> list[list[Hypothesis]]:
        """Return ``decoding.num_hypotheses`` hypotheses for each request, best first, in the requests' order.

        An empty list of requests gives an empty list. The same requests and decoding give the same texts.
        """
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, special tokens left out."""
        ...

    def signature(self) -> Mapping[str, Any]:
        """Return what identifies the model: engine, model, revision or hash, quantization, versions."""
        ...


@runtime_checkable
class Windowed(Protocol):
    """An engine that says how much text it can read at once."""

    @property
    def max_input_tokens(self) -> int:
        """The most tokens of one request's text; a longer one is refused or read in parts, never cut."""
        ...


@runtime_checkable
class Streaming(Protocol):
    """An engine that can tell what is done while it runs the rest, and be asked for more meanwhile."""

    def stream(
        self, requests: Sequence[Request], decoding: Decoding = GREEDY
    ) -> Iterator[Mapping[int, list[Hypothesis]]]:
        """Return what generate() returns, by the requests' numbers, a batch as soon as it is done.

        The work begins with the call, and is done before what later calls ask for but for the batches not yet begun.
        """
        ...


def cores() -> int:
    """Return the number of processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
