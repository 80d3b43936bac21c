"""Models of the hub on CTranslate2: encoder-decoders and decoders. Imports neither torch nor transformers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from breve.engines.base import GREEDY, Decoding, Hypothesis, Request, Task, cores
from breve.engines.hosted import HostedModel, broken, joined, limits_of, require_gpu

MAX_BATCH_TOKENS = 1024


class ConvertedModel(HostedModel):
    """A converted model, loaded; a GPU runs it in float16, a processor in the type that it was stored in."""

    name = "ctranslate2"
    runtime = ""

    def __init__(
        self, folder: Path, *, device: str = "cpu", threads: int = 0,
        stop: Sequence[str] = (), tasks: Iterable[Task] = ("translate",),
    ) -> None:  # fmt: skip
        super().__init__(folder, stop=stop, tasks=tasks)
        if device.startswith("cuda"):
            import ctranslate2

            require_gpu(device, ctranslate2.get_cuda_device_count())
        self._device, _, index = device.partition(":")
        self._index, self._threads = int(index or 0), threads or cores()
        # Marian's converter takes it out of the vocabulary; a name that isn't there would mean the unknown token.
        self._writes_pad = self.layout.pad not in {None, *self.layout.end} and "Marian" not in self.layout.architecture
        self._model = self._load()

    def _load(self) -> Any:
        import ctranslate2

        try:
            return getattr(ctranslate2, self.runtime)(
                str(self._folder), device=self._device, device_index=self._index, intra_threads=self._threads,
                compute_type=self._manifest.get("quantization", "default"),
            )  # fmt: skip
        except (OSError, RuntimeError, ValueError) as error:
            raise broken(self._folder, error) from error

    def _settings(self, decoding: Decoding) -> dict[str, Any]:
        """Return the settings of a decoding; for a sampled one the model is loaded again, since seeds are read once."""
        sampled = decoding.temperature > 0
        if sampled:
            import ctranslate2

            del self._model
            ctranslate2.set_random_seed(decoding.seed)
            self._model = self._load()
        beam_size = 1 if sampled else max(decoding.beam_size, decoding.num_hypotheses)
        return {
            "beam_size": beam_size,
            "num_hypotheses": decoding.num_hypotheses,
            "max_batch_size": max(1, MAX_BATCH_TOKENS // max(beam_size, decoding.num_hypotheses)),
            "batch_type": "tokens",
            "sampling_temperature": decoding.temperature if sampled else 1.0,
            "sampling_topk": 0 if sampled else 1,
            "sampling_topp": decoding.top_p,
            "repetition_penalty": decoding.repetition_penalty,
            "no_repeat_ngram_size": decoding.no_repeat_ngram_size,
            "disable_unk": True,
            "suppress_sequences": [[self.layout.pad]] if self._writes_pad else None,
            "end_token": list(self.layout.end),
            "return_end_token": True,
            "return_scores": True,
        }


class EncoderDecoder(ConvertedModel):
    """Marian, NLLB, M2M100, T5, BART, PEGASUS. A text over the window is read in parts, and its answers joined."""

    runtime = "Translator"

    def generate(self, requests: Sequence[Request], decoding: Decoding = GREEDY) -> list[list[Hypothesis]]:
        """Return hypotheses in the requests' order."""
        if not requests:
            return []
        limits = limits_of(requests, self.layout.max_output)
        encoded = [self.codec.encode(_joined_text(request)) for request in requests]
        parts = [(n, part) for n, (tokens, _) in enumerate(encoded) for part in self.windows(tokens)]
        settings = self._settings(decoding)
        prefix = list(self.layout.target_prefix)
        results = self._model.translate_batch(
            [self.source(part) for _, part in parts],
            target_prefix=[prefix] * len(parts) if prefix else None,
            max_input_length=0,
            max_decoding_length=max(limits) + len(prefix),
            **settings,
        )
        found: list[list[list[Hypothesis]]] = [[] for _ in requests]  # of a request, of a part, by rank
        for (n, _), result in zip(parts, results, strict=True):
            rows = zip(result.hypotheses, result.scores, strict=True)
            made = [self.hypothesis(t[len(prefix) :], s, limits[n], encoded[n][1]) for t, s in rows]
            found[n].append(sorted(made, key=lambda h: -h.score))
        return [
            [joined(row, unknown) for row in zip(*of_parts, strict=True)]
            for of_parts, (_, unknown) in zip(found, encoded, strict=True)
        ]


class Decoder(ConvertedModel):
    """Instruction-tuned decoders: Llama, Qwen, Gemma, Mistral and their kin."""

    runtime = "Generator"

    def generate(self, requests: Sequence[Request], decoding: Decoding = GREEDY) -> list[list[Hypothesis]]:
        """Return hypotheses in the requests' order; raise OptionError for a request over the window."""
        if not requests:
            return []
        limits = limits_of(requests, self.layout.max_output)
        prompts = [self.prompt(request) for request in requests]
        results = self._model.generate_batch(
            prompts, max_length=max(limits), include_prompt_in_result=False, **self._settings(decoding)
        )
        return [
            sorted(
                (self.hypothesis(t, s, limit, ()) for t, s in zip(r.sequences, r.scores, strict=True)),
                key=lambda h: -h.score,
            )
            for r, limit in zip(results, limits, strict=True)
        ]


def _joined_text(request: Request) -> str:
    return f"{request.system} {request.text}" if request.system else request.text
