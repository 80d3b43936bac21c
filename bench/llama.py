"""llama.cpp on the embedded model's own GGUF, for bench/engines.py: one sentence at a time, and all in one batch.

It runs the base model (Q4_K_M), without our adapter, so what it writes is of no use; speed doesn't depend on that. Each
sentence is given as many tokens as our model wrote for it, the end token disregarded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

BATCH = 1024  # prompt tokens run at once; llama.cpp's own default is 512, this was no slower


def one_at_a_time(gguf: Path, threads: int) -> Callable[[Sequence[str], Sequence[int]], int]:
    """Return what gives each text so many tokens through the package's own loop, loaded."""
    from llama_cpp import Llama

    model = Llama(str(gguf), n_ctx=1024, n_threads=threads, n_threads_batch=threads, verbose=False)

    def run(texts: Sequence[str], lengths: Sequence[int]) -> int:
        for text, length in zip(texts, lengths, strict=True):
            tokens = model.generate(model.tokenize(text.encode()), temp=0.0)  # a new text: nothing is left of the last
            model.detokenize(list(islice(tokens, length)))
        return sum(lengths)

    return run


def batched(gguf: Path, threads: int) -> Callable[[Sequence[str], Sequence[int]], int]:
    """Return what gives all texts their tokens in one batch, each a sequence of its own, loaded.

    The package has no such loop; this one is on its binding of the C interface, as llama.cpp's own server does it.
    """
    import llama_cpp as c

    c.llama_backend_init()
    model = c.llama_model_load_from_file(str(gguf).encode(), c.llama_model_default_params())
    vocabulary = c.llama_model_get_vocab(model)

    def run(texts: Sequence[str], lengths: Sequence[int]) -> int:
        prompts = [_tokens(c, vocabulary, text) for text in texts]
        context = _context(c, model, prompts, lengths, threads)
        try:
            _fill(c, context, vocabulary, prompts, lengths)
        finally:
            c.llama_free(context)
        return sum(lengths)

    return run


def _tokens(c: Any, vocabulary: Any, text: str) -> list[int]:
    data = text.encode()
    room = (c.llama_token * (len(data) + 2))()
    return list(room[: c.llama_tokenize(vocabulary, data, len(data), room, len(room), True, False)])


def _context(c: Any, model: Any, prompts: Sequence[Sequence[int]], lengths: Sequence[int], threads: int) -> Any:
    params = c.llama_context_default_params()
    params.n_ctx = sum(map(len, prompts)) + sum(lengths) + 256
    params.n_batch = params.n_ubatch = BATCH
    params.n_seq_max = len(prompts)
    params.n_threads = params.n_threads_batch = threads
    params.kv_unified = True
    return c.llama_init_from_model(model, params)


def _fill(c: Any, context: Any, vocabulary: Any, prompts: Sequence[Sequence[int]], lengths: Sequence[int]) -> None:
    """Give every prompt its tokens; one that has them all leaves the batch."""
    import numpy as np

    width = c.llama_vocab_n_tokens(vocabulary)
    batch = c.llama_batch_init(BATCH, 0, 1)
    given = [list(prompt) for prompt in prompts]
    place = [0] * len(prompts)  # tokens of each sequence that have been run
    try:
        while True:
            asked: dict[int, int] = {}  # sequence -> where in the batch its next token will be read
            batch.n_tokens = 0
            for n, tokens in enumerate(given):
                wanted = len(tokens) < len(prompts[n]) + lengths[n]
                if wanted and batch.n_tokens + len(tokens) - place[n] <= BATCH:
                    _add(batch, tokens, place[n], n)
                    place[n], asked[n] = len(tokens), batch.n_tokens - 1
            if not asked:
                return
            if c.llama_decode(context, batch):
                raise RuntimeError("llama.cpp has no room for the batch")
            for n, at in asked.items():
                logits = np.ctypeslib.as_array(c.llama_get_logits_ith(context, at), shape=(width,))
                given[n].append(int(logits.argmax()))
    finally:
        c.llama_batch_free(batch)


def _add(batch: Any, tokens: Sequence[int], start: int, sequence: int) -> None:
    """Put the tokens from ``start`` on into a batch; the last one's logits are wanted."""
    for position in range(start, len(tokens)):
        i = batch.n_tokens
        batch.token[i], batch.pos[i] = tokens[position], position
        batch.n_seq_id[i], batch.seq_id[i][0] = 1, sequence
        batch.logits[i] = position == len(tokens) - 1
        batch.n_tokens = i + 1
