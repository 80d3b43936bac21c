"""Shorten an English sentence without harm: what can go is cut at clause boundaries, what carries facts last.

Every cut leaves a whole sentence, as far as commas tell; the caller checks the result against the source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from breve.facts import extract

MIN_LEFT = 7  # words that a cut must leave
FIGURE_WORTH, NAME_WORTH = 10, 3  # words that a cut must save to be worth a lost figure or date, or a lost name
OPENER = re.compile(
    r"^(?:However|Moreover|Indeed|Meanwhile|In the meantime|By the way|In addition|Furthermore|Besides|Therefore"
    r"|Thus|Hence|In fact|Of course|Finally|In other words|During this time|On the other hand|That said|Also|Plus"
    r"|For (?:his|her|its|their) part|Above all|At the same time|For example|For instance|In particular|Now|So|Yet"
    r"|Still|Likewise|In this sense|It must be said|As a result|In short|All in all|What is more|First of all)"
    r",? (?=[\w“‘\"'$€£])(?<=, )"
    r"|^So \w+ that (?=[\w“‘])|^(?:And|But|Or|Yet|So|Plus),? (?=[\w“‘\"'$€£])",
)
INNER = re.compile(
    r", (?:it (?:must|should) be (?:said|stressed)[^,]*|of course|however|moreover|indeed|in fact"
    r"|for (?:his|her|its|their) part|by the way|for example|in particular|then|therefore"
    r"|meanwhile|on the other hand),(?= )"
)
BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]")
DASHES = re.compile(r" [–—-]{1,2} ([^–—]{3,120}?) [–—-]{1,2} ")
SUBORDINATE = (
    r"while|although|though|even though|even if|as|because|since|whereas|so that|adding|including|such as|notably"
    r"|which|who|whose|whom|where|when|despite|in order to|after|before|until|with|without|particularly|especially"
    r"|like|just as|rather than|thanks to|due to|according to|apart from|followed by|based on|in which|of which"
    r"|for which|making|leading|leaving|allowing|causing|forcing|giving|plunging|replacing|ensuring|hoping|keeping"
    r"|saying|citing|noting|claiming|explaining|stating|meaning|if|unless|in particular|for example|not to mention"
)
LEADING = re.compile(
    r"^(?:After|Before|While|Although|Though|As|When|With|Despite|Since|During|Among|Following|In|At|On|For|From|Under"
    r"|Thanks to|Due to|Because of|According to|If|Once|To|By|Even|Apart from|Rather than|Unlike|Like)\b"
)
TRAILING = re.compile(rf",? (?:(?<=, )(?:{SUBORDINATE})|(?<!,) (?:while|although|whereas|even though))\b")
RELATIVE = re.compile(
    r", (?:who|which|whose|whom|where|when|born|named|known as|called|a|an|the|one of)\b[^,;:.“”\"]*,(?= )"
)
TAIL = re.compile(r"(?:;|, but| – |: | - )")
SAYS = re.compile(
    r",? (?:said|says|told|explains?|explained|adds?|added|according to|reports?|reported|notes?|noted)\b[^,.“”\"]*\.?$"
)
VERB = (
    r"(?:is|are|was|were|isn[’']t|has|have|had|will|would|can|cannot|could|may|might|must|should|does|do|did|said|made"
    r"|took|gave|became|began|found|ran|rose|fell|won|lost|led|left|met|saw|set|put|sold|spent|stood|told|thought|went"
    r"|wrote|came|got|held|kept|knew|paid|sent|shot|cost|beat|hit|cut|says?|remains?|makes?|takes?|gives?|wants?|plans?"
    r"|shows?|means?|includes?|concerns?|\w{2,}ed)"
)
HAS_VERB = re.compile(rf"\b{VERB}\b", re.I)
GOES_ON = re.compile(rf"^(?:also |then |now |recently |finally |already )?{VERB}\b")
REPORTS = re.compile(r"\b(?:said|says|announced|explained|explains|added|believes|stated|reported|noted|that)\b")
SUBJECT = re.compile(
    r"^(?:the|a|an|it|he|she|they|we|I|you|his|her|its|their|our|this|that|these|those|there|some|many|most|no|all|both"
    r"|each|one|two|three|several|more|nearly|almost|about|around|[€$£]?\d|[A-Z]\w*|only|people|women|men|officials)\b"
)


@dataclass(frozen=True, slots=True)
class _Cut:
    start: int
    end: int
    instead: str = ""

    def apply(self, text: str) -> str:
        return tidy(text[: self.start] + self.instead + text[self.end :])


def shorten(text: str, limit: int) -> str:
    """Return a sentence in at most ``limit`` words if cuts at clause boundaries can do it, else as near as they get.

    Openers and asides without figures always go.
    """
    text = without_asides(text)
    while len(text.split()) > limit:
        best = _best_cut(text, limit)
        if best is None:
            break
        text = best
    return text


def without_asides(text: str) -> str:
    """Return a sentence without its discourse opener and without asides that hold no figure."""
    text = OPENER.sub("", text)
    text = INNER.sub("", text)
    text = BRACKETS.sub(lambda hit: hit.group() if re.search(r"\d", hit.group()) else "", text)
    text = DASHES.sub(lambda hit: hit.group() if re.search(r"\d", hit.group(1)) else " ", text)
    return tidy(text)


def tidy(text: str) -> str:
    """Return a text with one space between words, a capital at the start and one full stop at the end."""
    text = re.sub(r"\s+([,.;:!?])", r"\1", " ".join(text.split()))
    text = re.sub(r"[,;:–-]+(?=\.?$)", "", text.rstrip(" ,;:–-"))
    if text and text[-1] not in ".!?”\"…’)":
        text += "."
    return text[:1].upper() + text[1:] if not re.match(r"[a-z]+[A-Z]", text) else text


def _best_cut(text: str, limit: int) -> str | None:
    """Return the text after the cut that saves most for the facts it loses, or None when none is worth it."""
    before, words = worth(text), len(text.split())
    best, best_gain = None, 0.0
    for cut in _cuts(text):
        left = cut.apply(text)
        if not _stands(left):
            continue
        saved = min(words - len(left.split()), words - limit + 3)
        gain = saved - (before - worth(left))
        if gain > best_gain:
            best, best_gain = left, gain
    return best


def worth(text: str) -> float:
    """Return what a text's figures, dates and names are worth, in words."""
    facts = extract(text, "en")
    figures = sum(not n.weak for n in facts.numbers) + len(facts.dates) + len(facts.times)
    return FIGURE_WORTH * figures + NAME_WORTH * sum(not n.weak for n in facts.names)


