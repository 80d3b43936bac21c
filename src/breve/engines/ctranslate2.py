"""Decoder models on CTranslate2. Imports neither torch nor transformers."""

from __future__ import annotations

import ctypes
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from pathlib import Path
from typing import Any

from breve.engines.base import GREEDY, Decoding, Hypothesis, Request, Task, cores
from breve.errors import ModelBroken, OptionError

BOS, EOS = "<bos>", "<eos>"
FILLER = "\n"  # lines before a prompt, which change nothing that was measured: see docs/performance.md
GRID = 16  # tokens: prompts are filled up to a multiple of it
END_GRID = 64  # tokens of an answer
# Texts, or beams of them, that a replica runs at once (where it is the only one, where it isn't), and their prompts'
# tokens. The Xiaomi article with two replicas: 10 texts 2.6 s in all and 690 MB at the peak, 16 texts 2.4 s and 785 MB;
# logits over the vocabulary are 0.6 MB a text, keys and values 37 kB a token.
MAX_ROWS = 24, 8
MAX_BATCH_TOKENS = 1024
MAX_REPLICAS = 4
M_ARENA_MAX = -8  # of malloc.h
TOKENIZER = "tokenizer.model"
LINE_TOKENS = "line_tokens"  # of a manifest: the ids of the tokens that begin with a newline; finding them takes 0.3 s
Batch = dict[int, Any]  # the results under way of requests, by the requests' numbers


