"""Models of the real architectures with a few dimensions, made on the spot and saved as the hub lays files out."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

SEEDS = Path(__file__).parents[1] / "seeds"
CHAT = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SIZES: dict[str, Any] = dict(
    d_model=16, encoder_layers=2, decoder_layers=2, encoder_attention_heads=2, decoder_attention_heads=2,
    encoder_ffn_dim=32, decoder_ffn_dim=32, init_std=0.5,
)  # fmt: skip


def hf() -> Any:
    """Return transformers, whose types are stricter than what it takes."""
    import transformers

    return transformers


@cache
def lines() -> tuple[str, ...]:
    """Return the lines of the sample articles, capitals and lower case."""
    found = [line.strip() for path in sorted(SEEDS.glob("*.fr.txt")) for line in path.read_text("utf-8").splitlines()]
    kept = [line for line in found if line]
    return (*kept, *(line.upper() for line in kept))


def sentencepiece_model(folder: Path, name: str, texts: Sequence[str] = (), size: int = 600) -> list[str]:
    """Train a sentencepiece model on texts, by default the sample articles, save it, and return its pieces."""
    import sentencepiece

    corpus = folder / "corpus.txt"
    corpus.write_text("\n".join(texts or lines()), encoding="utf-8")
    sentencepiece.SentencePieceTrainer.train(
        input=str(corpus), model_prefix=str(folder / "spm"), vocab_size=size, character_coverage=0.9995,
        hard_vocab_limit=False, minloglevel=2, pad_id=-1, num_threads=1,
    )  # fmt: skip
    corpus.unlink()
    (folder / "spm.vocab").unlink()
    (folder / "spm.model").rename(folder / name)
    processor = sentencepiece.SentencePieceProcessor(model_file=str(folder / name))
    return [processor.id_to_piece(n) for n in range(3, processor.get_piece_size())]


def scored_pieces(folder: Path, controls: list[str]) -> list[tuple[str, float]]:
    """Return the pieces of a sentencepiece model with their scores, after these control tokens."""
    import sentencepiece

    sentencepiece_model(folder, "tmp.model")
    processor = sentencepiece.SentencePieceProcessor(model_file=str(folder / "tmp.model"))
    rows = [(processor.id_to_piece(n), processor.get_score(n)) for n in range(3, processor.get_piece_size())]
    (folder / "tmp.model").unlink()
    return [(token, 0.0) for token in controls] + rows


def byte_level(size: int, controls: list[str]) -> Any:
    """Return a byte-level BPE trained on the sample articles."""
    from tokenizers import ByteLevelBPETokenizer

    made = ByteLevelBPETokenizer()
    made.train_from_iterator(lines(), vocab_size=size, special_tokens=controls, show_progress=False)
    return made


def marian(folder: Path, texts: Sequence[str] = (), **sizes: Any) -> None:
    """Make a Marian; ``texts`` train its vocabulary, ``sizes`` take the place of ours."""
    pieces = sentencepiece_model(folder, "source.spm", texts)
    shutil.copy(folder / "source.spm", folder / "target.spm")
    vocabulary = {token: n for n, token in enumerate(["</s>", "<unk>", *pieces, "<pad>"])}
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    paths = [str(folder / name) for name in ("source.spm", "target.spm", "vocab.json")]
    hf().MarianTokenizer(*paths, source_lang="fr", target_lang="en").save_pretrained(folder)
    pad = vocabulary["<pad>"]
    config = hf().MarianConfig(
        vocab_size=len(vocabulary), max_position_embeddings=512, pad_token_id=pad, eos_token_id=0,
        decoder_start_token_id=pad, forced_eos_token_id=0, scale_embedding=True, activation_function="swish",
        **(SIZES | sizes),
    )  # fmt: skip
    hf().MarianMTModel(config).save_pretrained(folder)


def m2m100(folder: Path) -> None:

    pieces = sentencepiece_model(folder, "sentencepiece.bpe.model")
    vocabulary = {token: n for n, token in enumerate(["<s>", "<pad>", "</s>", "<unk>", *pieces])}
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    tokenizer = hf().M2M100Tokenizer(str(folder / "vocab.json"), str(folder / "sentencepiece.bpe.model"))
    tokenizer.save_pretrained(folder)
    size = len(vocabulary) + len(tokenizer.lang_token_to_id) + tokenizer.num_madeup_words
    config = hf().M2M100Config(
        vocab_size=size, max_position_embeddings=1024, pad_token_id=1, bos_token_id=0, eos_token_id=2,
        decoder_start_token_id=2, **SIZES,
    )  # fmt: skip
    hf().M2M100ForConditionalGeneration(config).save_pretrained(folder)


def nllb(folder: Path) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    base = Tokenizer(models.BPE(unk_token="<unk>"))  # noqa: S106 - no password
    base.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.BpeTrainer(
        vocab_size=600, special_tokens=["<s>", "<pad>", "</s>", "<unk>"], show_progress=False
    )  # fmt: skip
    base.train_from_iterator(lines(), trainer)
    data = json.loads(base.to_str())["model"]
    merges = [tuple(pair) for pair in data["merges"]]
    tokenizer = hf().NllbTokenizer(vocab=data["vocab"], merges=merges, src_lang="eng_Latn", tgt_lang="fra_Latn")
    tokenizer.save_pretrained(folder)
    config = hf().M2M100Config(
        vocab_size=len(tokenizer), max_position_embeddings=1024, pad_token_id=1, bos_token_id=0, eos_token_id=2,
        decoder_start_token_id=2, **SIZES,
    )  # fmt: skip
    hf().M2M100ForConditionalGeneration(config).save_pretrained(folder)


def t5(folder: Path, madlad: bool = False) -> None:

    controls = ["<pad>", "</s>", "<unk>"]
    vocabulary = scored_pieces(folder, controls) + ([("<2en>", 0.0)] if madlad else [])
    tokenizer = hf().T5Tokenizer(vocab=vocabulary, extra_ids=4)
    if madlad:
        tokenizer.add_tokens(["<2en>"])
    tokenizer.save_pretrained(folder)
    config = hf().T5Config(
        vocab_size=len(tokenizer), d_model=16, d_kv=8, d_ff=32, num_layers=2, num_heads=2, pad_token_id=0,
        eos_token_id=1, decoder_start_token_id=0, feed_forward_proj="gated-gelu" if madlad else "relu",
        initializer_factor=5.0, tie_word_embeddings=not madlad,
    )  # fmt: skip
    hf().T5ForConditionalGeneration(config).save_pretrained(folder)


def bart(folder: Path, positions: int = 1024) -> None:

    base = byte_level(600, ["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    data = json.loads(base.to_str())["model"]
    merges = [tuple(pair) for pair in data["merges"]]
    tokenizer = hf().BartTokenizer(vocab=data["vocab"], merges=merges, model_max_length=positions)
    tokenizer.save_pretrained(folder)
    config = hf().BartConfig(
        vocab_size=len(tokenizer), max_position_embeddings=positions, pad_token_id=1, bos_token_id=0, eos_token_id=2,
        decoder_start_token_id=2, forced_eos_token_id=2, **SIZES,
    )  # fmt: skip
    model = hf().BartForConditionalGeneration(config)
    model.generation_config.forced_bos_token_id = 0
    model.save_pretrained(folder)


def pegasus(folder: Path) -> None:

    vocabulary = scored_pieces(folder, ["<pad>", "</s>", "<mask_1>", "<mask_2>", "<unk>"])
    tokenizer = hf().PegasusTokenizer(vocab=vocabulary, offset=8, model_max_length=512)
    tokenizer.save_pretrained(folder)
    config = hf().PegasusConfig(
        vocab_size=len(tokenizer), max_position_embeddings=512, pad_token_id=0, eos_token_id=1,
        decoder_start_token_id=0, forced_eos_token_id=1, scale_embedding=True, **SIZES,
    )  # fmt: skip
    hf().PegasusForConditionalGeneration(config).save_pretrained(folder)


def _chat_tokenizer(folder: Path) -> Any:

    controls = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    tokenizer = hf().PreTrainedTokenizerFast(
        tokenizer_object=byte_level(600, controls)._tokenizer, eos_token="<|im_end|>", pad_token="<|endoftext|>",  # noqa: S106
    )  # fmt: skip
    tokenizer.chat_template = CHAT
    tokenizer.save_pretrained(folder)
    return tokenizer


def _decoder(folder: Path, kind: str) -> None:

    tokenizer = _chat_tokenizer(folder)
    config = getattr(hf(), f"{kind}Config")(
        vocab_size=len(tokenizer), hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=2, max_position_embeddings=4096, eos_token_id=tokenizer.eos_token_id,
        bos_token_id=None, pad_token_id=tokenizer.pad_token_id, initializer_range=0.5,
    )  # fmt: skip
    getattr(hf(), f"{kind}ForCausalLM")(config).save_pretrained(folder)


MAKERS: dict[str, Callable[[Path], None]] = {
    "marian": marian,
    "nllb": nllb,
    "m2m100": m2m100,
    "t5": t5,
    "madlad": lambda folder: t5(folder, madlad=True),
    "bart": bart,
    "pegasus": pegasus,
    "llama": lambda folder: _decoder(folder, "Llama"),
    "qwen2": lambda folder: _decoder(folder, "Qwen2"),
}
SEED = {"bart": 21}  # with random weights, some answer every text alike


def make(kind: str, folder: Path) -> Path:
    """Make a tiny model of a kind in a folder of its own and return that."""
    import torch

    from breve.engines.quiet import quiet

    folder.mkdir(parents=True)
    with quiet(), torch.random.fork_rng():
        torch.manual_seed(SEED.get(kind, 3))
        MAKERS[kind](folder)
    return folder
