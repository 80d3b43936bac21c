"""An engine that follows a script: for tests and for measuring everything but the model."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from breve.engines.base import GREEDY, Decoding, Hypothesis, Request, Task

Reply = Hypothesis | str


@dataclass(frozen=True, slots=True)
class Call:
    """One call of generate(), as it came."""

    requests: tuple[Request, ...]
    decoding: Decoding


class ScriptedEngine:
    """Answers each request with the next of ``replies``; when none is left, with ``answer`` of the request's text.

    A token is a word between spaces; a reply over a request's limit is cut. ``calls`` holds what was asked.
    """

    name = "scripted"
    batch_invariant = True  # as long as no replies are left

    def __init__(
        self,
        replies: Iterable[Reply] = (),
        *,
        answer: Callable[[str], Reply] = str,
        tasks: Iterable[Task] = ("translate", "condense"),
    ) -> None:
        self.replies = deque(replies)
        self.calls: list[Call] = []
        self._answer = answer
        self._tasks: frozenset[Task] = frozenset(tasks)

    @property
    def tasks(self) -> frozenset[Task]:
        """The tasks that it was made for."""
        return self._tasks

    @property
    def asked(self) -> list[str]:
        """The texts of all requests so far, in order."""
        return [request.text for call in self.calls for request in call.requests]

    def generate(self, requests: Sequence[Request], decoding: Decoding = GREEDY) -> list[list[Hypothesis]]:
        """Return ``num_hypotheses`` replies for each request, in the requests' order."""
        if not requests:
            return []
        self.calls.append(Call(tuple(requests), decoding))
        return [[self._reply(request, n) for n in range(decoding.num_hypotheses)] for request in requests]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of words of each text."""
        return [len(text.split()) for text in texts]

    def signature(self) -> Mapping[str, Any]:
        """Return the engine's name: a script has no model."""
        return {"engine": self.name}

    def _reply(self, request: Request, rank: int) -> Hypothesis:
        reply = self.replies.popleft() if self.replies else self._answer(request.text)
        if isinstance(reply, Hypothesis):
            return reply
        words = reply.split()
        if len(words) > request.max_new_tokens:
            return Hypothesis(" ".join(words[: request.max_new_tokens]), -1.0 - rank, finished=False)
        return Hypothesis(reply, -1.0 - rank)
