"""A language model writes the bullets: numbered sentences in, JSON out that cites their numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from breve.condenser.base import Check, Condenser, Retranslate
from breve.condenser.drafts import Draft, settle
from breve.condenser.extractive import number_of_bullets
from breve.condenser.parts import Line, parts_of
from breve.document import Bullet, Kind, Segment, Translation
from breve.engines.base import Engine, Request, Windowed
from breve.prompts import Prompt, as_data

WINDOW = 3000  # tokens of an article in one request, where the engine doesn't say how many it takes
SHARE = 0.6  # of the window for the article: the rest is the prompt and a repair's quotation
TOKENS_PER_WORD = 3  # room for a bullet's words in JSON, with its citations

CHARACTERS_PER_WORD = 8
MOST_CITED = 6
ENDS = re.compile(r"[.!?…][\"”»)]*(?=\s|\Z)")
# Keys of a model's own are asked not to be, and ignored where they are.
CONFIG = ConfigDict(extra="ignore", json_schema_extra={"additionalProperties": False})


class BulletReply(BaseModel):
    """A bullet as a model answers it."""

    model_config = CONFIG
    text: str
    segments: list[int]


class Reply(BaseModel):
    """A model's whole answer; its JSON schema is what engines constrain."""

    model_config = CONFIG
    bullets: list[BulletReply]


class LlmCondenser:
    """Bullets by a model, each judged; an answer that isn't JSON is asked for once more, then ``fallback`` steps in.

    An article over the engine's window is read section by section, and the bullets of the sections are condensed again.
    """

    def __init__(
        self, engine: Engine, prompt: Prompt, repair: Prompt, *,
        fallback: Condenser, bullets: int | None = None, max_words: int = 28,
    ) -> None:  # fmt: skip
        self.engine, self.prompt, self.repair, self.fallback = engine, prompt, repair, fallback
        self.bullets, self.max_words = bullets, max_words
        whole = engine.max_input_tokens if isinstance(engine, Windowed) else WINDOW
        self.window = max(64, int(SHARE * whole))

    def condense(
        self, segments: Sequence[Segment], translations: Sequence[Translation], *,
        check: Check, retranslate: Retranslate,
    ) -> tuple[Bullet, ...]:  # fmt: skip
        """Return bullets in the article's order; one that fails gives way to an extractive one, or is flagged."""
        wanted = self.bullets or number_of_bullets(segments)
        drafts = self.drafts(segments, translations, wanted)
        return settle(
            drafts, segments, translations,
            check=check, retranslate=retranslate, fallback=self.fallback, wanted=wanted,
        )  # fmt: skip

    def drafts(self, segments: Sequence[Segment], translations: Sequence[Translation], wanted: int) -> list[Draft]:
        """Return what the model writes, unjudged, with the citations that exist."""
        headings = {s.id for s in segments if s.kind is Kind.HEADING}
        lines: list[Line] = [((s.id,), t.text) for s, t in zip(segments, translations, strict=True)]
        parts = list(parts_of(lines, headings, self.engine, self.window))
        drafts = self._ask(parts, wanted)
        while len(drafts) > wanted and len(parts) > 1:
            fewer = list(parts_of([(draft.ids, draft.text) for draft in drafts], set(), self.engine, self.window))
            reduced = self._ask(fewer, wanted) if len(fewer) < len(parts) else []
            if not reduced:
                break
            parts, drafts = fewer, reduced
        return drafts

    def signature(self) -> Mapping[str, Any]:
        """Return the model, the prompts, and what steps in where they fail."""
        return {
            **self.engine.signature(),
            "prompt": self.prompt.signature,
            "repair": self.repair.signature,
            "fallback": dict(self.fallback.signature()),
        }

    def _ask(self, parts: Sequence[Sequence[Line]], wanted: int) -> list[Draft]:
        """Return the drafts of all parts in order; a part whose answer can't be read twice gives none."""
        requests = [self._request(part, wanted) for part in parts]
        read = [_read(hypotheses[0].text) for hypotheses in self.engine.generate(requests)]
        failed = [n for n, (reply, _, _) in enumerate(read) if reply is None]
        again = [self._repaired(requests[n], read[n][1], read[n][2]) for n in failed]
        for n, hypotheses in zip(failed, self.engine.generate(again), strict=True):
            read[n] = _read(hypotheses[0].text)
        return [
            Draft(text, _ids(bullet, part))
            for part, (reply, _, _) in zip(parts, read, strict=True)
            for bullet in (reply.bullets if reply else ())
            if (text := _whole(bullet.text, self.max_words * CHARACTERS_PER_WORD))
        ]

    def _request(self, part: Sequence[Line], wanted: int) -> Request:
        article = "\n".join(f"{n}. {as_data(text)}" for n, (_, text) in enumerate(part, 1))
        text = self.prompt.render(article=article, bullets=str(wanted), words=str(self.max_words))
        limit = wanted * (self.max_words * TOKENS_PER_WORD + 24) + 32
        return Request(text, limit, self.prompt.system, _schema(wanted, self.max_words))

    def _repaired(self, request: Request, reply: str, problem: str) -> Request:
        text = self.repair.render(request=request.text, reply=as_data(reply[:300]), problem=problem)
        return Request(text, request.max_new_tokens, request.system, request.json_schema)


def _schema(wanted: int, words: int) -> dict[str, Any]:
    """Return the JSON schema of an answer; its limits keep a weak model from going on for ever."""
    schema = Reply.model_json_schema()
    schema["properties"]["bullets"] |= {"minItems": -(-wanted // 2), "maxItems": wanted}
    bullet = schema["$defs"]["BulletReply"]["properties"]
    bullet["text"]["maxLength"] = words * CHARACTERS_PER_WORD
    bullet["segments"]["maxItems"] = MOST_CITED
    return schema


def _whole(text: str, limit: int) -> str:
    """Return a text that has come to its limit up to its last full sentence, which may be none."""
    ends = [match.end() for match in ENDS.finditer(text)]
    return text if len(text) < limit else text[: ends[-1] if ends else 0]


def _ids(bullet: BulletReply, part: Sequence[Line]) -> tuple[int, ...]:
    """Return the ids of the segments that a bullet cites, those that exist."""
    return tuple(sorted({i for n in bullet.segments if 1 <= n <= len(part) for i in part[n - 1][0]}))


def _read(text: str) -> tuple[Reply | None, str, str]:
    """Return an answer as data, or None; the answer; and what is wrong with it."""
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        return None, text, "it holds no JSON object"
    try:
        reply = Reply.model_validate(json.loads(text[start : end + 1]))
    except ValidationError as error:
        return None, text, "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:3])
    except (ValueError, RecursionError) as error:
        return None, text, f"it is no JSON: {str(error)[:80]}"
    return (reply, text, "") if reply.bullets else (None, text, "it has no bullets")
