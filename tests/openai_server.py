"""A real HTTP server that speaks the OpenAI chat interface, for the tests: it answers as scripted, faults included."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[Mapping[str, Any]], str]
TOKEN = 3  # characters of one of its tokens


@dataclass
class Script:
    """What the server does: ``faults`` come first, one a request; then ``answer`` makes the text of the reply."""

    answer: Answer = lambda asked: asked["messages"][-1]["content"].upper()
    faults: deque[str] = field(default_factory=deque)
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    delay_s: float = 0.0
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


@contextmanager
def serving(script: Script) -> Iterator[Script]:
    """Serve on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name
            pass

        def do_GET(self) -> None:
            self.reply(200, {"object": "list", "data": [{"id": "tiny-chat", "object": "model"}]})

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            fault = script.enter(asked, {key.lower(): value for key, value in self.headers.items()})
            try:
                time.sleep(script.delay_s)
                self.act(asked, fault)
            finally:
                script.leave()

        def act(self, asked: dict[str, Any], fault: str | None) -> None:
            if fault == "cut":
                self.close_connection = True
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{")
            elif fault == "broken":
                self.raw(200, b'{"choices": [{"mess')
            elif fault == "odd":
                self.reply(200, {"detail": "no choices here"})
            elif fault == "slow":
                time.sleep(1.0)
                self.reply(200, completion(asked, "too late"))
            elif fault == "no schema" and "response_format" in asked:
                self.reply(400, {"error": {"message": "response_format is not supported"}})
            elif fault and fault.isdigit():
                self.reply(int(fault), {"error": {"message": f"scripted {fault}"}}, {"Retry-After": "0.01"})
            else:
                self.reply(200, completion(asked, script.answer(asked)))

        def reply(self, status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> None:
            self.raw(status, json.dumps(body).encode(), headers)

        def raw(self, status: int, data: bytes, headers: Mapping[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    script.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()


def completion(asked: Mapping[str, Any], text: str) -> dict[str, Any]:
    limit = asked["max_tokens"] * TOKEN
    message = {"role": "assistant", "content": text[:limit]}
    reason = "length" if len(text) > limit else "stop"
    choice = {"index": 0, "message": message, "finish_reason": reason}
    return {"id": "x", "object": "chat.completion", "created": 0, "model": asked["model"], "choices": [choice]}
