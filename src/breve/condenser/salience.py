"""How much each sentence of an article matters, judged on its French source alone.

Terms are words cut to six letters, weighted by TF-IDF over the article's sentences; the centroid of them is the
article's topic (Radev et al. 2004, centroid-based summarization). News tells what matters first, so position
weighs most; sentences with figures and names carry the facts that a brief is read for.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields

from breve.document import Kind, Segment
from breve.facts import extract
from breve.facts.names import fold

Vector = dict[str, float]

STEM = 6  # letters: "annonce", "annoncé" and "annonçait" are one term
LEAD = 6.0  # sentences after which position counts 1/e
FULL_NUMBERS, FULL_NAMES = 2, 4  # from so many on, a sentence is as dense as one can be
MIN_WORDS, SHORT = 4, 8
_STOPWORDS = (
    "alors ainsi apres aucun aussi autre autres avait avant avec avoir cela celle celui cette ceux chaque comme dans "
    "depuis dernie devait deux dont elle elles encore entre etaien etait etant etre fait faire fois leur leurs mais "
    "meme moins nous notre parce pendan plus plusie pour pouvai quand quelqu selon sera serait ses seulem sont sous "
    "tous tout toute toutes tres trois une vers vous votre ont aux des les par pas que qui sur est ces ete"
)
STOPWORDS = frozenset(_STOPWORDS.split())
QUESTION = re.compile(r"\?[\s»”\"]*$")
QUOTED = re.compile(r"^\W*[«“\"]")
QUOTE = re.compile(r"[«“\"]")
READER = re.compile(r"\b(?:vous|votre|vos)\b(?! a dit)", re.I)
SPEAKER = re.compile(r"\b(?:j['’]|je|moi|mon|ma|mes|me|m['’]|nous|notre|nos|vous|votre|vos)(?:\b|(?<=['’]))", re.I)
BOILERPLATE = re.compile(
    r"^\W*(?:(?:à|a) lire|lire (?:aussi|également|la suite)|voir aussi|abonnez|inscrivez|partagez|suivez|retrouvez"
    r"|cliquez|t[ée]l[ée]chargez|photos?\b|cr[ée]dits?\b|illustration\b|image\b|publicit[ée]|newsletter|copyright|©"
    r"|avec (?:l['’])?(?:afp|reuters|ap)\b|source\s?:|par .{3,40} \(?avec)|https?://|^\W*\S+@\S+\W*$",
    re.I,
)
POINTER = re.compile(
    r"^\W*(?:(?:maintenant|puis|ensuite|ainsi|or|enfin|mais|et|pourtant|cependant|aujourd['’]hui|désormais),? )?"
    r"(?:il|elle|ils|elles|celui|celle|ceux|celles|ce dernier|cette derni[èe]re|ces derniers|le premier|le second)"
    r"\b(?! (?:y a|faut|s['’]agit|est (?:vrai|possible|probable|clair)|semble que|suffit|reste))"
    r"|^\W*(?:cela|ça|ce qui|c['’](?:est|était)|d['’]où|lui-même|lui|eux|de quoi)\b",
    re.I,
)
# What happened: verbs of decisions, results and turns, as participles and nouns.
EVENT = re.compile(
    r"\b(?:annonc|adopt|d[ée]cid|d[ée]mission|condamn|conclu|confirm|d[ée]couv|d[ée]c[ée]d|mort|approuv|sign[ée]|lanc[ée]"
    r"|arr[êe]t[ée]|inculp|accus|[ée]lu\b|nomm[ée]|vot[ée]|bless[ée]|tu[ée]|remport|battu|atteint|atteign|r[ée]v[ée]l|publi[ée]"
    r"|rejet|suspend|interdi|augment|baiss|recul|progress|recommand|montr|d[ée]montr|prouv|pr[ée]voi|propos|vigueur"
    r"|accord|report[ée]|repouss|vis[ée]|ouvert|ferm[ée]|supprim|cr[ée][ée]|rachet|perdu|gagn|enqu[êe]t|jug[ée])",
    re.I,
)
EXAMPLE = re.compile(
    r"\b(?:par exemple|un peu comme|autrement dit|imagin\w+|rappelons|souvenez|pour comparaison)\b|!\W*$", re.I
)


@dataclass(frozen=True, slots=True)
class Weights:
    """What each sign adds to a sentence's score, which lies between about -1 and 3."""

    position: float = 1.3
    title: float = 0.4
    centrality: float = 0.5
    numbers: float = 0.7
    names: float = 0.2
    event: float = 0.8
    speaker: float = -0.4
    quoted: float = -0.9
    pointer: float = -0.8
    example: float = -0.3
    short: float = -0.4


