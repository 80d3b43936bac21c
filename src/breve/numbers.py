"""The numbers of a French and of an English text, in one normal form."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Literal

Language = Literal["fr", "en"]

NUMBER = re.compile(r"(?<![\w.,])\d{1,3}(?:[  \u202f\u2009]\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)*")
SCALES: dict[Language, tuple[tuple[re.Pattern[str], int], ...]] = {
    "fr": (
        (re.compile(r"\s?(?:milliards?\b|mds?\b|mrds?\b)", re.I), 10**9),
        (re.compile(r"\s?billions?\b", re.I), 10**12),
        (re.compile(r"\s?(?:millions?\b|M(?=\s?[$€£]))", re.I), 10**6),
        (re.compile(r"\s?(?:mille\b|milliers?\b)", re.I), 10**3),
    ),
    "en": (
        (re.compile(r"[\s-]?(?:trillions?\b|tn\b)", re.I), 10**12),
        (re.compile(r"[\s-]?(?:billions?\b|bn\b)", re.I), 10**9),
        (re.compile(r"[\s-]?(?:millions?\b|mn\b)|m\b", re.I), 10**6),
        (re.compile(r"[\s-]?thousand\b|k\b", re.I), 10**3),
    ),
}
HOUR = re.compile(r"\b(\d{1,2})\s?(?:h|heures)\s?(\d{2})?\b", re.I)
CLOCK = re.compile(r"\b(\d{1,2})(?:[.:](\d{2}))?\s?[ap]\.?m\b", re.I)
WORDS: dict[Language, dict[str, int]] = {
    "fr": dict(
        deux=2, trois=3, quatre=4, cinq=5, six=6, sept=7, huit=8, neuf=9, dix=10, onze=11, douze=12, treize=13,
        quatorze=14, quinze=15, seize=16, vingt=20, trente=30, quarante=40, cinquante=50, soixante=60, cent=100,
        cents=100, mille=1000, dizaine=10, dizaines=10, douzaine=12, quinzaine=15, vingtaine=20, trentaine=30,
        cinquantaine=50, centaine=100, centaines=100, millier=1000, milliers=1000, premier=1, première=1, second=2,
        seconde=2, deuxième=2, troisième=3, quatrième=4, cinquième=5, sixième=6, dixième=10, un=1, une=1,
    ),
    "en": dict(
        one=1, two=2, three=3, four=4, five=5, six=6, seven=7, eight=8, nine=9, ten=10, eleven=11, twelve=12,
        thirteen=13, fourteen=14, fifteen=15, sixteen=16, seventeen=17, eighteen=18, nineteen=19, twenty=20, thirty=30,
        forty=40, fifty=50, sixty=60, seventy=70, eighty=80, ninety=90, hundred=100, thousand=1000, dozen=12, first=1,
        second=2, third=3, fourth=4, fifth=5, sixth=6, tenth=10,
    ),
}  # fmt: skip


def values(token: str, language: Language) -> set[Decimal]:
    """Return what a token of digits can mean: a comma or full stop may part thousands or decimals."""
    token = re.sub(r"\s", "", token)
    decimal, thousands = (",", ".") if language == "fr" else (".", ",")
    parts = re.split(r"[.,]", token)
    found = set()
    if len(parts) == 1:
        return {Decimal(token)}
    if all(len(part) == 3 for part in parts[1:]) and len(parts[0]) <= 3:
        found.add(Decimal("".join(parts)))
    if token.count(decimal) == 1 and token.rfind(decimal) > token.rfind(thousands):
        found.add(Decimal("".join(parts[:-1]) + "." + parts[-1]))
    # "3.5" stands in French texts too, and "2.10.2024" is three numbers.
    if len(parts) == 2:
        found.add(Decimal(".".join(parts)))
    return found or {Decimal(part) for part in parts if part}


def digit_numbers(text: str, language: Language) -> list[tuple[str, set[Decimal]]]:
    """Return each number written with digits and the values, scale included, that it can have."""
    found = []
    for hit in NUMBER.finditer(text):
        scale = next((n for pattern, n in SCALES[language] if pattern.match(text, hit.end())), 1)
        found.append((hit.group(), {value * scale for value in values(hit.group(), language)}))
    return found


def known_values(text: str, language: Language) -> set[Decimal]:
    """Return every value that a text may be said to state: digits, hours, number words."""
    known = {value for _, several in digit_numbers(text, language) for value in several}
    for hit in HOUR.finditer(text):
        hour, minutes = int(hit[1]), hit[2]
        known |= {Decimal(hour), Decimal(hour % 12 or 12)} | ({Decimal(int(minutes))} if minutes else set())
        known |= {Decimal(f"{h}.{minutes}") for h in {hour, hour % 12 or 12} if minutes}
    for hit in CLOCK.finditer(text):
        known |= {Decimal(int(hit[1])), Decimal(int(hit[1]) + 12)} | ({Decimal(int(hit[2]))} if hit[2] else set())
    return known | _spelled(text.lower(), language)


def _spelled(text: str, language: Language) -> set[Decimal]:
    """Return the values of number words, alone and as runs: "deux cents", "vingt-cinq millions"."""
    names, found = WORDS[language], set()
    total = current = 0
    for word in [*re.findall(r"[^\W\d_]+", text), ""]:
        value = names.get(word)
        if value is None and word not in {"et", "and"}:
            scale = next((n for pattern, n in SCALES[language] if word and pattern.fullmatch(word)), 1)
            found.add((total + current) * scale)
            total = current = 0
        elif value in {100, 1000}:
            total, current = (total, max(current, 1) * 100) if value == 100 else ((total + max(current, 1) * 1000), 0)
        elif value == 20 and current % 100 == 4:
            current += 76
        elif value is not None:
            found.add(value)
            current += value
    return {Decimal(value) for value in found if value}
