"""Models of the hub on transformers: every architecture that it knows, and GPUs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from breve.engines.base import GREEDY, Decoding, Hypothesis, Request, Task
from breve.engines.grammar import constraint, is_available
from breve.engines.hosted import HostedModel, broken, joined, limits_of, require_gpu
from breve.engines.quiet import quiet

MAX_BATCH_TOKENS = 2048  # of padded input run at once
Schema = Mapping[str, Any] | None
Row = tuple[int, list[str]]  # the number of its request, and the tokens of its input


class TransformersEngine(HostedModel):
    """A model as its makers published it; float32 on a processor, the checkpoint's own type on a GPU.

    With xgrammar installed, a decoder's answer is held to a request's JSON schema.

    Scores are the model's where several hypotheses are asked for, and 0 for a single one: keeping a distribution over
    the vocabulary for every token costs more memory than it is worth.
    """

    name = "transformers"

    def __init__(
        self, folder: Path, *, device: str = "cpu", threads: int = 0,
        stop: Sequence[str] = (), tasks: Iterable[Task] = ("translate",),
    ) -> None:  # fmt: skip
        super().__init__(folder, stop=stop, tasks=tasks)
        import torch
        from safetensors import SafetensorError
        from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM, GenerationConfig

        if threads:
            torch.set_num_threads(threads)
        automatic: Any = AutoModelForCausalLM if self.layout.kind == "decoder" else AutoModelForSeq2SeqLM
        on_gpu = device.startswith("cuda")
        if on_gpu:
            require_gpu(device, torch.cuda.device_count())
        places = {"device_map": "auto" if device == "cuda" else device} if on_gpu else {}
        self._model: Any
        try:
            with quiet():
                self._model = automatic.from_pretrained(
                    folder, dtype="auto" if on_gpu else torch.float32, trust_remote_code=False,
                    use_safetensors=any(folder.glob("*.safetensors")), local_files_only=True, **places,
                ).eval()  # fmt: skip
        except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
            raise broken(folder, error) from error
        fresh: Any = GenerationConfig
        self._model.generation_config = fresh()  # its own would fill what ours leaves open
        ids = self.codec.ids
        self._end = ids(self.layout.end)
        self._pad = ids([self.layout.pad])[0] if self.layout.pad else self._end[0]
        self._start = ids([self.layout.start])[0] if self.layout.start else None
        never = [token for token in (self.layout.unknown, self.layout.pad) if token and token not in self.layout.end]
        self._never = ids(never) or None

    def generate(self, requests: Sequence[Request], decoding: Decoding = GREEDY) -> list[list[Hypothesis]]:
        """Return hypotheses in the requests' order; a decoder raises OptionError for a request over its window."""
        if not requests:
            return []
        limits = limits_of(requests, self.layout.max_output)
        rows, unknown = self._rows(requests)
        done: list[list[Hypothesis]] = [[] for _ in rows]
        most = MAX_BATCH_TOKENS // max(decoding.beam_size, decoding.num_hypotheses)
        for schema, numbers in self._by_schema(rows, requests, decoding):
            for batch in _batches(numbers, rows, most):
                limit = max(limits[rows[i][0]] for i in batch)
                answers = self._run([rows[i][1] for i in batch], limit, decoding, schema)
                for i, hypotheses in zip(batch, answers, strict=True):
                    n = rows[i][0]
                    made = [self.hypothesis(tokens, score, limits[n], unknown[n]) for tokens, score in hypotheses]
                    done[i] = sorted(made, key=lambda h: -h.score)
        parts: list[list[list[Hypothesis]]] = [[] for _ in requests]
        for (n, _), made in zip(rows, done, strict=True):
            parts[n].append(made)
        return [[joined(row, lost) for row in zip(*p, strict=True)] for p, lost in zip(parts, unknown, strict=True)]

    def _by_schema(
        self, rows: Sequence[Row], requests: Sequence[Request], decoding: Decoding
    ) -> list[tuple[Schema, list[int]]]:
        """Return the numbers of the rows by their schema; by none where nothing can hold them to it."""
        able = self.layout.kind == "decoder" and decoding.beam_size == decoding.num_hypotheses == 1 and is_available()
        groups: dict[str, tuple[Schema, list[int]]] = {}
        for i, (n, _) in enumerate(rows):
            schema = requests[n].json_schema if able else None
            groups.setdefault(repr(schema), (schema, []))[1].append(i)
        return list(groups.values())

    def _rows(self, requests: Sequence[Request]) -> tuple[list[Row], list[tuple[str, ...]]]:
        """Return the inputs of all requests, a part a row, and the unknown pieces of each request."""
        if self.layout.kind == "decoder":
            return [(n, self.prompt(request)) for n, request in enumerate(requests)], [()] * len(requests)
        encoded = [self.codec.encode(f"{r.system} {r.text}" if r.system else r.text) for r in requests]
        rows = [(n, self.source(part)) for n, (tokens, _) in enumerate(encoded) for part in self.windows(tokens)]
        return rows, [lost for _, lost in encoded]

    def _run(
        self, inputs: Sequence[Sequence[str]], limit: int, decoding: Decoding, schema: Schema
    ) -> list[list[tuple[list[str], float]]]:
        """Return for each input its hypotheses: tokens up to the end token, that one included, and a score."""
        import torch

        decoder = self.layout.kind == "decoder"
        ids = [self.codec.ids(tokens) for tokens in inputs]
        width = max(map(len, ids))
        pads = [[self._pad] * (width - len(row)) for row in ids]
        rows = [p + r if decoder else r + p for p, r in zip(pads, ids, strict=True)]
        real = [([0] * len(p), [1] * len(r)) for p, r in zip(pads, ids, strict=True)]
        mask = [p + r if decoder else r + p for p, r in real]
        given: dict[str, Any] = {
            "input_ids": torch.tensor(rows, device=self._model.device),
            "attention_mask": torch.tensor(mask, device=self._model.device),
        }
        if schema:
            given["logits_processor"] = [constraint(self._folder, self._model.config.vocab_size, self._end, schema)]
        start = width
        if not decoder:
            first = self.codec.ids([t for t in (self.layout.start, *self.layout.target_prefix) if t])
            given["decoder_input_ids"] = torch.tensor([first] * len(rows), device=self._model.device)
            start = len(first)
        sampled = decoding.temperature > 0
        with quiet(), torch.inference_mode(), torch.random.fork_rng(enabled=sampled):
            if sampled:
                torch.manual_seed(decoding.seed)
            output = self._model.generate(**given, generation_config=self._settings(limit, decoding))
        scores = self._scores(output, decoding)
        many = decoding.num_hypotheses
        tokens = [self._ended(row[start:].tolist()) for row in output.sequences]
        return [list(zip(tokens[i : i + many], scores[i : i + many], strict=True)) for i in range(0, len(tokens), many)]

    def _settings(self, limit: int, decoding: Decoding) -> Any:
        from transformers import GenerationConfig

        settings: Any = GenerationConfig
        sampled = decoding.temperature > 0
        return settings(
            max_new_tokens=limit,
            num_beams=1 if sampled else max(decoding.beam_size, decoding.num_hypotheses),
            num_return_sequences=decoding.num_hypotheses,
            do_sample=sampled,
            **({"temperature": decoding.temperature, "top_p": decoding.top_p, "top_k": 0} if sampled else {}),
            repetition_penalty=decoding.repetition_penalty,
            no_repeat_ngram_size=decoding.no_repeat_ngram_size,
            eos_token_id=self._end,
            pad_token_id=self._pad,
            decoder_start_token_id=self._start,
            suppress_tokens=self._never,
            return_dict_in_generate=True,
            output_scores=decoding.num_hypotheses > 1,
        )

    def _scores(self, output: Any, decoding: Decoding) -> list[float]:
        if decoding.num_hypotheses == 1:
            return [0.0] * len(output.sequences)
        if decoding.temperature == 0:
            scores: list[float] = output.sequences_scores.tolist()
            return scores
        steps = self._model.compute_transition_scores(output.sequences, output.scores, normalize_logits=True)
        kept = steps.isfinite() & (output.sequences[:, -steps.shape[1] :] != self._pad)
        means: list[float] = (steps.where(kept, 0).sum(1) / kept.sum(1).clamp(min=1)).tolist()
        return means

    def _ended(self, ids: list[int]) -> list[str]:
        """Return generated tokens up to the first end token, that one included."""
        end = next((n + 1 for n, number in enumerate(ids) if number in self._end), len(ids))
        return self.codec.tokens(ids[:end])


def _batches(numbers: Sequence[int], rows: Sequence[Row], most: int) -> Iterator[list[int]]:
    """Yield these numbers of rows by length, in batches of at most so many padded tokens."""
    batch: list[int] = []
    for i in sorted(numbers, key=lambda i: len(rows[i][1])):
        if batch and (len(batch) + 1) * len(rows[i][1]) > most:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch
