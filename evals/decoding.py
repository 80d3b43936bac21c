"""Compare ways of decoding on a file of sentence pairs: quality and cost, in one run.

    python evals/decoding.py PAIRS.tsv --limit 200 [--json OUT.json]

Each way is a first pass over all lines. Some search again with beams for the lines whose greedy translation has the
lowest scores, and take the likelier of the two. The last ones choose among the hypotheses of sampling: by the facts
they keep, by the model's score, and by the noisy channel: the score of the source after the reverse prompt.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import sacrebleu

from breve.engines.base import GREEDY, Decoding, Hypothesis, Request
from breve.engines.ctranslate2 import Ctranslate2Engine
from breve.facts import kept
from breve.options import Options
from breve.pipeline import Pipeline
from breve.translator import cleaned, faults, straight
from breve.verifier import verify_translation
from translation import read_pairs

BEAMS = Decoding(beam_size=4)
DOUBTFUL = {f"greedy, 4 beams for the most doubtful {share:.0%}": share for share in (0.05, 0.1, 0.25, 0.5)}
Choose = Callable[[Ctranslate2Engine, str, Sequence[Hypothesis]], str]
SAMPLED = Decoding(num_hypotheses=8, temperature=0.6, top_p=0.9, seed=7)
CHANNEL_WEIGHT = 0.5


def first(engine: Ctranslate2Engine, source: str, found: Sequence[Hypothesis]) -> str:
    return found[0].text


def fewest_flags(engine: Ctranslate2Engine, source: str, found: Sequence[Hypothesis]) -> str:
    def flags(hypothesis: Hypothesis) -> int:
        return len(faults(source, hypothesis.text)) + len(verify_translation(source, hypothesis.text))

    return min(found, key=lambda h: (flags(h), -h.score)).text


def channel(engine: Ctranslate2Engine, source: str, found: Sequence[Hypothesis]) -> str:
    scored = [h for h in found if h.text]
    backwards = engine.score([f"English: {h.text}\nFrench:" for h in scored], [" " + source] * len(scored))
    best = max(zip(scored, backwards, strict=True), key=lambda pair: pair[0].score + CHANNEL_WEIGHT * pair[1])
    return best[0].text


def consensus(engine: Ctranslate2Engine, source: str, found: Sequence[Hypothesis]) -> str:
    """Minimum Bayes risk with chrF (Eikema and Aziz 2020): the hypothesis nearest to all others."""
    chrf = sacrebleu.CHRF()
    return max(found, key=lambda h: sum(chrf.sentence_score(h.text, [o.text]).score for o in found)).text


WAYS: dict[str, tuple[Decoding, Choose]] = {
    "greedy": (GREEDY, first),
    "repetition penalty 1.1": (Decoding(repetition_penalty=1.1), first),
    "2 beams": (Decoding(beam_size=2), first),
    "4 beams": (Decoding(beam_size=4), first),
    "4 beams, fewest flags of 4": (Decoding(beam_size=4, num_hypotheses=4), fewest_flags),
    **dict.fromkeys(DOUBTFUL, (GREEDY, first)),
    "8 samples, best score": (SAMPLED, first),
    "8 samples, fewest flags": (SAMPLED, fewest_flags),
    "8 samples, noisy channel": (SAMPLED, channel),
    "8 samples, consensus by chrF": (SAMPLED, consensus),
}


def generated(engine: Ctranslate2Engine, requests: Sequence[Request], decoding: Decoding) -> list[list[Hypothesis]]:
    """Return the hypotheses of requests in order; texts of about the same length share a batch."""
    order = sorted(range(len(requests)), key=lambda n: len(requests[n].text))
    found: dict[int, list[Hypothesis]] = {}
    for batch in (order[i : i + 32] for i in range(0, len(order), 32)):
        found |= zip(batch, engine.generate([requests[n] for n in batch], decoding), strict=True)
    return [found[n] for n in range(len(requests))]


def measure(
    engine: Ctranslate2Engine, template: Callable[[str], str], sources: list[str], references: list[str], way: str,
    passes: dict[Decoding, tuple[list[list[Hypothesis]], float]],
) -> dict[str, Any]:  # fmt: skip
    """Return the figures of one way; ``passes`` keeps the first passes and their seconds for ways that share one."""
    decoding, choose = WAYS[way]
    texts = [cleaned(source) for source in sources]
    limits = [2 * n + 24 for n in engine.count_tokens(texts)]
    requests = [Request(template(text), limit) for text, limit in zip(texts, limits, strict=True)]
    if decoding not in passes:
        started = time.perf_counter()
        every = generated(engine, requests, decoding)
        passes[decoding] = every, time.perf_counter() - started
    answers, seconds = list(passes[decoding][0]), passes[decoding][1]
    started = time.perf_counter()
    worst = sorted(range(len(answers)), key=lambda n: answers[n][0].score)[: int(len(answers) * DOUBTFUL.get(way, 0))]
    for n, found in zip(worst, generated(engine, [requests[n] for n in worst], BEAMS), strict=True):
        answers[n] = sorted([*answers[n], *found], key=lambda h: -h.score)
    chosen = [straight(choose(engine, source, found)) for source, found in zip(texts, answers, strict=True)]
    seconds += time.perf_counter() - started
    pairs = [kept(source, text) for source, text in zip(sources, chosen, strict=True)]
    return {
        "way": way,
        "bleu": round(sacrebleu.corpus_bleu(chosen, [references]).score, 2),
        "chrf": round(sacrebleu.corpus_chrf(chosen, [references]).score, 2),
        "numbers_kept": round(sum(stay for stay, _ in pairs) / sum(there for _, there in pairs), 4),
        "seconds": round(seconds, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--limit", type=int, default=200)
    parser.add_argument("--ways", nargs="*", choices=WAYS, default=list(WAYS))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    sources, references = (lines[: options.limit] for lines in read_pairs(options.pairs))
    translator = Pipeline(Options()).translator
    if not isinstance(translator.engine, Ctranslate2Engine):
        raise SystemExit("the profile's engine is not ctranslate2")
    rows: list[dict[str, Any]] = []
    passes: dict[Decoding, tuple[list[list[Hypothesis]], float]] = {}
    for way in options.ways:
        rows.append(measure(translator.engine, translator.prompt, sources, references, way, passes))
        ratio = rows[-1]["seconds"] / rows[0]["seconds"]
        print("  ".join(f"{key} {value}" for key, value in rows[-1].items()), f" {ratio:.1f} x", flush=True)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