@dataclass(frozen=True, slots=True)
class Signs:
    """The signs of one sentence, each from 0 to 1; the names are those of Weights."""

    position: float
    title: float
    centrality: float
    numbers: float
    names: float
    event: float
    speaker: float
    quoted: float
    pointer: float
    example: float
    short: float


def is_usable(segment: Segment) -> bool:
    """Return whether a sentence may stand in a brief: no question, no call to the reader, no boilerplate."""
    source = segment.source
    if segment.kind in {Kind.TITLE, Kind.HEADING} or QUESTION.search(source) or BOILERPLATE.search(source):
        return False
    if READER.search(source) and not QUOTE.search(source):
        return False
    words = len(source.split())
    return words >= MIN_WORDS and not (words < SHORT and source.rstrip().endswith("!"))


def scores(segments: Sequence[Segment], weights: Weights) -> list[float]:
    """Return the score of each segment, in the same order."""
    return [total(signs, weights) for signs in all_signs(segments)]


def total(signs: Signs, weights: Weights) -> float:
    """Return the weighted sum of a sentence's signs."""
    return float(sum(getattr(signs, f.name) * getattr(weights, f.name) for f in fields(Weights)))


def all_signs(segments: Sequence[Segment]) -> list[Signs]:
    """Return the signs of each segment, in the same order."""
    vectors = vectors_of([s.source for s in segments])
    centre = unit(_sum(v for s, v in zip(segments, vectors, strict=True) if s.kind is not Kind.TITLE))
    title = {t for s in segments if s.kind is Kind.TITLE for t in terms(s.source)}
    found, place = [], 0
    for segment, vector in zip(segments, vectors, strict=True):
        found.append(_signs(segment, vector, centre, title, place))
        place += segment.kind not in {Kind.TITLE, Kind.HEADING} and is_usable(segment)
    return found


def _signs(segment: Segment, vector: Vector, centre: Vector, title: set[str], place: int) -> Signs:
    source = segment.source
    facts = extract(source, "fr")
    figures = sum(not n.weak and not n.code for n in facts.numbers) + len(facts.dates) / 2
    names = sum(not n.weak for n in facts.names)
    return Signs(
        position=math.exp(-place / LEAD),
        title=len(title & vector.keys()) / (len(title) or 1),
        centrality=cosine(vector, centre),
        numbers=min(1.0, figures / FULL_NUMBERS),
        names=min(1.0, names / FULL_NAMES),
        event=min(1.0, len(EVENT.findall(source)) / 2),
        speaker=float(bool(SPEAKER.search(source))),
        quoted=float(bool(QUOTED.search(source))),
        pointer=float(bool(POINTER.search(source))),
        example=float(bool(EXAMPLE.search(source))),
        short=float(len(source.split()) < SHORT),
    )


def terms(text: str) -> list[str]:
    """Return the terms of a French text: numbers, and words of three letters or more cut to six, no stop words."""
    words = (word[:STEM] for word in re.findall(r"\w+", fold(text)) if len(word) > 2 or word.isdigit())
    return [word for word in words if word not in STOPWORDS]


def vectors_of(texts: Sequence[str]) -> list[Vector]:
    """Return a TF-IDF vector of length 1 for each text."""
    counts = [Counter(terms(text)) for text in texts]
    spread = Counter(term for count in counts for term in count)
    return [unit({t: n * math.log(1 + len(texts) / spread[t]) for t, n in c.items()}) for c in counts]


def unit(vector: Vector) -> Vector:
    """Return a vector scaled to length 1."""
    norm = math.sqrt(sum(weight * weight for weight in vector.values())) or 1.0
    return {term: weight / norm for term, weight in vector.items()}


def cosine(a: Vector, b: Vector) -> float:
    """Return the cosine of two vectors of length 1."""
    small, large = (a, b) if len(a) < len(b) else (b, a)
    return sum(weight * large.get(term, 0.0) for term, weight in small.items())


def _sum(vectors: object) -> Vector:
    total: Vector = {}
    for vector in vectors:  # type: ignore[attr-defined]
        for term, weight in vector.items():
            total[term] = total.get(term, 0.0) + weight
    return total
