"""How a model of the hub wants its input: control tokens, language codes, chat form, limits. Found out once, kept."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from breve.engines.codec import Codec, FastCodec, SentencePieceCodec

FILE = "layout.json"
# French and English as multilingual models name them: NLLB, mBART, M2M100; MADLAD names the target alone, in the text.
LANGUAGES = (("fra_Latn", "eng_Latn"), ("fr_XX", "en_XX"), ("fr", "en"))
MADLAD = "<2en>"
T5_WINDOW = 512  # T5's positions are relative, so it has no limit; that is the length that it was trained with
CHAT_WINDOW = 16384  # tokens: a whole article, at a memory that a machine without a GPU still has
SYSTEM, USER = "\ue000", "\ue001"  # private characters that mark the places of the two texts in a rendered chat
Untyped = Any  # what transformers leaves without types


class Layout(BaseModel):
    """The form of a model's input and output; tokens are strings of its vocabulary."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["encoder-decoder", "decoder"]
    architecture: str
    spm: tuple[str, str] | None = None  # the two files of sentencepiece; None: tokenizer.json
    vocabularies: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    target_prefix: tuple[str, ...] = ()
    start: str | None = None  # what an encoder-decoder's output starts from
    end: tuple[str, ...]
    unknown: str | None = None
    pad: str | None = None
    max_input: int
    max_output: int
    chat: tuple[str, str, str] | None = None  # before the system text, between, after the user's text
    plain_chat: tuple[str, str] | None = None  # the same without a system text

    def codec(self, folder: Path) -> Codec:
        """Return the codec of the model in a folder."""
        if self.spm is None:
            return FastCodec(folder, self.unknown)
        source, target = self.spm
        return SentencePieceCodec(folder, self.unknown, source=source, target=target, vocabularies=self.vocabularies)

    def files(self) -> tuple[str, ...]:
        """Return the names of the codec's files."""
        return ("tokenizer.json",) if self.spm is None else tuple(dict.fromkeys((*self.spm, *self.vocabularies)))

    @classmethod
    def load(cls, folder: Path) -> Layout:
        """Return the layout that is kept in a folder; raise ValueError for a damaged one."""
        return cls.model_validate_json((folder / FILE).read_text(encoding="utf-8"))

    def save(self, folder: Path) -> None:
        """Keep the layout in a folder."""
        (folder / FILE).write_text(self.model_dump_json(indent=1) + "\n", encoding="utf-8")


def layout_of(source: Path, made: Path, prefix: str | None) -> Layout:
    """Find out the layout of the model in ``source`` and save it with the codec's files in ``made``.

    ``prefix`` goes before every text. Needs transformers, which may raise OSError or ValueError for a damaged model.
    """
    from transformers import AutoConfig, AutoTokenizer

    config = AutoConfig.from_pretrained(source, trust_remote_code=False)
    tokenizer: Untyped = AutoTokenizer.from_pretrained(source, trust_remote_code=False)
    files = _save_codec(tokenizer, source, made)
    shared = {
        "architecture": str((config.architectures or [type(config).__name__])[0]),
        "unknown": tokenizer.unk_token, "pad": tokenizer.pad_token, **files,
    }  # fmt: skip
    if config.is_encoder_decoder:
        layout = _encoder_decoder(config, tokenizer, shared)
        codec = layout.codec(made)
        if prefix is None and MADLAD in tokenizer.get_vocab():
            prefix = MADLAD
        own = tuple(codec.encode_trusted(prefix)) if prefix else ()
        layout = layout.model_copy(update={"before": (*layout.before, *own), "max_input": layout.max_input - len(own)})
    else:
        layout = _decoder(config, tokenizer, shared)
    layout.save(made)
    return layout


def _save_codec(tokenizer: Untyped, source: Path, made: Path) -> dict[str, tuple[str, ...]]:
    """Write the codec's files; return the fields of the layout that name them, none for a ``tokenizer.json``."""
    if tokenizer.is_fast:
        tokenizer.backend_tokenizer.save(str(made / "tokenizer.json"))
        return {}
    models = ("source.spm", "target.spm")
    if not (source / models[0]).is_file():
        models = (next(file.name for file in sorted(source.glob("*.model"))),) * 2
    for name in set(models):
        shutil.copy(source / name, made / name)
    # M2M100's language codes come after the vocabulary's numbers; a Marian may write with another vocabulary.
    tables = {"tokens.json": dict(tokenizer.encoder) | getattr(tokenizer, "lang_token_to_id", {})}
    if hasattr(tokenizer, "target_encoder"):
        tables["target_tokens.json"] = dict(tokenizer.target_encoder)
    for name, table in tables.items():
        (made / name).write_text(json.dumps(table, ensure_ascii=False), encoding="utf-8")
    return {"spm": models, "vocabularies": tuple(tables)}


