"""A real HTTP server that speaks the OpenAI chat interface, for the tests: it answers as scripted, faults included."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from local_server import Handler, running

Answer = Callable[[Mapping[str, Any]], str]
NONE: Mapping[str, str] = MappingProxyType({})
JSON = {"Content-Type": "application/json"}
TOKEN = 3  # characters of one of its tokens
ODD: Mapping[str, Any] = {
    "no message": [{"index": 0, "text": "of the older interface"}],
    "list": [{"index": 0, "message": {"role": "assistant", "content": [{"type": "text", "text": "x"}]}}],
    "no list": "choices",
}


@dataclass
class Script:
    """What the server does: ``faults`` come first, one a request; then ``answer`` makes the text of the reply."""

    answer: Answer = lambda asked: asked["messages"][-1]["content"].upper()
    faults: deque[str] = field(default_factory=deque)
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    delay_s: float = 0.0
    refused: frozenset[str] = frozenset()  # settings
    most_at_once: int = 0
    url: str = ""
    _now: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def enter(self, asked: dict[str, Any], headers: dict[str, str]) -> str | None:
        with self._lock:
            self.asked.append(asked)
            self.headers.append(headers)
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
            return self.faults.popleft() if self.faults else None

    def leave(self) -> None:
        with self._lock:
            self._now -= 1


class ChatHandler(Handler):
    """The list of models and chat completions."""

    state: Script

    def do_GET(self) -> None:  # noqa: N802 - its name
        self.reply(200, {"object": "list", "data": [{"id": "tiny-chat", "object": "model"}]})

    def do_POST(self) -> None:  # noqa: N802 - its name
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        fault = self.state.enter(asked, {key.lower(): value for key, value in self.headers.items()})
        try:
            time.sleep(self.state.delay_s)
            self.act(asked, fault)
        finally:
            self.state.leave()

    def act(self, asked: dict[str, Any], fault: str | None) -> None:
        if refused := sorted(self.state.refused & asked.keys()):
            self.reply(400, {"error": {"message": f"unsupported: {refused[0]}", "param": refused[0]}})
        elif fault == "cut":
            self.send(200, b"{" * 900, JSON, sent=1)
        elif fault == "broken":
            self.send(200, b'{"choices": [{"mess', JSON)
        elif fault == "odd":
            self.reply(200, {"detail": "no choices here"})
        elif fault and fault in ODD:
            self.reply(200, {"choices": ODD[fault]})
        elif fault == "echo":
            self.reply(401, {"error": {"message": f"wrong key: {self.headers['Authorization']}"}})
        elif fault == "content_filter":
            self.reply(200, completion(asked, "half of it", fault))
        elif fault == "slow":
            time.sleep(1.0)
            self.reply(200, completion(asked, "too late"))
        elif fault == "no schema" and "response_format" in asked:
            self.reply(400, {"error": {"message": "response_format is not supported"}})
        elif fault == "json_object" and asked["response_format"]["type"] != fault:
            self.reply(500, {"error": {"message": f"response_format: input should be {fault}"}})
        elif fault and fault.isdigit():
            self.reply(int(fault), {"error": {"message": f"scripted {fault}"}}, {"Retry-After": "0.01"})
        else:
            self.reply(200, completion(asked, self.state.answer(asked)))

    def reply(self, status: int, body: Mapping[str, Any], headers: Mapping[str, str] = NONE) -> None:
        self.send(status, json.dumps(body).encode(), {**JSON, **headers})


@contextmanager
def serving(script: Script) -> Iterator[Script]:
    """Serve on a free port of this machine."""
    with running(ChatHandler, script) as url:
        script.url = f"{url}/v1"
        yield script


def completion(asked: Mapping[str, Any], text: str, ended: str = "stop") -> dict[str, Any]:
    limit = asked.get("max_tokens", asked.get("max_completion_tokens")) * TOKEN
    message = {"role": "assistant", "content": text[:limit]}
    reason = "length" if len(text) > limit else ended
    choice = {"index": 0, "message": message, "finish_reason": reason}
    return {"id": "x", "object": "chat.completion", "created": 0, "model": asked["model"], "choices": [choice]}
