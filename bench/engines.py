"""Measure the engines on the same work: a plain transformers loop, transformers in batches, CTranslate2, llama.cpp.

usage: python bench/engines.py [--rounds 3] [--tokens 32] [--threads 2] [--out FILE.json] [--plot docs/engines.png]

Two models. ``marian`` has the dimensions of opus-mt-fr-en (75 M parameters) and random weights; it writes the same
number of tokens for every sentence, since its end token is out of reach. Speed doesn't depend on the weights.
``embedded`` is the shipped model on our path, and on llama.cpp the base model that it was made of, a GGUF of Q4_K_M: it
writes as many tokens for each sentence as ours wrote. transformers runs a model of its dimensions (Gemma 3 270M, the
whole vocabulary) with random weights. Marian gets sentences of all the sample articles, the embedded model all
sentences of one article.

A measurement is a process of its own; memory is its peak, libraries included. All contestants take turns, ``--rounds``
times, and the medians are shown. On a machine that does other work, --threads 1 and tokens a second of processor time
say more than tokens a second (--out has both). Tokens are those that were generated. First output is the time for one
sentence alone.

llama.cpp takes part where llama-cpp-python is installed (the extra ``bench``), best built for the machine at hand:
CMAKE_ARGS=-DGGML_NATIVE=ON pip install "breve[bench]"
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from engines_report import medians, plot, table

SEEDS = Path(__file__).parents[1] / "seeds"
ARTICLE = "xiaomi.fr.txt"
MARIAN_VOCABULARY = 59514
PATHS = {
    "marian": ("loop", "batched", "ours"),
    "embedded": ("loop", "batched", "ours", "llama", "llama-batched"),
}
THREADS = "OMP_NUM_THREADS"
LENGTHS = "lengths.json"
Generate = Callable[[list[str]], list[int]]  # sentences -> tokens generated for each


def sentences(wanted: int | None) -> list[str]:
    """Return so many sentences of the sample articles, of all lengths; None: all of one article."""
    from breve.reader import read
    from breve.segmenter import segment
    from breve.translator import has_words

    articles = [read(path) for path in sorted(SEEDS.glob("*.fr.txt" if wanted else ARTICLE))]
    found = [s.source for article in articles for s in segment(article, max_words=120) if has_words(s.source)]
    return found[:: max(1, len(found) // wanted)][:wanted] if wanted else found


def make_marian(folder: Path) -> None:
    """Write a Marian of opus-mt-fr-en's dimensions with random weights and an end token that is never chosen."""
    import sentencepiece
    from transformers import MarianConfig, MarianMTModel, MarianTokenizer

    text = folder / "text"
    text.write_text("\n".join(path.read_text("utf-8") for path in SEEDS.glob("*.fr.txt")), encoding="utf-8")
    sentencepiece.SentencePieceTrainer.train(
        input=str(text), model_prefix=str(folder / "source"), vocab_size=1500, hard_vocab_limit=False, minloglevel=2
    )
    (folder / "source.model").rename(folder / "source.spm")
    (folder / "target.spm").write_bytes((folder / "source.spm").read_bytes())
    processor = sentencepiece.SentencePieceProcessor(model_file=str(folder / "source.spm"))
    pieces = [processor.id_to_piece(n) for n in range(3, processor.get_piece_size())]
    more = [f"\u2581filler{n}" for n in range(MARIAN_VOCABULARY - len(pieces) - 3)]
    vocabulary = {token: n for n, token in enumerate(["</s>", "<unk>", *pieces, *more, "<pad>"])}
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    build: Any = MarianTokenizer
    build(*(str(folder / n) for n in ("source.spm", "target.spm", "vocab.json"))).save_pretrained(folder)
    pad = MARIAN_VOCABULARY - 1
    config = MarianConfig(
        vocab_size=MARIAN_VOCABULARY, d_model=512, encoder_layers=6, decoder_layers=6, encoder_attention_heads=8,
        decoder_attention_heads=8, encoder_ffn_dim=2048, decoder_ffn_dim=2048, max_position_embeddings=512,
        pad_token_id=pad, eos_token_id=0, decoder_start_token_id=pad, scale_embedding=True, activation_function="swish",
    )  # fmt: skip
    model = MarianMTModel(config)
    model.final_logits_bias[0, 0] = -1e4
    model.save_pretrained(folder)