def _encoder_decoder(config: Untyped, tokenizer: Untyped, shared: dict[str, Any]) -> Layout:
    target = _set_languages(tokenizer)
    before, after = _around(tokenizer)
    generation = _generation(config, tokenizer)
    forced = generation.get("forced_bos_token_id")
    if target is None and forced is not None:
        target = tokenizer.convert_ids_to_tokens(forced)
    window = getattr(config, "max_position_embeddings", None) or T5_WINDOW
    window = min(window, tokenizer.model_max_length)
    return Layout(
        kind="encoder-decoder", before=before, after=after, target_prefix=(target,) if target else (),
        start=tokenizer.convert_ids_to_tokens(generation["decoder_start_token_id"]), end=(tokenizer.eos_token,),
        max_input=window - len(before) - len(after), max_output=window - 2, **shared,
    )  # fmt: skip


def _decoder(config: Untyped, tokenizer: Untyped, shared: dict[str, Any]) -> Layout:
    before, _ = _around(tokenizer)
    window = min(getattr(config, "max_position_embeddings", None) or CHAT_WINDOW, CHAT_WINDOW)
    ends = _generation(config, tokenizer).get("eos_token_id")
    numbers = ends if isinstance(ends, list) else [ends]
    end = tuple(dict.fromkeys([*tokenizer.convert_ids_to_tokens([n for n in numbers if n is not None])]))
    chat, plain_chat = _chat(tokenizer)
    return Layout(
        kind="decoder", before=() if plain_chat else before, end=end or (tokenizer.eos_token,), chat=chat,
        plain_chat=plain_chat, max_input=window * 3 // 4, max_output=window - window * 3 // 4, **shared,
    )  # fmt: skip


def _generation(config: Untyped, tokenizer: Untyped) -> dict[str, Any]:
    """Return what the model says of generation, its own file first."""
    from transformers import GenerationConfig

    own: dict[str, Any] = config.to_dict()
    with suppress(OSError):  # it has no such file
        told = GenerationConfig.from_pretrained(config.name_or_path).to_dict()
        own |= {key: value for key, value in told.items() if value is not None}
    if own.get("decoder_start_token_id") is None:
        own["decoder_start_token_id"] = config.pad_token_id if config.pad_token_id is not None else config.eos_token_id
    if own.get("eos_token_id") is None:
        own["eos_token_id"] = tokenizer.eos_token_id
    return own


def _set_languages(tokenizer: Untyped) -> str | None:
    """Set French as a multilingual tokenizer's source; return its token for English, or None."""
    if not hasattr(tokenizer, "src_lang"):
        return None
    named = getattr(tokenizer, "lang_code_to_token", {})
    for pair in LANGUAGES[: 2 if not named else None]:
        source, target = (named.get(code, code) for code in pair)
        numbers = tokenizer.convert_tokens_to_ids([source, target])
        if tokenizer.unk_token_id not in numbers and None not in numbers:
            tokenizer.src_lang = pair[0]
            return str(target)
    return None


def _around(tokenizer: Untyped) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the control tokens that a tokenizer puts before and after a text."""
    whole: Sequence[int] = tokenizer("a").input_ids
    bare: Sequence[int] = tokenizer("a", add_special_tokens=False).input_ids
    for start in range(len(whole) - len(bare) + 1):
        if list(whole[start : start + len(bare)]) == list(bare):
            before, after = whole[:start], whole[start + len(bare) :]
            return tuple(tokenizer.convert_ids_to_tokens(before)), tuple(tokenizer.convert_ids_to_tokens(after))
    raise ValueError("the tokenizer changes a text when it adds control tokens to it")


def _chat(tokenizer: Untyped) -> tuple[tuple[str, str, str] | None, tuple[str, str] | None]:
    """Return the texts around the places of the system's and the user's words; None where there are none."""
    if not tokenizer.chat_template:
        return None, None
    user = {"role": "user", "content": USER}
    start, end = _rendered(tokenizer, [user]).split(USER)
    try:
        head, rest = _rendered(tokenizer, [{"role": "system", "content": SYSTEM}, user]).split(SYSTEM)
        between, tail = rest.split(USER)
    except Exception:  # a template may refuse a system text by an error of its own
        return None, (start, end)
    return (head, between, tail), (start, end)


def _rendered(tokenizer: Untyped, messages: list[dict[str, str]]) -> str:
    """Return a chat as its template writes it, without the thinking that some models do unless told not to."""
    text: str = tokenizer.apply_chat_template(
        messages, tokenize=False, add_generation_prompt=True, enable_thinking=False
    )
    return text
