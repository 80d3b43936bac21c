"""Train the LoRA adapter of the embedded model on prepared sentence pairs.

    python training/train.py train.tsv --base BASE_DIR --dev dev.tsv --run RUN_DIR --hours 1.7

BASE_DIR is the base model in the hub's layout (``python training/export_base.py BASE_DIR`` makes it).
RUN_DIR takes checkpoints, the log and the adapter; the same command continues a run that was stopped.
The learning rate is a function of the training time spent, so a run ends when it said it would.

LoRA: Hu et al. 2021, arXiv:2106.09685. Sequence-level distillation: Kim and Rush 2016, arXiv:1606.07947.
"""

import argparse
import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from breve.engines.smoothing import SCALES, sites
from prepare import read_pairs
from renumber import in_words, with_new_digits

PROMPT = "French: {source}\n{answer}:"
ANSWER = "English"  # the word before an answer; a file of three columns names its own in the first
MODULES = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
IGNORED = -100


@dataclass(frozen=True)
class Example:
    """A French source, the answer wanted, and the word of the prompt that asks for it."""

    answer: str
    source: str
    target: str

    def renewed(self, rng: random.Random) -> Iterator["Example"]:
        """Yield the example, 30 % of the time with other digits, and two more with numbers in words if it can be."""
        digits = with_new_digits(self.source, self.target, rng) if rng.random() < 0.3 else (self.source, self.target)
        yield Example(self.answer, *digits)
        for _ in range(2):
            words = in_words(self.source, self.target, rng)
            if words != (self.source, self.target):
                yield Example(self.answer, *words)


def read_examples(paths: list[Path]) -> list[Example]:
    """Return the examples of files of two columns (French, English) or three (the answer's word before them)."""
    rows = (line.split("\t") for path in paths for line in path.read_text("utf-8").split("\n") if line)
    return [Example(*([ANSWER, *row][-3:])) for row in rows]


class Examples:
    """Tokenized examples in batches of about equal length, in an order that the epoch's number fixes."""

    def __init__(self, examples: list[Example], tokenizer: Any, *, tokens_per_batch: int, seed: int) -> None:
        self.examples, self.tokenizer = examples, tokenizer
        self.tokens_per_batch, self.seed = tokens_per_batch, seed

    def encode(self, example: Example) -> tuple[list[int], int]:
        """Return (token ids of prompt and target, length of the prompt)."""
        prompt = self.tokenizer(PROMPT.format(source=example.source, answer=example.answer)).input_ids
        answer = self.tokenizer(" " + example.target, add_special_tokens=False).input_ids
        return [*prompt, *answer, self.tokenizer.eos_token_id], len(prompt)

    def batches(self, epoch: int, *, renew: bool = True) -> list[list[tuple[list[int], int]]]:
        rng = random.Random(self.seed + epoch)
        examples = [new for e in self.examples for new in e.renewed(rng)] if renew else self.examples
        rows = sorted((self.encode(e) for e in examples), key=lambda row: (len(row[0]), rng.random()))
        batches: list[list[tuple[list[int], int]]] = []
        for row in rows:
            full = not batches or (len(batches[-1]) + 1) * len(row[0]) > self.tokens_per_batch
            if full:
                batches.append([])
            batches[-1].append(row)
        rng.shuffle(batches)
        return batches


def as_int8(values: torch.Tensor, scale: torch.Tensor | float = 1.0) -> torch.Tensor:
    """Return what int8 arithmetic makes of tokens, shape (..., channels), divided by ``scale``; gradients pass through.

    Straight-through estimator: Bengio et al. 2013, arXiv:1308.3432.
    """
    scaled = values.detach().float() / scale
    step = scaled.abs().amax(-1, keepdim=True).clamp(min=1e-8) / 127
    rounded = ((scaled / step).round() * step * scale).to(values.dtype)
    return values + (rounded - values.detach())


def simulate_int8(model: Any, scales: dict[str, torch.Tensor]) -> None:
    """Give a Gemma 3 model embeddings and activations as they are in int8, the latter smoothed by ``scales``."""
    embeddings = model.get_input_embeddings().weight
    embeddings.data = as_int8(embeddings.data)
    for site in sites(model):
        scale = scales[site.name].float().repeat(site.repeats).to(embeddings.device)
        for linear in site.consumers:
            linear.register_forward_pre_hook(lambda _, inputs, scale=scale: (as_int8(inputs[0], scale),))