def _stands(text: str) -> bool:
    """Return whether what a cut left is a sentence, as far as its words tell."""
    if len(text.split()) < MIN_LEFT or text.count("“") != text.count("”") or text.count('"') % 2:
        return False
    report = REPORTS.search(text)
    clause = text[report.end() :] if report and len(text) - report.end() > 3 else text
    return bool(HAS_VERB.search(clause)) and bool(HAS_VERB.search(text))


def _cuts(text: str) -> Iterator[_Cut]:
    end, comma = len(text), text.find(", ")
    for hit in BRACKETS.finditer(text):
        yield _Cut(hit.start(), hit.end())
    for hit in DASHES.finditer(text):
        yield _Cut(hit.start(), hit.end(), " ")
    for hit in RELATIVE.finditer(text):
        if GOES_ON.match(text[hit.end() + 1 :]):
            yield _Cut(hit.start(), hit.end())
    inverted = bool(LEADING.match(text))  # the main clause comes after the first comma
    for hit in (*TRAILING.finditer(text), *TAIL.finditer(text), *SAYS.finditer(text)):
        if not inverted or 0 <= comma < hit.start():
            yield _Cut(hit.start(), end)
    if inverted and comma > 0 and SUBJECT.match(text[comma + 2 :]):
        yield _Cut(0, comma + 2)
    for hit in re.finditer(r", (?:but|and) (?=(?:its|his|her|their|the|it|he|she|they|a)\b)", text):
        yield _Cut(hit.start(), end)
        yield _Cut(0, hit.end())
