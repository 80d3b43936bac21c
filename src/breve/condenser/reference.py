"""Who "he" is: the name that a sentence's opening pronoun stands for, where the text leaves no doubt.

French news keeps the subject: a sentence that opens with « Il » speaks of the subject of the one before it.
Only a name that opens that sentence in both languages is taken, or a thing that is called by a name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from breve.document import Kind, Segment, Translation

REACH = 3  # sentences back
PRONOUN = re.compile(r"^(?:(?:But|And|Then|Also|So),? )?(?P<word>He|She|It)\b(?![’'])")
FRENCH_PRONOUN = re.compile(r"^\W*(?:Mais |Et |Puis )?(?:il|elle)\b", re.I)
# « Il faut », « il y a », « il est probable »: no one is meant.
IMPERSONAL = re.compile(
    r"^\W*(?:Mais |Et |Puis )?il (?:n[’']|ne )?(?:en |me |leur |lui |nous )?"
    r"(?:y |s[’']|se |faut|fau|est|était|sera|suffi|convien|sembl|para[iî]|importe|rest|pleu|vau)",
    re.I,
)
APPOSITION = r"(?:[A-ZÀ-Ý][^,.;:]{3,60}, )?"  # "A hydrologist in Montpellier, Camille Estève ..."
SUBJECT = re.compile(
    rf"^{APPOSITION}(?:Mr|Mrs|Ms|Dr|Sir)?\.? ?"
    r"(?P<name>[A-ZÀ-Ý][\w’'.-]+(?: (?:de |van |von |al-)?[A-ZÀ-Ý][\w’'.-]+){0,3})(?=,| [a-z])"
)
# Heads of English subjects that are no persons, though French calls them « il » or « elle ».
THING = re.compile(
    r"^(?P<phrase>(?:The|This|That|Its|Their|A|An)\b(?: [\w’'-]+){0,4}? (?:club|group|company|firm|team|ministry"
    r"|government|party|bank|museum|hospital|university|city|town|association|union|federation|start-?up|brand|bus|coach|car"
    r"|vehicle|train|plane|film|book|novel|report|study|survey|bill|law|text|tax|measure|project|programme|program|model"
    r"|machine|bike|device|battery|factory|plant|school|council|court|committee|agency|newspaper|site|app|price|fund))\b",
    re.I,
)
OF_A_NAME = re.compile(r"^The (?:[\w’'-]+ )*[A-ZÀ-Ý]\w")
POSSESSIVE = re.compile(r"\b(his|her)\b(?= \w)")


def antecedent(number: int, segments: Sequence[Segment], translations: Sequence[Translation]) -> tuple[str, int] | None:
    """Return what a segment's opening "he", "she" or "it" stands for and the id of its segment, or None."""
    pronoun, source = PRONOUN.match(translations[number].text), segments[number].source
    if not pronoun or not FRENCH_PRONOUN.match(source) or (pronoun["word"] == "It" and IMPERSONAL.match(source)):
        return None
    for earlier in range(number - 1, max(-1, number - 1 - REACH), -1):
        if segments[earlier].kind in {Kind.HEADING, Kind.TITLE}:
            return None
        name = _subject(translations[earlier].text, segments[earlier].source)
        if name:
            return name, earlier
        if not FRENCH_PRONOUN.match(segments[earlier].source):
            return None
    return None


def _subject(text: str, source: str) -> str | None:
    """Return the subject of a sentence if it is a name that opens it in both languages, or a thing with a name."""
    thing = THING.match(text)
    if thing and OF_A_NAME.match(thing["phrase"]):
        return thing["phrase"]
    subject = SUBJECT.match(text)
    if subject and re.match(rf"^{APPOSITION}(?:M\. |Mme )?{re.escape(subject['name'].split()[0])}", source):
        return subject["name"]
    return None


def is_about_a_thing(number: int, segments: Sequence[Segment], translations: Sequence[Translation]) -> bool:
    """Return whether the sentence before has a thing for its subject, which a "he" or "she" then stands for."""
    if number == 0 or not FRENCH_PRONOUN.match(segments[number].source):
        return False
    return segments[number - 1].kind is Kind.PARAGRAPH and bool(THING.match(translations[number - 1].text))


def named(text: str, name: str) -> str:
    """Return a sentence with its opening pronoun replaced by a name."""
    return PRONOUN.sub(name, text, count=1)


def of_a_thing(text: str) -> str:
    """Return a sentence about a thing that the translation made a "he" or "she" of."""
    if not PRONOUN.match(text):
        return text
    return POSSESSIVE.sub("its", PRONOUN.sub("It", text, count=1))
