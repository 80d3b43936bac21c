"""Decoder models on CTranslate2. Imports neither torch nor transformers."""

from __future__ import annotations

import ctypes
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from breve.engines.base import GREEDY, Decoding, Hypothesis, Request, Task, cores
from breve.errors import ModelBroken, OptionError

BOS, EOS = "<bos>", "<eos>"
# Tokens of prompts run at once. On 216 sentences of the sample articles, 64 a call: 1,024 took 34 s of processor time
# and 855 MB, 1,536 took 29 s and 1,025 MB, 2,048 took 31 s and 1,078 MB. The Xiaomi article, 32 a call: 576 peaked at
# 628 MB, 1,024 at 668 MB, 1,536 at 707 MB.
MAX_BATCH_TOKENS = 1024
LINE_TOKENS = "line_tokens"  # of a manifest: the ids of the tokens that begin with a newline; finding them takes 0.3 s
SHARED_PROMPT_MIN = 16  # tokens; below that, keeping the state of a shared beginning gains nothing


class Ctranslate2Engine:
    """A converted decoder, its ``tokenizer.json`` and its manifest, all in one folder.

    A generated text ends before the first of the strings in ``stop``, or at the model's end token.
    """

    name = "ctranslate2"
    batch_invariant = True  # a text doesn't depend on its neighbours: see generate()

    def __init__(
        self, folder: Path, *, threads: int = 0, stop: Sequence[str] = (), tasks: Iterable[Task] = ("translate",)
    ) -> None:
        from tokenizers import Tokenizer

        self._folder, self._threads, self._stop = folder, threads or cores(), tuple(stop)
        self._tasks: frozenset[Task] = frozenset(tasks)
        try:
            self._manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # tokenizers raises a bare Exception for a damaged file
            raise _broken(folder, error) from error
        # A text that spells a control token stays text.
        self._tokenizer.encode_special_tokens = True
        self._control = set(self._tokenizer.get_added_tokens_decoder())
        self._end = self._end_tokens()
        _return_freed_memory()
        self._generator = self._load()

    @property
    def tasks(self) -> frozenset[Task]:
        """The tasks that the profile gave it."""
        return self._tasks

    def generate(self, requests: Sequence[Request], decoding: Decoding = GREEDY) -> list[list[Hypothesis]]:
        """Return hypotheses in the requests' order.

        Without sampling, a text doesn't depend on the other requests, unless their prompts begin alike for 16 tokens.
        """
        if not requests:
            return []
        limits = [request.max_new_tokens for request in requests]
        if min(limits) < 1:
            raise OptionError(f"max_new_tokens is {min(limits)}; it must be 1 or more")
        sampled = decoding.temperature > 0
        if sampled:
            self._reseed(decoding.seed)
        prompts = [[BOS, *encoding.tokens] for encoding in self._encode([request.text for request in requests])]
        shared = _shared(prompts)
        beam_size = 1 if sampled else max(decoding.beam_size, decoding.num_hypotheses)
        # A beam search depends on where its neighbours stop, so it runs by itself, which lets it read its prompt at
        # once: 1.5 s of processor time for a sentence, step by step 3.2 s.
        alone = beam_size > 1 and not sampled
        found: dict[int, list[Hypothesis]] = {}
        for numbers in [[n] for n in range(len(prompts))] if alone else [list(range(len(prompts)))]:
            results = self._generator.generate_batch(
                [prompts[n][shared:] for n in numbers],
                static_prompt=prompts[0][:shared] or None,
                max_batch_size=max(1, MAX_BATCH_TOKENS // max(beam_size, decoding.num_hypotheses)),
                batch_type="tokens",
                max_length=max(limits[n] if alone else len(prompts[n]) - shared + limits[n] for n in numbers),
                beam_size=beam_size,
                num_hypotheses=decoding.num_hypotheses,
                sampling_temperature=decoding.temperature if sampled else 1.0,
                sampling_topk=0 if sampled else 1,
                sampling_topp=decoding.top_p,
                repetition_penalty=decoding.repetition_penalty,
                no_repeat_ngram_size=decoding.no_repeat_ngram_size,
                # Otherwise as much of the prompts as the shortest one has is run at once, and a text then depends on
                # its neighbours in the batch: of 216 sentences 43 came out otherwise. Step by step none did.
                include_prompt_in_result=not alone,
                end_token=self._end,
                return_end_token=True,
                return_scores=True,
            )
            for n, result in zip(numbers, results, strict=True):
                # The very first token isn't in the result either.
                start = 0 if alone else len(prompts[n]) - (shared or 1)
                every = zip(result.sequences_ids, result.scores, strict=True)
                hypotheses = [self._hypothesis(ids, start, score, limits[n]) for ids, score in every]
                found[n] = sorted(hypotheses, key=lambda h: -h.score)
        return [found[n] for n in range(len(requests))]

    def score(self, prompts: Sequence[str], continuations: Sequence[str]) -> list[float]:
        """Return the mean log-probability of each continuation's tokens after its prompt, the end token left out.

        A continuation is scored as it stands: after a prompt that ends in a word, it starts with a space.
        """
        starts = [[BOS, *encoding.tokens] for encoding in self._encode(prompts)]
        ends = [encoding.tokens for encoding in self._encode(continuations)]
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
        return [len(encoding.ids) for encoding in self._encode(texts)]

    def encode(self, text: str) -> list[int]:
        """Return a text's token ids, none of them a control token whatever the text spells."""
        return list(self._encode([text])[0].ids)

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of token ids; control tokens have none."""
        text: str = self._tokenizer.decode([number for number in ids if number not in self._control])
        return text

    def signature(self) -> Mapping[str, Any]:
        """Return the engine and what the manifest says of the model; the runtime's version is among it."""
        from importlib.metadata import version

        kept = ("model", "base_sha256", "adapter_sha256", "vocabulary", "quantization", "recipe")
        described = {key: self._manifest[key] for key in kept if key in self._manifest}
        return {"engine": self.name, **described, "ctranslate2": version("ctranslate2")}

    def _end_tokens(self) -> list[int]:
        if self._stop == ("\n",) and LINE_TOKENS in self._manifest:
            return [self._tokenizer.token_to_id(EOS), *self._manifest[LINE_TOKENS]]
        vocabulary = self._tokenizer.get_vocab(with_added_tokens=True)
        # One token may hold several newlines.
        stops = [number for token, number in vocabulary.items() if self._stop and token.startswith(self._stop)]
        return [vocabulary[EOS], *stops]

    def _encode(self, texts: Sequence[str]) -> list[Any]:
        encodings: list[Any] = self._tokenizer.encode_batch([_text(t) for t in texts], add_special_tokens=False)
        return encodings

    def _hypothesis(self, ids: Sequence[int], start: int, score: float, limit: int) -> Hypothesis:
        """Return the text after a prompt of ``start`` tokens; ``score`` is the mean over the prompt's tokens too."""
        mean = score * len(ids) / max(1, len(ids) - start)
        cut = list(ids[start : start + limit])
        finished = bool(cut) and cut[-1] in self._end
        text = self.decode(cut[: -1 if finished else None])
        for stop in self._stop:  # a token may hold a stop string after its first character
            head, found, _ = text.partition(stop)
            finished, text = finished or bool(found), head
        return Hypothesis(text.strip(), min(mean, 0.0), finished)

    def _reseed(self, seed: int) -> None:
        """Load the model again: its threads read the seed once, when they start (0.3 to 0.5 s)."""
        import ctranslate2

        del self._generator
        ctranslate2.set_random_seed(seed)
        self._generator = self._load()

    def _load(self) -> Any:
        import ctranslate2

        try:
            return ctranslate2.Generator(
                str(self._folder), device="cpu", compute_type="int8", intra_threads=self._threads
            )
        except (OSError, RuntimeError, ValueError) as error:
            raise _broken(self._folder, error) from error


def _broken(folder: Path, error: Exception) -> ModelBroken:
    return ModelBroken(f"the model in {folder} can't be loaded: {error}", hint="breve models prepare makes it anew")


def _return_freed_memory() -> None:
    """Give the system back what was freed: reading the tokenizer leaves 155 MB of it. Only glibc can be asked."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


def _text(text: str) -> str:
    """Return a text without lone surrogates, which no tokenizer takes."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _shared(prompts: Sequence[Sequence[str]]) -> int:
    """Return how many tokens all prompts begin with, at least one left for each; 0 when too few to matter."""
    shared = 0
    for tokens in zip(*(prompt[:-1] for prompt in prompts), strict=False):
        if len(set(tokens)) > 1:
            break
        shared += 1
    return shared if shared >= SHARED_PROMPT_MIN and len(prompts) > 1 else 0
