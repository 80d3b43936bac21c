"""Text to tokens and back, without transformers: a ``tokenizer.json``, or sentencepiece with a ``vocab.json``.

What a text spells is never a control token, and pieces that the model has no token for are reported.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

SPACE = "\u2581"  # how sentencepiece writes a space
CONTROL = re.compile(r"<[^<>\s]+>")


class Codec(Protocol):
    """Encodes and decodes for one model."""

    def encode(self, text: str) -> tuple[list[str], tuple[str, ...]]:
        """Return a text's tokens, no control token among them, and its pieces that are unknown."""
        ...

    def encode_trusted(self, text: str) -> list[str]:
        """Return the tokens of a text of ours, in which control tokens may be spelled."""
        ...

    def ids(self, tokens: Sequence[str]) -> list[int]:
        """Return the numbers of tokens."""
        ...

    def tokens(self, ids: Sequence[int]) -> list[str]:
        """Return the tokens of numbers."""
        ...

    def decode(self, tokens: Sequence[str]) -> str:
        """Return the text of tokens; control tokens have none."""
        ...


class FastCodec:
    """A ``tokenizer.json``."""

    def __init__(self, folder: Path, unknown: str | None) -> None:
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._unknown = self._tokenizer.token_to_id(unknown) if unknown else None
        added = self._tokenizer.get_added_tokens_decoder().values()
        controls = {token.content for token in added if token.special and len(token.content) > 1}
        # MADLAD's <2en> isn't marked as special, and may be a plain piece of the vocabulary.
        unigram = type(self._tokenizer.model).__name__ == "Unigram"
        named = self._tokenizer.get_vocab() if unigram else [token.content for token in added]
        self._controls = sorted(controls.union(filter(CONTROL.fullmatch, named)))

    def encode(self, text: str) -> tuple[list[str], tuple[str, ...]]:
        """Return a text's tokens and its unknown pieces."""
        text = _whole(text)
        for control in self._controls:  # a unigram model takes them for words, whatever it is told
            if control in text:
                text = text.replace(control, f"{control[0]} {control[1:]}")
        self._tokenizer.encode_special_tokens = True
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        pairs = zip(encoding.ids, encoding.offsets, strict=True)
        unknown = [text[start:end].strip() for number, (start, end) in pairs if number == self._unknown]
        return self.tokens(encoding.ids), tuple(dict.fromkeys(piece for piece in unknown if piece))

    def encode_trusted(self, text: str) -> list[str]:
        """Return the tokens of a text in which control tokens may be spelled."""
        self._tokenizer.encode_special_tokens = False
        return self.tokens(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def ids(self, tokens: Sequence[str]) -> list[int]:
        """Return the numbers of tokens; made-up ones of a converted model's vocabulary have none."""
        found = (self._tokenizer.token_to_id(token) for token in tokens)
        return [number for number in found if number is not None]

    def tokens(self, ids: Sequence[int]) -> list[str]:
        """Return the tokens of numbers."""
        return [token for number in ids if (token := self._tokenizer.id_to_token(number)) is not None]

    def decode(self, tokens: Sequence[str]) -> str:
        """Return the text of tokens."""
        text: str = self._tokenizer.decode(self.ids(tokens), skip_special_tokens=True)
        return text


class SentencePieceCodec:
    """Marian and M2M100: a sentencepiece model a side, and a vocabulary of its own numbers."""

    def __init__(
        self, folder: Path, unknown: str | None, *, source: str, target: str, vocabularies: Sequence[str]
    ) -> None:
        import sentencepiece

        self._source = sentencepiece.SentencePieceProcessor(model_file=str(folder / source))
        self._target = sentencepiece.SentencePieceProcessor(model_file=str(folder / target))
        tables = [json.loads((folder / name).read_text(encoding="utf-8")) for name in vocabularies]
        self._read: dict[str, int] = tables[0]
        self._written: dict[str, int] = tables[-1]
        self._unknown = unknown or "<unk>"

    def encode(self, text: str) -> tuple[list[str], tuple[str, ...]]:
        """Return a text's tokens and its unknown pieces."""
        pieces: list[str] = self._source.encode(_whole(text), out_type=str)
        lost = dict.fromkeys(p.strip(SPACE) for p in pieces if p not in self._read and p.strip(SPACE))
        return [p if p in self._read else self._unknown for p in pieces], tuple(lost)

    def encode_trusted(self, text: str) -> list[str]:
        """Return a control token as it is, and other texts as encode() does."""
        return [text.strip()] if text.strip() in self._read else self.encode(text)[0]

    def ids(self, tokens: Sequence[str]) -> list[int]:
        """Return the numbers of tokens of the source side."""
        return [self._read.get(token, self._read[self._unknown]) for token in tokens]

    def tokens(self, ids: Sequence[int]) -> list[str]:
        """Return the tokens of numbers of the target side."""
        return [self._names[number] for number in ids if number in self._names]

    def decode(self, tokens: Sequence[str]) -> str:
        """Return the text of tokens."""
        text: str = self._target.decode_pieces([t for t in tokens if t in self._written and not _is_control(t)])
        return text.replace(SPACE, " ").strip()

    @cached_property
    def _names(self) -> dict[int, str]:
        return {number: token for token, number in self._written.items()}


def _is_control(token: str) -> bool:
    return token in {"<s>", "</s>", "<pad>", "<unk>"} or (len(token) > 4 and token[:2] == token[-2:] == "__")


def _whole(text: str) -> Any:
    """Return a text without lone surrogates and NUL, which no tokenizer takes."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
