"""Score a profile's translations of a file of sentence pairs.

    python evals/translation.py PAIRS.tsv [--profile embedded] [--limit N] [--json OUT.json]

The last two columns of PAIRS.tsv are French and English. Prints BLEU (Papineni et al. 2002) and chrF
(Popović 2015) with sacrebleu's signatures, the share of flagged lines, and the speed.
"""

import argparse
import json
import time
from pathlib import Path

import sacrebleu

from breve.document import Article, Block, Kind
from breve.pipeline import translate


def read_pairs(path: Path) -> tuple[list[str], list[str]]:
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    return [row[-2] for row in rows], [row[-1] for row in rows]


def as_article(lines: list[str]) -> Article:
    """Return an article with a paragraph for each line."""
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    blocks = (Block(Kind.PARAGRAPH, a, a + len(line)) for a, line in zip(starts, lines, strict=False))
    return Article("\n".join(lines), tuple(blocks))


def score(sources: list[str], references: list[str], profile: str) -> dict[str, object]:
    from breve.segmenter import segment

    article = as_article(sources)
    translate("Ceci est un essai.", profile=profile)  # loading the model isn't part of the speed
    started = time.perf_counter()
    done = translate(article, profile=profile)
    seconds = time.perf_counter() - started
    texts: list[list[str]] = [[] for _ in sources]
    flagged: set[int] = set()
    for part, translation in zip(segment(article), done, strict=True):
        texts[part.block].append(translation.text)
        if translation.flags:
            flagged.add(part.block)
    hypotheses = [" ".join(parts) for parts in texts]
    bleu, chrf = sacrebleu.BLEU(), sacrebleu.CHRF()
    return {
        "lines": len(sources),
        "bleu": bleu.corpus_score(hypotheses, [references]).score,
        "bleu_signature": str(bleu.get_signature()),
        "chrf": chrf.corpus_score(hypotheses, [references]).score,
        "chrf_signature": str(chrf.get_signature()),
        "flagged_share": len(flagged) / len(sources),
        "lines_per_s": len(sources) / seconds,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--profile", default="embedded")
    parser.add_argument("--limit", type=int, help="score only the first lines")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    options = parser.parse_args()
    sources, references = read_pairs(options.pairs)
    result = score(sources[: options.limit], references[: options.limit], options.profile)
    text = json.dumps(result, indent=2)
    print(text)
    if options.json:
        options.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
