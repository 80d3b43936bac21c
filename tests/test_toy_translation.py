"""A tiny Marian trained here for some seconds translates a toy language through the whole house.

That it does so is proof that tokens, decoding and order are right from end to end: a model can't learn by chance that
adjectives change places.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tiny_models
import torch

from breve import summarize
from breve.engines.quiet import quiet

NOUNS = {"maire": "mayor", "ville": "city", "école": "school", "pont": "bridge", "train": "train", "club": "club",
         "juge": "judge", "projet": "project"}  # fmt: skip
ADJECTIVES = {"rouge": "red", "moderne": "modern", "célèbre": "famous", "large": "wide", "triste": "sad"}
VERBS = {"ferme": "closes", "ouvre": "opens", "quitte": "leaves", "présente": "presents", "regarde": "watches"}
DAYS = {"lundi": "on Monday", "mardi": "on Tuesday", "jeudi": "on Thursday"}
STEPS, BATCH, RATE = 300, 32, 4e-3


def sentence(rng: random.Random) -> tuple[str, str]:
    (a, a_en), (b, b_en) = rng.sample(sorted(NOUNS.items()), 2)
    first, first_en = rng.choice(sorted(ADJECTIVES.items()))
    second, second_en = rng.choice(sorted(ADJECTIVES.items()))
    verb, verb_en = rng.choice(sorted(VERBS.items()))
    day, day_en = rng.choice(sorted(DAYS.items()))
    return (
        f"Le {a} {first} {verb} ce {b} {second} {day}.",
        f"The {first_en} {a_en} {verb_en} this {second_en} {b_en} {day_en}.",
    )


def batches(tokenizer: Any, pairs: list[tuple[str, str]], rng: random.Random) -> Iterator[dict[str, torch.Tensor]]:
    while True:
        chosen = rng.sample(pairs, BATCH)
        inputs = tokenizer([fr for fr, _ in chosen], text_target=[en for _, en in chosen], padding=True)
        yield {
            "input_ids": torch.tensor(inputs["input_ids"]),
            "attention_mask": torch.tensor(inputs["attention_mask"]),
            "labels": torch.tensor(inputs["labels"]).masked_fill(
                torch.tensor(inputs["labels"]) == tokenizer.pad_token_id, -100
            ),
        }


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("toy") / "toy-marian"
    folder.mkdir()
    rng = random.Random(5)  # noqa: S311 - sentences, no secrets
    pairs = [sentence(rng) for _ in range(1500)]
    with quiet(), torch.random.fork_rng():
        torch.manual_seed(5)
        tiny_models.marian(
            folder, [text for pair in pairs for text in pair], d_model=64, encoder_ffn_dim=128, decoder_ffn_dim=128,
            encoder_attention_heads=4, decoder_attention_heads=4, encoder_layers=1, decoder_layers=1, init_std=0.05,
            dropout=0.0, attention_dropout=0.0,
        )  # fmt: skip
        train(folder, pairs, rng)
    return folder


def train(folder: Path, pairs: list[tuple[str, str]], rng: random.Random) -> None:
    hf, threads = tiny_models.hf(), torch.get_num_threads()
    torch.set_num_threads(1)  # more are slower on so small a model
    tokenizer = hf.MarianTokenizer.from_pretrained(folder)
    model = hf.MarianMTModel.from_pretrained(folder).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=STEPS)
    for _, batch in zip(range(STEPS), batches(tokenizer, pairs, rng), strict=False):
        optimizer.zero_grad()
        model(**batch).loss.backward()
        optimizer.step()
        schedule.step()
        with torch.no_grad():  # what a Marian's output starts from is zero, as its makers trained it
            model.get_input_embeddings().weight[tokenizer.pad_token_id].zero_()
    model.save_pretrained(folder)
    torch.set_num_threads(threads)


@pytest.mark.parametrize("backend", ["ctranslate2", "transformers"])
def test_sentences_that_it_never_saw_come_out_right_and_in_order(trained: Path, backend: str) -> None:
    rng = random.Random(99)  # noqa: S311
    pairs = [sentence(rng) for _ in range(30)]
    article = " ".join(fr for fr, _ in pairs)
    summary = summarize(
        article, translator=str(trained), backend=backend, language_check=False, batch_size=7, threads=1
    )
    given = [translation.text for translation in summary.translations]
    right = sum(text == english for text, (_, english) in zip(given, pairs, strict=True))
    assert right >= 29
    assert summary.signature["translator"]["engine"] == backend
    assert summary.bullets
