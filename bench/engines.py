"""Measure the engines on the same work: a plain transformers loop, transformers in batches, CTranslate2.

usage: python bench/engines.py [--sentences 24] [--tokens 32] [--threads 2] [--out FILE.json] [--plot FILE.png]

Two models. ``marian`` has the dimensions of opus-mt-fr-en (75 M parameters) and random weights; it writes the same
number of tokens for every sentence, since its end token is out of reach. Speed doesn't depend on the weights.
``embedded`` is the shipped model on our path; transformers runs a model of its dimensions (Gemma 3 270M, the whole
vocabulary) with random weights. Each measurement is a process of its own; memory is its peak, libraries included.
Tokens are those that were generated. First output is the time for one sentence alone.
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
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

SEEDS = Path(__file__).parents[1] / "seeds"
MARIAN_VOCABULARY = 59514
PATHS = ("loop", "batched", "ours")
NAMES = {"loop": "transformers, one at a time", "batched": "transformers, batched", "ours": "CTranslate2, our path"}
THREADS = "OMP_NUM_THREADS"
Generate = Callable[[list[str]], int]  # sentences -> tokens generated


def sentences(wanted: int) -> list[str]:
    """Return so many sentences of the sample articles, of all lengths."""
    from breve.reader import read
    from breve.segmenter import segment
    from breve.translator import has_words

    articles = [read(path) for path in sorted(SEEDS.glob("*.fr.txt"))]
    found = [s.source for article in articles for s in segment(article, max_words=120) if has_words(s.source)]
    return found[:: max(1, len(found) // wanted)][:wanted]


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

    def run(texts: list[str]) -> int:
        made = 0
        for text in texts:
            ids = model.generate(**tokenizer(text, return_tensors="pt"), num_beams=1, max_new_tokens=tokens)
            made += ids.shape[1] - 1
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

    def run(texts: list[str]) -> int:
        return tokens * len(loaded.generate([Request(text, tokens) for text in texts]))

    return run


def embedded(path: str, tokens: int) -> Generate:
    """Return what runs the embedded model on our path, or a model of its dimensions on transformers."""
    from breve.engines import load_engine
    from breve.engines.base import Request
    from breve.options import Options
    from breve.prompts import load_prompt

    prompt = load_prompt("embedded-translate")
    if path == "ours":
        loaded = load_engine("embedded", "translate", Options(threads=int(os.environ[THREADS])))

        def run(texts: list[str]) -> int:
            answers = loaded.generate([Request(prompt.render(source=text), 2 * len(text)) for text in texts])
            return sum(loaded.count_tokens([row[0].text for row in answers])) + len(answers)

        return run
    import torch
    from transformers import Gemma3ForCausalLM, Gemma3TextConfig

    config = Gemma3TextConfig(
        vocab_size=262144, hidden_size=640, intermediate_size=2048, num_hidden_layers=18, num_attention_heads=4,
        num_key_value_heads=1, head_dim=256, sliding_window=512,
    )  # fmt: skip
    model: Any = Gemma3ForCausalLM(config).eval()

    def random(texts: list[str]) -> int:
        made = 0
        size = 1 if path == "loop" else len(texts)
        for start in range(0, len(texts), size):
            width = max(len(prompt.render(source=text)) // 4 for text in texts[start : start + size])
            ids = torch.randint(10, 262000, (len(texts[start : start + size]), width))
            out = model.generate(
                ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=tokens, min_new_tokens=tokens
            )
            made += out.shape[0] * (out.shape[1] - width)
        return made

    return random


def measure(model: str, path: str, folder: Path, wanted: int, tokens: int) -> dict[str, Any]:
    """Return what one path takes for one model, in this process."""
    started = time.perf_counter()
    run = marian(path, folder, tokens) if model == "marian" else embedded(path, tokens)
    loaded = time.perf_counter() - started
    texts = sentences(wanted)
    run(texts[:2])
    started = time.perf_counter()
    run(texts[:1])
    first = time.perf_counter() - started
    started = time.perf_counter()
    made = run(texts)
    took = time.perf_counter() - started
    return {
        "model": model,
        "path": path,
        "tokens_per_s": round(made / took, 1),
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
    done = subprocess.run(command, capture_output=True, check=True, env=environment, text=True)
    row: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return row


def table(rows: list[dict[str, Any]]) -> str:
    """Return the rows as a Markdown table, with their ratios to our path."""
    lines = ["| model | path | tokens/s | ours is | first output | peak memory |", "|---|---|---|---|---|---|"]
    ours = {row["model"]: row for row in rows if row["path"] == "ours"}
    for row in rows:
        ratio = ours[row["model"]]["tokens_per_s"] / row["tokens_per_s"]
        faster = "" if row["path"] == "ours" else f"{ratio:.1f} times as fast"
        lines.append(
            f"| {row['model']} | {NAMES[row['path']]} | {row['tokens_per_s']:.0f} | {faster} "
            f"| {row['first_output_s']:.2f} s | {row['peak_MB']:,} MB |"
        )
    return "\n".join(lines)


def plot(rows: list[dict[str, Any]], out: Path) -> None:
    """Draw tokens a second and peak memory of every row."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    labels = [f"{row['model']}: {NAMES[row['path']]}" for row in rows][::-1]
    colours = ["tab:blue" if row["path"] == "ours" else "lightgrey" for row in rows][::-1]
    figure, axes = pyplot.subplots(1, 2, figsize=(9, 2.8), sharey=True, layout="constrained")
    for ax, key, title in zip(axes, ("tokens_per_s", "peak_MB"), ("tokens a second", "peak memory, MB"), strict=True):
        bars = ax.barh(labels, [row[key] for row in rows][::-1], color=colours)
        ax.bar_label(bars, padding=2, fmt="%.0f")
        ax.set_title(title)
        ax.margins(x=0.15)
        ax.spines[["top", "right"]].set_visible(False)
    figure.savefig(out, dpi=120)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sentences", type=int, default=24)
    parser.add_argument("--tokens", type=int, default=32)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--plot", type=Path, help="draw the rows into this file (needs matplotlib)")
    parser.add_argument("--make", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--one", nargs=3, metavar=("MODEL", "PATH", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.make:
        make_marian(options.make)
        return
    if options.one:
        model, path, folder = options.one
        print(json.dumps(measure(model, path, Path(folder), options.sentences, options.tokens)))
        return
    limits = ("--sentences", str(options.sentences), "--tokens", str(options.tokens))
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "marian-of-real-dimensions"
        folder.mkdir()
        subprocess.run([sys.executable, __file__, "--make", str(folder)], check=True)
        rows = []
        for model in ("marian", "embedded"):
            cache = Path(scratch) / "cache" if model == "marian" else None
            for path in PATHS:
                run = partial(in_a_process, model, path, str(folder), cache=cache, threads=options.threads)
                if model == "marian" and path != "loop":  # its conversion is no part of the measurement
                    run("--sentences", "2", "--tokens", "2")
                rows.append(run(*limits))
                print(rows[-1], flush=True)
    print(table(rows))
    if options.out:
        options.out.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    if options.plot:
        plot(rows, options.plot)


if __name__ == "__main__":
    main()