def marian(path: str, folder: Path, tokens: int) -> Generate:
    """Return what runs the Marian on a path, loaded."""
    if path != "loop":
        return engine("ctranslate2" if path == "ours" else "transformers", folder, tokens)
    from transformers import MarianMTModel, MarianTokenizer

    tokenizer: Any = MarianTokenizer.from_pretrained(folder)
    model: Any = MarianMTModel.from_pretrained(folder).eval()

    def run(texts: list[str]) -> list[int]:
        made = []
        for text in texts:
            ids = model.generate(**tokenizer(text, return_tensors="pt"), num_beams=1, max_new_tokens=tokens)
            made.append(ids.shape[1] - 1)
            tokenizer.decode(ids[0], skip_special_tokens=True)
        return made

    return run


def engine(runtime: str, folder: Path, tokens: int) -> Generate:
    """Return what runs a folder's model on one of our engines, loaded; every answer has its full length."""
    from breve.engines import engine_of
    from breve.engines.base import Request
    from breve.engines.profiles import ModelChoice
    from breve.options import Options

    choice = ModelChoice.model_validate({"engine": runtime, "model": str(folder)})
    loaded = engine_of(choice, Options(device="cpu", threads=int(os.environ[THREADS])))

    def run(texts: list[str]) -> list[int]:
        return [tokens for _ in loaded.generate([Request(text, tokens) for text in texts])]

    return run


