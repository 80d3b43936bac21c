"""Text that can't be but JSON of a schema: xgrammar masks every token that would break it (arXiv:2411.15100)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any


def is_available() -> bool:
    """Return whether xgrammar is installed."""
    return find_spec("xgrammar") is not None


def constraint(folder: Path, vocabulary: int, end: Sequence[int], schema: Mapping[str, Any]) -> Any:
    """Return what holds one call of generate() to a schema; ``folder`` has the ``tokenizer.json``."""
    from xgrammar.contrib.hf import LogitsProcessor

    compiler = _compiler(folder, vocabulary, tuple(end))
    return LogitsProcessor(compiler.compile_json_schema(json.dumps(schema), any_whitespace=False))


@lru_cache(maxsize=2)
def _compiler(folder: Path, vocabulary: int, end: tuple[int, ...]) -> Any:
    import xgrammar
    from transformers import PreTrainedTokenizerFast

    wrapper: Any = PreTrainedTokenizerFast
    tokenizer = wrapper(tokenizer_file=str(folder / "tokenizer.json"))
    told = xgrammar.TokenizerInfo.from_huggingface(tokenizer, vocab_size=vocabulary, stop_token_ids=list(end))
    return xgrammar.GrammarCompiler(told)
