"""Sentence boundaries of French: sentencex proposes, the rules here decide.

A sentence keeps its closing quote; a short quotation or parenthesis stays whole; an abbreviation, an initial or
the number of a list item doesn't end a sentence. Every rule looks at a window of fixed size, so the time is linear.
"""

from __future__ import annotations

import re
from bisect import bisect_right

WINDOW = 48  # characters before and after a boundary that the rules see; the longest need about 30
CHUNK = 10_000  # characters given to sentencex at once: its time is quadratic on unclosed quotation marks
SHORT_QUOTE = 200  # characters; a longer quotation is split at its own sentences


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


END = re.compile(r"[.!?…]++(?:\s?[!?…]++)*+(?:[\s]?[»)\]]|[\"”’']|\[\d{1,3}\])*+")
WIDE_STOPS = "。！？।؟"  # they end a sentence with no space after them
OPENERS = "«“\"'‘([{—–-*•¿¡"
CLOSERS = "»”)]}’,;:.!?…%"
STARTERS = re.compile(
    r"(?:Le|La|Les|L|Un|Une|Des|Il|Elle|Ils|Elles|On|Je|J|Nous|Vous|Tu|Ce|C|Cet|Cette|Ces|Cela|Ça|Son|Sa|Ses|Leur|Leurs"
    r"|Mais|Et|Ou|Or|Car|Donc|Ainsi|Alors|Aussi|Puis|Enfin|Ensuite|En|Dans|Pour|Par|Sur|Avec|Sans|Selon|Depuis|Après"
    r"|Avant|À|Au|Aux|Si|S|Que|Qu|Qui|Quand|Comme|Toutefois|Cependant|Pourtant|Plus|D|N|Pas|Tout|Tous|Aucun|Chaque"
    r"|Bien|Malgré|Lors|Lorsque|Parce|Pendant|Notre|Votre|Mon|Ma|Mes|Ici|Voici|Voilà|Y|Rien|Certains|Plusieurs)\b"
)
PARTICLE = re.compile(r"(?:Le|La|Les|L['’]|De|Du|Des|D['’])\s?\w")  # of a name: J. Le Goff, J.-M. Du Bois
TITLES = _words(
    "m mm mme mmes mlle mlles mgr dr drs me mes pr prs prof st ste sts stes sr mr mrs ms gal gén col",
    "cdt cne lt av apr bd boul cf ex vs",
)
BEFORE_NUMBER = _words(
    "art al p pp vol chap ch fig n no nos num t tél éd ed éds env max min approx réf sect tab ill par paragr h",
    "janv févr avr juill sept oct nov déc coll hab fasc pl § alin annexe",
)
INSIDE_NAMES = frozenset({"bros", "jr"})  # Warner Bros. Pictures; "Inc." and "etc." often end a sentence
LABELLED = _words(
    "plan vitamine vitamines classe groupe zone catégorie série type hépatite point option formule bloc lettre",
    "terminal tour porte hall quai division ligue modèle model poule section niveau scénario phase",
)
INITIAL = re.compile(r"[^\W\d_](?:\.?-[^\W\d_])?")
ACRONYM = re.compile(r"(?:[^\W\d_]\.){1,}[^\W\d_]")
NUMBER_OR_ROMAN = re.compile(r"[\d§]|[IVXLC]+\b|[A-Z]\b\.?")
LONE_NUMBER = re.compile(r"\W*(?:\d{1,3}|[^\W\d_]|[IVXLC]{1,5})\.\s*")
ELISION = re.compile(r"^(?:[dlnmtsjcDLNMTSJC]|qu|Qu)['’]")
PAIRS = {"»": "«", "”": "“", ")": "(", "]": "["}
MARKS = re.compile(r"[«»“”\"()\[\]]")
SURROGATE = re.compile("[\ud800-\udfff]")
WIDE_SPACE = re.compile(r"[^\S\x00-\x7f]")  # sentencex 1.0.32 cuts U+202F after an initial in two, and panics


def boundaries(text: str) -> list[int]:
    """Return where the sentences of a block end, in order, its end included unless the block is empty."""
    last_word = _last_word(text)
    kept = _kept_whole(text)
    lower_only = text == text.lower()
    found: list[int] = []
    start = 0
    for place in _candidates(text):
        if place <= start or place > last_word or kept.covers(place):
            continue
        if _ends(text, start, place, lower_only):
            found.append(place)
            start = place
    return [*found, len(text)] if text else []


def _candidates(text: str) -> list[int]:
    readable = WIDE_SPACE.sub(" ", SURROGATE.sub("\ufffd", text))
    proposed = {hit.end() for hit in END.finditer(text)}
    for start in range(0, len(text), CHUNK):
        proposed.update(_back(text, start + end) for end in _proposed(readable[start : start + CHUNK]))
    return sorted(proposed)


