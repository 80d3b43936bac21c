"""What all engines that run a model of the hub share: its layout, its codec, its manifest."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from breve.engines.base import Hypothesis, Request, Task
from breve.engines.layout import Layout
from breve.errors import ModelBroken, OptionError

BREAKS = ".!?…;:,"  # where a text over the window is parted, if it can be


class HostedModel:
    """A model in a folder of the store, text in and text out but for the arithmetic."""

    name = ""

    def __init__(self, folder: Path, *, stop: Sequence[str] = (), tasks: Iterable[Task] = ("translate",)) -> None:
        self._folder, self._stop = folder, tuple(stop)
        self._tasks: frozenset[Task] = frozenset(tasks)
        try:
            self._manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            self.layout = Layout.load(folder)
            self.codec = self.layout.codec(folder)
        except Exception as error:  # tokenizers and sentencepiece raise bare exceptions for damaged files
            raise broken(folder, error) from error

    @property
    def tasks(self) -> frozenset[Task]:
        """The tasks that the profile gave it."""
        return self._tasks

    @property
    def max_input_tokens(self) -> int:
        """The most tokens of a text that are read at once."""
        return self.layout.max_input

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text."""
        return [len(self.codec.encode(text)[0]) for text in texts]

    def signature(self) -> Mapping[str, Any]:
        """Return the engine and what the manifest says of the model; the runtime's version is among it."""
        kept = ("model", "revision", "resolved_revision", "quantization", "prefix", "fingerprint", "recipe")
        described = {key: self._manifest[key] for key in kept if self._manifest.get(key)}
        return {"engine": self.name, "kind": self.layout.kind, **described, self.name: version(self.name)}

    def source(self, tokens: Sequence[str]) -> list[str]:
        """Return an encoder's input for the tokens of a text."""
        return [*self.layout.before, *tokens, *self.layout.after]

    def prompt(self, request: Request) -> list[str]:
        """Return a decoder's input for a request; raise OptionError for one over the window."""
        layout = self.layout
        if layout.chat and request.system:
            parts = [(layout.chat[0], request.system), (layout.chat[1], request.text), (layout.chat[2], "")]
        elif layout.plain_chat:
            parts = [(layout.plain_chat[0], _joined(request)), (layout.plain_chat[1], "")]
        else:
            parts = [("", _joined(request))]
        tokens = list(layout.before)
        for form, text in parts:
            tokens += self.codec.encode_trusted(form) if form else []
            tokens += self.codec.encode(text)[0] if text else []
        if len(tokens) > layout.max_input:
            raise OptionError(f"a request has {len(tokens)} tokens; the model takes {layout.max_input} at most")
        return tokens

    def windows(self, tokens: Sequence[str]) -> list[Sequence[str]]:
        """Return a text's tokens in parts that the model can read, parted at punctuation or between words."""
        limit, parts, start = self.layout.max_input, [], 0
        while len(tokens) - start > limit:
            cut = _cut(tokens, start, start + limit)
            parts.append(tokens[start:cut])
            start = cut
        return [*parts, tokens[start:]]

    def hypothesis(self, tokens: Sequence[str], score: float, limit: int, unknown: tuple[str, ...]) -> Hypothesis:
        """Return the hypothesis of generated tokens, the end token last where there was one."""
        cut = list(tokens[:limit])
        finished = bool(cut) and cut[-1] in self.layout.end
        text = self.codec.decode(cut[: -1 if finished else None])
        for stop in self._stop:
            head, found, _ = text.partition(stop)
            finished, text = finished or bool(found), head
        return Hypothesis(text.strip(), min(score, 0.0), finished, unknown)


def limits_of(requests: Sequence[Request], most: int) -> list[int]:
    """Return the token limits of requests, none over ``most``; raise OptionError for one below 1."""
    limits = [request.max_new_tokens for request in requests]
    if min(limits) < 1:
        raise OptionError(f"max_new_tokens is {min(limits)}; it must be 1 or more")
    return [min(limit, most) for limit in limits]


def joined(parts: Sequence[Hypothesis], unknown: tuple[str, ...]) -> Hypothesis:
    """Return the hypotheses of a text's parts as one."""
    text = " ".join(part.text for part in parts if part.text)
    return Hypothesis(
        text, sum(p.score for p in parts) / len(parts), all(p.finished for p in parts), unknown
    )  # fmt: skip


def require_gpu(device: str, count: int) -> None:
    """Raise OptionError for a GPU that isn't there: a model that went to the processor instead would say nothing."""
    _, _, index = device.partition(":")
    if int(index or 0) >= count:
        hint = "--device cpu, or auto; a driver that is too old hides a GPU too"
        raise OptionError(f"device is {device!r}, and the GPUs that can be used here are {count}", hint=hint)


def broken(folder: Path, error: Exception) -> ModelBroken:
    """Return the error of a model that doesn't load."""
    hint = "breve models remove takes it away, breve models prepare makes it anew"
    return ModelBroken(f"the model in {folder} can't be loaded: {error}", hint=hint)


def _joined(request: Request) -> str:
    return f"{request.system}\n\n{request.text}" if request.system else request.text


def _cut(tokens: Sequence[str], start: int, end: int) -> int:
    """Return where to part tokens before ``end``: after the last punctuation, else before the last word's start."""
    for position in range(end, start + (end - start) // 2, -1):
        if tokens[position - 1].strip("▁ĠĊ")[-1:] in tuple(BREAKS) and _starts_word(tokens[position]):
            return position
    return next((p for p in range(end, start + (end - start) // 2, -1) if _starts_word(tokens[p])), end)


def _starts_word(token: str) -> bool:
    return token[:1] in ("▁", "Ġ", " ")
