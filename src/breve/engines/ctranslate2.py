"""Decoder models on CTranslate2. Imports neither torch nor transformers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from breve.engines.base import GREEDY, Decoding, Hypothesis, Request, Task
from breve.errors import ModelBroken


class Ctranslate2Engine:
    """A converted decoder with its ``tokenizer.json``, both in one folder."""

    name = "ctranslate2"
    tasks: frozenset[Task] = frozenset({"translate"})

    def __init__(self, folder: Path, *, threads: int = 0) -> None:
        import ctranslate2
        from tokenizers import Tokenizer

        try:
            self._generator = ctranslate2.Generator(str(folder), device="cpu", intra_threads=threads)
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        except (OSError, RuntimeError, ValueError) as error:
            raise ModelBroken(f"{folder}: {error}", hint="run `breve models prepare`") from error
        # A text that spells a control token stays text.
        self._tokenizer.encode_special_tokens = True
        self._set_seed = ctranslate2.set_random_seed

    def generate(self, requests: Sequence[Request], decoding: Decoding = GREEDY) -> list[list[Hypothesis]]:
        """Return hypotheses in the requests' order; one line is generated for each."""
        if not requests:
            return []
        self._set_seed(decoding.seed)
        limit = max(request.max_new_tokens for request in requests)
        sampled = decoding.temperature > 0
        results = self._generator.generate_batch(
            [self._tokens(request.text) for request in requests],
            max_length=limit,
            beam_size=decoding.beam_size,
            num_hypotheses=decoding.num_hypotheses,
            sampling_temperature=decoding.temperature if sampled else 1.0,
            sampling_topk=0 if sampled else 1,
            sampling_topp=decoding.top_p,
            repetition_penalty=decoding.repetition_penalty,
            no_repeat_ngram_size=decoding.no_repeat_ngram_size,
            include_prompt_in_result=False,
            end_token=["<eos>", "\n"],
            return_scores=True,
        )
        return [
            [
                Hypothesis(self._tokenizer.decode(ids).strip(), score, len(ids) < limit)
                for ids, score in zip(result.sequences_ids, result.scores, strict=True)
            ]
            for result in results
        ]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text."""
        return [len(e.ids) for e in self._tokenizer.encode_batch(list(texts), add_special_tokens=False)]

    def signature(self) -> Mapping[str, Any]:
        """Return the engine, its version and what the manifest says of the model."""
        kept = ("model", "base_sha256", "adapter_sha256", "quantization", "recipe", "versions")
        return {"engine": self.name} | {key: self._manifest[key] for key in kept if key in self._manifest}

    def _tokens(self, text: str) -> list[str]:
        return ["<bos>", *self._tokenizer.encode(text, add_special_tokens=False).tokens]