class Trainer:
    """The model, its adapter and its optimizer, with the state that a continued run needs."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        torch.manual_seed(options.seed)
        model = AutoModelForCausalLM.from_pretrained(options.base, dtype=getattr(torch, options.dtype))
        config = LoraConfig(
            r=options.rank, lora_alpha=2 * options.rank, target_modules=MODULES, task_type="CAUSAL_LM"
        )
        self.model = get_peft_model(model, config).to(self.device)
        if options.start:
            set_peft_model_state_dict(self.model, load_file(options.start / "adapter_model.safetensors"))
        if options.int8:
            simulate_int8(self.model.base_model.model, load_file(options.int8 / SCALES))
        self.body = self.model.base_model.model.model
        self.tokenizer = AutoTokenizer.from_pretrained(options.base)
        self.parameters = [p for p in self.model.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(self.parameters, lr=options.rate, betas=(0.9, 0.98), weight_decay=0.0)
        self.step = self.epoch = self.batch = self.pairs = 0
        self.spent_s = 0.0

    def slice_output(self, examples: list[Example]) -> None:
        """Keep the output layer's rows of the tokens that the data uses: the others cost time and bring nothing."""
        texts = [text for e in examples for text in (e.source, e.target)]
        used = {i for ids in self.tokenizer(texts).input_ids for i in ids} | {self.tokenizer.eos_token_id}
        used |= {i for text in texts for i in self.tokenizer(" " + text, add_special_tokens=False).input_ids[:1]}
        used |= set(self.tokenizer.convert_tokens_to_ids([str(d) for d in range(10)]))
        kept = torch.tensor(sorted(used))
        self.row_of = torch.full((len(self.tokenizer),), IGNORED)
        self.row_of[kept] = torch.arange(len(kept))
        self.row_of = self.row_of.to(self.device)
        self.output = self.body.embed_tokens.weight.detach()[kept.to(self.device)].contiguous()

    def loss(self, rows: list[tuple[list[int], int]]) -> torch.Tensor:
        """Return the mean cross entropy over the target tokens of a batch."""
        width = max(len(ids) for ids, _ in rows)
        ids = torch.zeros(len(rows), width, dtype=torch.long)
        wanted = torch.zeros(len(rows), width, dtype=torch.bool)  # positions that predict a target token
        for n, (row, prompt) in enumerate(rows):
            ids[n, : len(row)] = torch.tensor(row)
            wanted[n, prompt - 1 : len(row) - 1] = True
        ids, wanted = ids.to(self.device), wanted.to(self.device)
        # Padding stands at the right, behind a causal mask, so no attention mask is needed.
        hidden = self.body(input_ids=ids, use_cache=False).last_hidden_state[wanted]
        hidden = as_int8(hidden) if self.options.int8 else hidden
        labels = self.row_of[ids.roll(-1, dims=1)[wanted]]
        return torch.nn.functional.cross_entropy((hidden @ self.output.T).float(), labels, ignore_index=IGNORED)

    def rate(self) -> float:
        """Return the learning rate: a warm-up of 30 steps, a level, then linear to zero at the end of the budget."""
        left = max(0.0, 1.0 - self.spent_s / (self.options.hours * 3600))
        return self.options.rate * min(1.0, (self.step + 1) / 30) * min(1.0, left / self.options.decay)

    def train_step(self, rows: list[tuple[list[int], int]]) -> float:
        started = time.monotonic()
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate()
        loss = self.loss(rows)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.step, self.batch, self.pairs = self.step + 1, self.batch + 1, self.pairs + len(rows)
        self.spent_s += time.monotonic() - started
        return loss.item()

    def counters(self) -> dict[str, float]:
        return {name: getattr(self, name) for name in ("step", "epoch", "batch", "pairs", "spent_s")}

    def save(self, run: Path) -> None:
        """Write a checkpoint and the adapter; a stop in between leaves the checkpoint before."""
        weights = get_peft_model_state_dict(self.model)
        state = {"adapter": weights, "optimizer": self.optimizer.state_dict(), "counters": self.counters()}
        torch.save(state, run / "checkpoint.new")
        (run / "checkpoint.new").replace(run / "checkpoint.pt")
        half = {name: tensor.to(torch.float16).contiguous().cpu() for name, tensor in weights.items()}
        save_file(half, run / "adapter.new", metadata={"format": "pt"})
        (run / "adapter.new").replace(run / "adapter_model.safetensors")
        self.model.peft_config["default"].save_pretrained(run)

    def resume(self, run: Path) -> None:
        state = torch.load(run / "checkpoint.pt", weights_only=True)
        set_peft_model_state_dict(self.model, state["adapter"])
        self.optimizer.load_state_dict(state["optimizer"])
        vars(self).update(state["counters"])