def embedded(path: str, folder: Path, tokens: int) -> Generate:
    """Return what runs the embedded model on our path or its base on llama.cpp, loaded; else see random_gemma()."""
    from breve.engines import load_engine
    from breve.engines.base import Request
    from breve.options import Options
    from breve.prompts import load_prompt

    prompt = load_prompt("embedded-translate")
    threads = int(os.environ[THREADS])
    if path in ("loop", "batched"):
        return random_gemma(path, tokens, lambda text: len(prompt.render(source=text)) // 4)
    if path == "ours":
        loaded = load_engine("embedded", "translate", Options(threads=threads))

        def run(texts: list[str]) -> list[int]:
            answers = loaded.generate([Request(prompt.render(source=text), 2 * len(text)) for text in texts])
            return [size + 1 for size in loaded.count_tokens([row[0].text for row in answers])]  # the end token too

        return run
    import llama
    from breve.engines.embedded import BASE

    fill = (llama.one_at_a_time if path == "llama" else llama.batched)(folder / BASE, threads)
    lengths = dict(zip(sentences(None), json.loads((folder / LENGTHS).read_text()), strict=True))

    def run_llama(texts: list[str]) -> list[int]:
        wanted = [lengths[text] for text in texts]
        fill([prompt.render(source=text) for text in texts], wanted)
        return wanted

    return run_llama


def random_gemma(path: str, tokens: int, size_of: Callable[[str], int]) -> Generate:
    """Return what runs a model of the embedded one's dimensions on transformers, its prompts random too."""
    import torch
    from transformers import Gemma3ForCausalLM, Gemma3TextConfig

    config = Gemma3TextConfig(
        vocab_size=262144, hidden_size=640, intermediate_size=2048, num_hidden_layers=18, num_attention_heads=4,
        num_key_value_heads=1, head_dim=256, sliding_window=512,
    )  # fmt: skip
    model: Any = Gemma3ForCausalLM(config).eval()

    def run(texts: list[str]) -> list[int]:
        size = 1 if path == "loop" else len(texts)
        for start in range(0, len(texts), size):
            part = texts[start : start + size]
            ids = torch.randint(10, 262000, (len(part), max(map(size_of, part))))
            limits = {"max_new_tokens": tokens, "min_new_tokens": tokens}
            model.generate(ids, attention_mask=torch.ones_like(ids), do_sample=False, **limits)
        return [tokens] * len(texts)

    return run


def measure(model: str, path: str, folder: Path, wanted: int, tokens: int) -> dict[str, Any]:
    """Return what one path takes for one model, in this process."""
    started = time.perf_counter()
    run = marian(path, folder, tokens) if model == "marian" else embedded(path, folder, tokens)
    loaded = time.perf_counter() - started
    texts = sentences(wanted if model == "marian" else None)
    run(texts[:2])
    started = time.perf_counter()
    run(texts[:1])
    first = time.perf_counter() - started
    started, worked = time.perf_counter(), time.process_time()
    made = run(texts)
    took, worked = time.perf_counter() - started, time.process_time() - worked
    return {
        "model": model,
        "path": path,
        "sentences": len(texts),
        "lengths": made,
        "tokens_per_s": round(sum(made) / took, 1),
        "tokens_per_cpu_s": round(sum(made) / worked, 1),
        "first_output_s": round(first, 2),
        "load_s": round(loaded, 1),
        "peak_MB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1.024e-3),
    }


def in_a_process(*arguments: str, cache: Path | None, threads: int) -> dict[str, Any]:
    """Run one measurement in a process of its own."""
    environment = os.environ | {THREADS: str(threads), "HF_HUB_OFFLINE": "1"}
    if cache:
        environment["BREVE_CACHE"] = str(cache)
    command = [sys.executable, __file__, "--one", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, env=environment, text=True)
    row: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return row


def contestants(only: str | None) -> Iterator[tuple[str, str]]:
    """Yield the models with the paths that can run here."""
    able = find_spec("llama_cpp") is not None
    if not able:
        print("llama-cpp-python isn't installed: llama.cpp takes no part", file=sys.stderr)
    for model, paths in PATHS.items():
        if only in (None, model):
            yield from ((model, path) for path in paths if able or not path.startswith("llama"))


def make(folder: Path) -> None:
    """Write what the contestants run into a folder: the Marian, and the embedded model's base as GGUF."""
    from breve.engines.embedded import assemble_base

    make_marian(folder)
    assemble_base(folder)


def rounds(options: argparse.Namespace, scratch: Path) -> list[dict[str, Any]]:
    """Return the rows of all rounds; the contestants take turns."""
    folder = scratch / "marian-of-real-dimensions"
    folder.mkdir()
    subprocess.run([sys.executable, __file__, "--make", str(folder)], check=True)
    limits = ("--sentences", str(options.sentences), "--tokens", str(options.tokens))
    rows: list[dict[str, Any]] = []
    for number in range(options.rounds):
        for model, path in contestants(options.model):
            cache = scratch / "cache" if model == "marian" else None
            run = partial(in_a_process, model, path, str(folder), cache=cache, threads=options.threads)
            if number == 0 and model == "marian" and path != "loop":  # its conversion is no part of the measurement
                run("--sentences", "2", "--tokens", "2")
            rows.append(run(*limits))
            lengths = rows[-1].pop("lengths")
            if (model, path) == ("embedded", "ours"):
                (folder / LENGTHS).write_text(json.dumps(lengths))
            print(rows[-1], file=sys.stderr, flush=True)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sentences", type=int, default=24, help="for the Marian")
    parser.add_argument("--tokens", type=int, default=32, help="of an answer, where they are forced to one length")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--model", choices=PATHS, help="only this one")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--plot", type=Path, help="draw the rows into this file (needs matplotlib)")
    parser.add_argument("--make", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--one", nargs=3, metavar=("MODEL", "PATH", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.make:
        make(options.make)
    elif options.one:
        model, path, folder = options.one
        print(json.dumps(measure(model, path, Path(folder), options.sentences, options.tokens)))
    else:
        with tempfile.TemporaryDirectory() as scratch:
            every = rounds(options, Path(scratch))
        rows = medians(every)
        print(table(rows))
        if options.out:
            options.out.write_text(json.dumps(every, indent=1) + "\n", encoding="utf-8")
        if options.plot:
            plot(rows, options.plot)


if __name__ == "__main__":
    main()