def _proposed(chunk: str) -> list[int]:
    """Return the boundaries that sentencex finds, the end of the text left out; none where it fails."""
    from sentencex import get_sentence_boundaries

    try:
        return [boundary["end_index"] for boundary in get_sentence_boundaries("fr", chunk)][:-1]
    except BaseException as error:
        # A panic of its Rust code isn't an Exception and its type can't be imported. The marks of END still stand.
        if type(error).__name__ != "PanicException":
            raise
        return []


def _back(text: str, place: int) -> int:
    stop = max(0, place - WINDOW)
    while place > stop and text[place - 1].isspace():
        place -= 1
    return place


def _last_word(text: str) -> int:
    """Return the position of the last letter or digit; what follows it belongs to the last sentence."""
    place = len(text) - 1
    while place >= 0 and not text[place].isalnum():
        place -= 1
    return place


class _Spans:
    """Spans of quotations and parentheses that stay whole, merged, in order."""

    def __init__(self, spans: list[tuple[int, int]]) -> None:
        merged: list[tuple[int, int]] = []
        for start, end in sorted(spans):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        self._starts = [start for start, _ in merged]
        self._ends = [end for _, end in merged]

    def covers(self, place: int) -> bool:
        """Return whether a place lies inside a span, its ends left out."""
        at = bisect_right(self._starts, place - 1) - 1
        return at >= 0 and place < self._ends[at]


def _kept_whole(text: str) -> _Spans:
    opened: dict[str, list[int]] = {mark: [] for mark in (*PAIRS.values(), '"')}
    spans: list[tuple[int, int]] = []
    for hit in MARKS.finditer(text):
        mark, place = hit.group(), hit.start()
        if mark in opened and not (mark == '"' and opened['"']):
            opened[mark].append(place)
        elif (places := opened[PAIRS.get(mark, mark)]) and place - (start := places.pop()) <= SHORT_QUOTE:
            spans.append((start, place + 1))
    return _Spans(spans)


def _ends(text: str, start: int, place: int, lower_only: bool) -> bool:
    """Return whether a sentence that began at ``start`` ends at ``place``."""
    before, after = text[max(start, place - WINDOW) : place], text[place : place + WINDOW]
    following = after.lstrip()
    if not following or not any(map(str.isalnum, before)):
        return False
    if not after[0].isspace():
        return before[-1] in WIDE_STOPS
    if following[0] in CLOSERS and not following.startswith(("...", "…")):
        return False
    opening = following.lstrip(OPENERS + ". …\u00a0\u202f")
    if opening[:1].islower() and not lower_only and not re.match(r"[a-z][A-Z]", opening):
        return False
    if re.search(r"[(\[]\s?(?:\.{3}|…)\s?[)\]]$", before):
        return False
    if before[-1] != "." or before.endswith(".."):
        return not (before.endswith("Yahoo!") and not STARTERS.match(opening))
    return not _abbreviated(before, opening)


def _abbreviated(before: str, opening: str) -> bool:
    """Return whether the full stop that ends ``before`` belongs to its last word."""
    if LONE_NUMBER.fullmatch(before):
        return True
    *earlier, last = before[:-1].split() or [""]
    word = ELISION.sub("", last.lstrip("«“\"'‘’([{-–—"))
    name = word.lower()
    if name in TITLES:
        return not (name in {"me", "mes", "ex", "col"} and bool(STARTERS.match(opening)))
    if name in BEFORE_NUMBER:
        return bool(NUMBER_OR_ROMAN.match(opening)) and not re.match(r"[A-ZÀ]\s", opening)
    if name in INSIDE_NAMES:
        return not STARTERS.match(opening)
    if ACRONYM.fullmatch(word):
        return not STARTERS.match(opening)
    return bool(INITIAL.fullmatch(word)) and _is_initial(word, earlier, opening)


def _is_initial(word: str, earlier: list[str], opening: str) -> bool:
    """Return whether a letter with a full stop stands for a first name, not at the end of a sentence."""
    previous = earlier[-1].strip("«“\"'’([") if earlier else ""
    if "-" in word and not previous.lower().startswith(("av", "apr")):
        return not STARTERS.match(opening) or bool(PARTICLE.match(opening))
    if "-" in word or previous.lower() in LABELLED or not word.isupper():
        return False
    if not STARTERS.match(opening):
        return True
    product = previous[:1].isupper() and len(previous) > 1 and not previous.endswith((".", ","))
    return bool(PARTICLE.match(opening)) and (not product or STARTERS.fullmatch(previous) is not None)