@torch.no_grad()
def evaluate(trainer: Trainer, dev: list[Example], *, generated: int) -> dict[str, float]:
    """Return the loss over the dev examples and the chrF of greedy translations of the first few."""
    import sacrebleu

    examples = Examples(dev, trainer.tokenizer, tokens_per_batch=3000, seed=0)
    trainer.model.eval()
    losses = [(trainer.loss(rows).item(), len(rows)) for rows in examples.batches(0, renew=False)]
    result = {"dev_loss": sum(loss * n for loss, n in losses) / sum(n for _, n in losses)}
    if generated:
        trainer.tokenizer.padding_side = "left"
        prompts = [PROMPT.format(source=e.source, answer=e.answer) for e in dev[:generated]]
        inputs = trainer.tokenizer(prompts, return_tensors="pt", padding=True)
        inputs = inputs.to(trainer.device)
        output = trainer.model.generate(**inputs, max_new_tokens=96, do_sample=False)
        references = [e.target for e in dev[:generated]]
        texts = trainer.tokenizer.batch_decode(output[:, inputs.input_ids.shape[1] :], skip_special_tokens=True)
        result["dev_chrf"] = sacrebleu.corpus_chrf([t.strip() for t in texts], [references]).score
    trainer.model.train()
    return result


def steps(trainer: Trainer, examples: Examples) -> Iterator[list[tuple[list[int], int]]]:
    """Yield batches from where the run stands until its time is spent."""
    while True:
        for rows in examples.batches(trainer.epoch)[trainer.batch :]:
            if trainer.spent_s >= trainer.options.hours * 3600:
                return
            yield rows
        trainer.epoch, trainer.batch = trainer.epoch + 1, 0


def train(options: argparse.Namespace) -> None:
    options.run.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(options)
    if (options.run / "checkpoint.pt").exists():
        trainer.resume(options.run)
    chosen = read_examples(options.pairs)
    dev = [Example(ANSWER, *pair) for pair in read_pairs(options.dev)][: options.dev_size]
    trainer.slice_output(chosen + dev)
    examples = Examples(chosen, trainer.tokenizer, tokens_per_batch=options.tokens_per_batch, seed=options.seed)
    recent: list[float] = []
    saved = evaluated = time.monotonic()
    with (options.run / "log.jsonl").open("a", encoding="utf-8") as log:

        def write(**more: float) -> None:
            print(json.dumps(trainer.counters() | {"rate": trainer.rate()} | more), file=log, flush=True)

        for rows in steps(trainer, examples):
            recent.append(trainer.train_step(rows))
            if trainer.step % 25 == 0:
                write(loss=sum(recent) / len(recent))
                recent.clear()
            if time.monotonic() - saved > options.save_every_min * 60:
                trainer.save(options.run)
                saved = time.monotonic()
            if time.monotonic() - evaluated > options.evaluate_every_min * 60:
                write(**evaluate(trainer, dev, generated=options.generated))
                evaluated = time.monotonic()
        trainer.save(options.run)
        write(**evaluate(trainer, dev, generated=options.generated))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("pairs", type=Path, nargs="+")
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--dev", type=Path, required=True)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--hours", type=float, required=True, help="training time in all, evaluation left out")
    parser.add_argument("--start", type=Path, help="a folder with an adapter of the same rank to go on from")
    parser.add_argument("--int8", type=Path, metavar="ADAPTER",
                        help="train for int8 arithmetic, smoothed by the scales of this folder (smooth.py)")
    parser.add_argument("--rank", type=int, default=32)
    parser.add_argument("--rate", type=float, default=4e-4, help="peak learning rate")
    parser.add_argument("--decay", type=float, default=0.7, help="last share of the time in which the rate falls")
    parser.add_argument("--tokens-per-batch", type=int, default=1300)
    parser.add_argument("--dtype", choices=["float32", "bfloat16"], default="float32",
                        help="bfloat16 for a GPU, or a CPU with avx512_bf16 or amx_bf16; on others it is slower")
    parser.add_argument("--dev-size", type=int, default=100)
    parser.add_argument("--generated", type=int, default=40, help="dev sentences to translate at each evaluation")
    parser.add_argument("--save-every-min", type=float, default=5)
    parser.add_argument("--evaluate-every-min", type=float, default=15)
    parser.add_argument("--seed", type=int, default=1)
    train(parser.parse_args())


if __name__ == "__main__":
    main()
