"""Any server that speaks the OpenAI interface: vLLM, llama.cpp, Ollama, a hosted one."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from breve.engines.base import GREEDY, Decoding, Hypothesis, Request, Task
from breve.errors import ModelError, ModelMissing, OptionError

if TYPE_CHECKING:
    from openai import OpenAI

    from breve.engines.profiles import ModelChoice

URL, MODEL, KEY = "BREVE_SERVER_URL", "BREVE_SERVER_MODEL", "OPENAI_API_KEY"
HINTS = {401: f"set {KEY}", 403: f"set {KEY}", 404: f"set {MODEL} to a model that the server has, and check {URL}"}
REFUSALS = (400, 422)  # of what a server doesn't know
# Settings that some models refuse, and what is sent in their place: another name of the same, or nothing.
OTHER_NAMES = {"max_tokens": "max_completion_tokens", "temperature": None, "top_p": None, "seed": None}
FIRST = "first"  # as a model's name: the first that the server lists
CHARACTERS_PER_TOKEN = 3  # no tokenizer is at hand: on the low side for French, so that limits are on the safe side
OTHER_TEMPERATURE = 0.7  # of the hypotheses after the first, where greedy ones would all be the same
THOUGHTS = re.compile(r"\A\s*<think>.*?(?:</think>|\Z)", re.DOTALL)  # before an answer; elsewhere it is a word of it
CUT = {"length", "content_filter", "model_length", "max_tokens", "abort", "error"}  # reasons to end before the end
# What comes of a body of another form, which the client passes on as it is or fails on in a way of its own.
UNREADABLE = (ValueError, TypeError, AttributeError, LookupError, StopIteration)


class ServerEngine:
    """A model behind a URL. The client retries what is worth it: cut connections, 408, 409, 429 and 5xx, with backoff.

    The key comes from the environment alone and is in no signature and no message. Scores are 0: servers don't agree
    on giving them. Beam search and penalties are the server's business too, so those settings aren't sent.
    """

    name = "server"
    batch_invariant = True  # each request goes by itself

    def __init__(self, choice: ModelChoice, *, tasks: Iterable[Task] = ("translate", "condense")) -> None:
        self._choice = choice
        self._tasks: frozenset[Task] = frozenset(tasks)
        self._url = os.environ.get(URL) or choice.base_url or ""
        self._key = os.environ.get(KEY, "").strip()
        self._form = 0  # of FORMS: the first that the server hasn't refused
        self._refused: set[str] = set()  # of OTHER_NAMES
        if not self._url:
            hint = f"export {URL}=http://127.0.0.1:8080/v1, or set base_url in a profile of your own"
            raise ModelMissing("the server profile has no URL", hint=hint)
        if not _is_address(self._url):
            shown = self._url.rpartition("@")[2]  # a password may stand before it
            raise OptionError(f"the server's URL is {shown!r}; it must be http://HOST:PORT/v1, or with https")

    @property
    def tasks(self) -> frozenset[Task]:
        """The tasks that it was made for."""
        return self._tasks

    @property
    def max_input_tokens(self) -> int:
        """The profile's ``context_tokens``, less what an answer takes: the interface doesn't tell."""
        return self._choice.context_tokens * 3 // 4

    @cached_property
    def model(self) -> str:
        """The model's name: from the environment, else the profile's, else the first that the server lists."""
        named = os.environ.get(MODEL) or self._choice.model
        if named != FIRST:
            return named
        with self._errors():
            return next(iter(self._client.models.list())).id

    def generate(self, requests: Sequence[Request], decoding: Decoding = GREEDY) -> list[list[Hypothesis]]:
        """Return hypotheses in the requests' order; ``concurrency`` of them are under way at once.

        Raises ModelError when the server fails for good, ModelMissing when it can't be reached.
        """
        ranks = range(decoding.num_hypotheses)
        jobs = [(request, decoding, rank) for request in requests for rank in ranks]
        if not jobs:
            return []
        with self._errors(), ThreadPoolExecutor(self._choice.concurrency) as pool:
            found = list(pool.map(lambda job: self._one(*job), jobs))
        return [found[i : i + len(ranks)] for i in range(0, len(found), len(ranks))]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return an estimate for each text: a token for three characters, or a word if there are more of them."""
        return [max(len(text.split()), -(-len(text) // CHARACTERS_PER_TOKEN)) for text in texts]

    def signature(self) -> Mapping[str, Any]:
        """Return the model's name and the server's host."""
        return {"engine": self.name, "model": self.model, "host": urlsplit(self._url).hostname}

    @cached_property
    def _client(self) -> OpenAI:
        from openai import OpenAI

        return OpenAI(
            base_url=self._url, api_key=self._key or "none",
            timeout=self._choice.timeout_s, max_retries=self._choice.max_retries,
        )  # fmt: skip

    def _one(self, request: Request, decoding: Decoding, rank: int) -> Hypothesis:
        from openai import APIStatusError

        asked = self._asked(request, decoding, rank)
        while request.json_schema and self._form < len(FORMS):
            form = self._form
            try:
                return self._answer(asked | {"response_format": FORMS[form](request.json_schema)})
            except APIStatusError as error:
                if error.status_code not in REFUSALS and "response_format" not in error.message:
                    raise
                self._form = max(self._form, form + 1)
        return self._answer(asked)  # the answer is parsed and repaired instead

    def _asked(self, request: Request, decoding: Decoding, rank: int) -> dict[str, Any]:
        messages = [{"role": "system", "content": request.system}] if request.system else []
        temperature = decoding.temperature or (OTHER_TEMPERATURE if rank else 0.0)
        return {
            "model": self.model,
            "messages": [*messages, {"role": "user", "content": request.text}],
            "max_tokens": request.max_new_tokens,
            "temperature": temperature,
            "top_p": decoding.top_p,
            "seed": decoding.seed + rank,
        }

    def _reply(self, asked: Mapping[str, Any]) -> Any:
        """Ask without the settings that the server refuses by name, as reasoning models refuse a temperature."""
        from openai import BadRequestError

        while True:
            refused = frozenset(self._refused)
            names = {name: OTHER_NAMES[name] if name in refused else name for name in asked}
            try:
                return self._client.chat.completions.create(**{n: asked[old] for old, n in names.items() if n})
            except BadRequestError as error:
                if error.param not in OTHER_NAMES or error.param in refused:
                    raise
                self._refused.add(error.param)

    def _answer(self, asked: Mapping[str, Any]) -> Hypothesis:
        reply = self._reply(asked)
        choices = getattr(reply, "choices", None)
        if not choices:  # a body of another form comes through the client as it is
            raise ModelError(f"the server's answer has no choices: {self._without_key(reply)[:80]!r}")
        text = THOUGHTS.sub("", choices[0].message.content or "")
        return Hypothesis(text.strip(), 0.0, finished=choices[0].finish_reason not in CUT)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Turn the client's errors into ours."""
        try:
            from openai import APIConnectionError, APIStatusError, OpenAIError
        except ImportError as error:
            hint = 'pip install "breve[server]"'
            raise ModelMissing(f"the server profile needs a package: {error}", hint=hint) from error
        try:
            yield
        except APIConnectionError as error:
            hint = f"start it, or set {URL} to where it runs"
            raise ModelMissing(f"the server at {self._host} can't be reached: {error}", hint=hint) from error
        except APIStatusError as error:
            said = self._without_key(error.message)[:200]
            message = f"the server at {self._host} answered {error.status_code}: {said}"
            raise ModelError(message, hint=HINTS.get(error.status_code)) from error
        except (OpenAIError, *UNREADABLE) as error:
            what = self._without_key(error) or type(error).__name__
            raise ModelError(f"the server at {self._host} gave an answer that can't be read: {what}") from error

    def _without_key(self, said: object) -> str:
        """Return what a server said without the key, which some repeat."""
        return str(said).replace(self._key, "…") if self._key else str(said)

    @property
    def _host(self) -> str:
        parts = urlsplit(self._url)
        return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # of a port that is no number, a bracket that isn't closed
        return False


def _openai_form(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "answer", "schema": dict(schema), "strict": True}}


def _llama_form(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the only form that llama-cpp-python's server takes; the other is an internal error to it."""
    return {"type": "json_object", "schema": dict(schema)}


FORMS = (_openai_form, _llama_form)
