"""Export the base model of the wheels to a folder in the hub's layout, for training: export_base.py OUT_DIR."""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from breve.engines.embedded import assemble_base, read_base


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        tokenizer, model = read_base(assemble_base(Path(scratch)))
    from safetensors.torch import save_file

    # save_pretrained refuses a model that came from GGUF; the output layer is the embeddings.
    weights = {name: w.contiguous() for name, w in model.state_dict().items() if name != "lm_head.weight"}
    save_file(weights, out / "model.safetensors", {"format": "pt"})
    config = model.config.to_dict()
    config.pop("quantization_config", None)
    config |= {"architectures": ["Gemma3ForCausalLM"], "_name_or_path": "google/gemma-3-270m"}
    (out / "config.json").write_text(json.dumps(config, indent=1, default=str), encoding="utf-8")
    tokenizer.save_pretrained(out)
    print(out)


if __name__ == "__main__":
    main()
