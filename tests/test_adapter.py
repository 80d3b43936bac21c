"""What is done to the base model's weights before they are quantized: the adapter merged, outliers smoothed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from breve.engines.embedded import adapter_folder, merge
from breve.engines.smoothing import SCALES, sites, smooth
from breve.errors import ModelBroken

torch = pytest.importorskip("torch")


@pytest.fixture
def gemma() -> Any:
    from transformers import Gemma3ForCausalLM, Gemma3TextConfig

    with torch.random.fork_rng():
        torch.manual_seed(4)
        return Gemma3ForCausalLM(
            Gemma3TextConfig(
                vocab_size=40, hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=4,
                num_key_value_heads=1, head_dim=8, initializer_range=0.4,
            )
        )  # fmt: skip


def logits(model: Any) -> Any:
    with torch.no_grad():
        return model(input_ids=torch.arange(2, 22).view(2, 10)).logits


def write(folder: Path, scales: dict[str, Any]) -> None:
    from safetensors.torch import save_file

    save_file(scales, folder / SCALES)


def test_a_smoothed_model_says_the_same(gemma: Any, tmp_path: Path) -> None:
    before, norm = logits(gemma), gemma.model.layers[0].input_layernorm.weight.clone()
    write(tmp_path, {site.name: torch.rand(site.width) * 3 + 0.2 for site in sites(gemma)})
    smooth(gemma, tmp_path)
    assert not torch.allclose(gemma.model.layers[0].input_layernorm.weight, norm)
    torch.testing.assert_close(logits(gemma), before, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("damage", ["missing", "narrow", "zero"])
def test_scales_that_do_not_fit_are_refused(gemma: Any, tmp_path: Path, damage: str) -> None:
    scales = {site.name: torch.ones(site.width) for site in sites(gemma)}
    if damage == "missing":
        del scales["1.values"]
    else:
        scales["1.values"] = torch.ones(3) if damage == "narrow" else torch.zeros(8)
    write(tmp_path, scales)
    with pytest.raises(ModelBroken, match=r"1\.values"):
        smooth(gemma, tmp_path)


def adapter(folder: Path, factors: dict[str, Any]) -> Path:
    from safetensors.torch import save_file

    save_file(factors, folder / "adapter_model.safetensors")
    (folder / "adapter_config.json").write_text(json.dumps({"r": 2, "lora_alpha": 6}))
    return folder


def test_an_adapter_adds_its_scaled_product(tmp_path: Path) -> None:
    down, up = torch.tensor([[1.0, 0, 2], [0, 1, 0]]), torch.tensor([[1.0, 0], [0, 3], [1, 1], [0, 0]])
    names = [f"base_model.model.x.lora_{half}.weight" for half in "AB"]
    weights = {"x.weight": torch.ones(4, 3)}
    merge(weights, adapter(tmp_path, dict(zip(names, (down, up), strict=True))))
    expected = torch.tensor([[4.0, 1, 7], [1, 10, 1], [4, 4, 7], [1, 1, 1]])
    torch.testing.assert_close(weights["x.weight"], expected)


@pytest.mark.parametrize(
    ("halves", "place"),
    [("A", "x.weight"), ("B", "x.weight"), ("AB", "y.weight")],
    ids=["no up", "no down", "no place"],
)
def test_an_adapter_that_does_not_fit_is_refused(tmp_path: Path, halves: str, place: str) -> None:
    shapes = {"A": (2, 3), "B": (4, 2)}
    factors = {f"base_model.model.x.lora_{half}.weight": torch.ones(shapes[half]) for half in halves}
    with pytest.raises(ModelBroken):
        merge({place: torch.ones(4, 3)}, adapter(tmp_path, factors))


def test_the_shipped_adapter_is_small_and_has_its_scales() -> None:
    sizes = {file.name: file.stat().st_size for file in adapter_folder().iterdir()}
    assert sizes["adapter_model.safetensors"] <= 20_000_000
    assert sizes[SCALES] > 0