class Ctranslate2Engine:
    """A converted decoder, its tokenizer (a sentencepiece model) and its manifest, all in one folder.

    A generated text ends before the first of the strings in ``stop``, or at the model's end token.
    """

    name = "ctranslate2"
    batch_invariant = True  # a text doesn't depend on its neighbours: see generate()

    def __init__(
        self, folder: Path, *, threads: int = 0, stop: Sequence[str] = (), tasks: Iterable[Task] = ("translate",)
    ) -> None:
        from sentencepiece import SentencePieceProcessor

        self._folder, self._threads, self._stop = folder, threads or cores(), tuple(stop)
        self._replicas = min(self._threads, MAX_REPLICAS)
        self._tasks: frozenset[Task] = frozenset(tasks)
        try:
            self._manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            self._tokenizer = SentencePieceProcessor(model_file=str(folder / TOKENIZER))
        except (OSError, RuntimeError, ValueError) as error:
            raise _broken(folder, error) from error
        self._end = self._end_tokens()
        _keep_memory_small()
        self._generator = self._load(self._replicas)

    @property
    def tasks(self) -> frozenset[Task]:
        """The tasks that the profile gave it."""
        return self._tasks

    def generate(self, requests: Sequence[Request], decoding: Decoding = GREEDY) -> list[list[Hypothesis]]:
        """Return hypotheses in the requests' order.

        Without sampling, a text doesn't depend on the other requests: only prompts of equal length share a batch, so
        that all its arithmetic has the shape that it has for one of them alone.
        """
        found = {number: hypotheses for done in self.stream(requests, decoding) for number, hypotheses in done.items()}
        return [found[number] for number in range(len(requests))]

    def stream(
        self, requests: Sequence[Request], decoding: Decoding = GREEDY
    ) -> Iterator[Mapping[int, list[Hypothesis]]]:
        """Return the hypotheses of requests by their numbers, a batch as soon as it is done.

        One batch a replica is under way from the call on, so that a later call's requests don't wait for all of these.
        """
        if not requests:
            return iter(())
        limits = [request.max_new_tokens for request in requests]
        if min(limits) < 1:
            raise OptionError(f"max_new_tokens is {min(limits)}; it must be 1 or more")
        sampled = decoding.temperature > 0
        generator = self._seeded(decoding.seed) if sampled else self._generator
        prompts = self._prompts([f"{r.text} {r.start}" if r.start else r.text for r in requests])
        beam_size = 1 if sampled else max(decoding.beam_size, decoding.num_hypotheses)
        width = max(beam_size, decoding.num_hypotheses)
        # Beams that reach the limit depend on it, so those that share a batch have the same one.
        ends = limits if width == 1 else [-(-limit // END_GRID) * END_GRID for limit in limits]

        def started(group: Sequence[int]) -> Batch:
            results = generator.generate_batch(
                [prompts[n] for n in group],
                max_length=max(ends[n] for n in group),
                beam_size=beam_size,
                num_hypotheses=decoding.num_hypotheses,
                sampling_temperature=decoding.temperature if sampled else 1.0,
                sampling_topk=0 if sampled else 1,
                sampling_topp=decoding.top_p,
                repetition_penalty=decoding.repetition_penalty,
                no_repeat_ngram_size=decoding.no_repeat_ngram_size,
                include_prompt_in_result=False,
                end_token=self._end,
                return_end_token=True,
                return_scores=True,
                asynchronous=True,
            )
            return dict(zip(group, results, strict=True))

        batches = map(started, self._groups(prompts, ends, width))
        return self._finished(list(islice(batches, self._replicas)), batches, requests)

    def _finished(
        self, running: Sequence[Batch], batches: Iterator[Batch], requests: Sequence[Request]
    ) -> Iterator[dict[int, list[Hypothesis]]]:
        """Yield what comes of batches under way as each is done, and start one of the others then."""
        with ThreadPoolExecutor(self._replicas) as threads:

            def waited(batch: Batch) -> Future[dict[int, Any]]:
                return threads.submit(lambda: {n: result.result() for n, result in batch.items()})

            left = {waited(batch) for batch in running}
            while left:
                done, left = wait(left, return_when=FIRST_COMPLETED)
                for results in done:
                    yield {n: self._hypotheses(result, requests[n]) for n, result in results.result().items()}
                    left |= {waited(batch) for batch in islice(batches, 1)}

    def score(self, prompts: Sequence[str], continuations: Sequence[str]) -> list[float]:
        """Return the mean log-probability of each continuation's tokens after its prompt, the end token left out.

        A continuation is scored as it stands: after a prompt that ends in a word, it starts with a space.
        """
        starts = self._prompts(prompts)
        ends = self._encode(continuations)
        # ctranslate2 4.8 can't score this architecture in batches that need padding.
        by_length: dict[int, list[int]] = defaultdict(list)
        for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
            if not end:
                raise OptionError(f"continuation {number} is empty; it must have at least one token")
            by_length[len(start) + len(end)].append(number)
        scores = [0.0] * len(starts)
        for numbers in by_length.values():
            results = self._generator.score_batch([starts[n] + ends[n] for n in numbers])
            for number, result in zip(numbers, results, strict=True):
                size = len(ends[number])
                scores[number] = sum(result.log_probs[-size:]) / size
        return scores

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text."""
        return [len(tokens) for tokens in self._encode(texts)]

    def encode(self, text: str) -> list[int]:
        """Return a text's token ids, none of them a control token whatever the text spells."""
        return [self._tokenizer.piece_to_id(token) for token in self._encode([text])[0]]

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of token ids; control tokens have none."""
        silent = self._tokenizer.unk_id()
        kept = [number for number in ids if number != silent and not self._tokenizer.is_control(number)]
        text: str = self._tokenizer.decode(kept)
        return text

    def signature(self) -> Mapping[str, Any]:
        """Return the engine and what the manifest says of the model; the runtime's version is among it."""
        from importlib.metadata import version

        kept = ("model", "base_sha256", "adapter_sha256", "vocabulary", "quantization", "recipe")
        described = {key: self._manifest[key] for key in kept if key in self._manifest}
        return {"engine": self.name, **described, "ctranslate2": version("ctranslate2")}

    def _end_tokens(self) -> list[int]:
        if self._stop == ("\n",) and LINE_TOKENS in self._manifest:
            return [self._tokenizer.piece_to_id(EOS), *self._manifest[LINE_TOKENS]]
        vocabulary = map(self._tokenizer.id_to_piece, range(self._tokenizer.get_piece_size()))
        # One token may hold several newlines.
        stops = [number for number, token in enumerate(vocabulary) if self._stop and token.startswith(self._stop)]
        return [self._tokenizer.piece_to_id(EOS), *stops]

    def _encode(self, texts: Sequence[str]) -> list[list[str]]:
        """Return each text's tokens; a text that spells a control token stays text."""
        every: list[list[str]] = self._tokenizer.encode([_text(t) for t in texts], out_type=str, num_threads=1)
        return every

    def _prompts(self, texts: Sequence[str]) -> list[list[str]]:
        """Return the tokens of prompts, filled up so that many have the same length."""
        return [[BOS, *[FILLER] * (-(len(tokens) + 1) % GRID), *tokens] for tokens in self._encode(texts)]

    def _groups(self, prompts: Sequence[Sequence[str]], ends: Sequence[int], width: int) -> list[list[int]]:
        """Return the numbers of prompts that may share a batch, those that take longest first, enough for all replicas.

        ``ends`` holds the most tokens of each answer, ``width`` is how many hypotheses are followed for each prompt.
        """
        alike: dict[tuple[int, int], list[int]] = defaultdict(list)
        for number in sorted(range(len(prompts)), key=lambda n: -ends[n]):
            alike[len(prompts[number]), 0 if width == 1 else ends[number]].append(number)
        share, rows = -(-len(prompts) // self._replicas), MAX_ROWS[self._replicas > 1] // width
        groups = [
            list(part)
            for (length, _), numbers in alike.items()
            for part in _parts(numbers, max(1, min(share, rows, MAX_BATCH_TOKENS // (length * width))))
        ]
        return sorted(groups, key=lambda group: -ends[group[0]])

    def _hypotheses(self, result: Any, request: Request) -> list[Hypothesis]:
        rows = zip(result.sequences_ids, result.scores, strict=True)
        return sorted((self._hypothesis(request, ids, score) for ids, score in rows), key=lambda h: -h.score)

    def _hypothesis(self, request: Request, ids: Sequence[int], score: float) -> Hypothesis:
        cut = list(ids[: request.max_new_tokens])
        finished = bool(cut) and cut[-1] in self._end
        text = request.start + self.decode(cut[: -1 if finished else None])
        for stop in self._stop:  # a token may hold a stop string after its first character
            head, found, _ = text.partition(stop)
            finished, text = finished or bool(found), head
        return Hypothesis(text.strip(), min(score, 0.0), finished)

    def _seeded(self, seed: int) -> Any:
        """Return the model loaded anew (0.3 to 0.5 s): its threads read the seed once, when they start."""
        import ctranslate2

        ctranslate2.set_random_seed(seed)
        return self._load(replicas=1)  # which of several would take a batch is left to chance

    def _load(self, replicas: int) -> Any:
        import ctranslate2

        # On two cores, 8 texts took 1.9 ms a step and text with two replicas of a thread each, 6.4 ms with two threads
        # of one: threads wait for each other at every layer.
        try:
            return ctranslate2.Generator(
                str(self._folder), device="cpu", compute_type="int8",
                inter_threads=replicas, intra_threads=max(1, self._threads // replicas),
            )  # fmt: skip
        except (OSError, RuntimeError, ValueError) as error:
            raise _broken(self._folder, error) from error


def _parts(numbers: Sequence[int], most: int) -> Iterator[Sequence[int]]:
    """Yield a sequence in parts of about equal size, at most ``most``."""
    count = -(-len(numbers) // most)
    for part in range(count):
        yield numbers[part * len(numbers) // count : (part + 1) * len(numbers) // count]


def _broken(folder: Path, error: Exception) -> ModelBroken:
    return ModelBroken(f"the model in {folder} can't be loaded: {error}", hint="breve models prepare makes it anew")


def _keep_memory_small() -> None:
    """Let all threads share one heap; only glibc can be asked. Heaps of their own cost two replicas 85 MB more."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        if hasattr(libc, "mallopt"):
            libc.mallopt(M_ARENA_MAX, 1)


def _text(text: str) -> str:
    """Return a text without lone surrogates, which no tokenizer takes."""
    return text.encode("utf-8", "replace").decode("utf-8")
