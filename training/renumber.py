"""Other numbers in a sentence pair, in digits or in words: a model has to read them, it can't know them."""

import random
import re

LONG = re.compile(r"\d+")
YEAR = re.compile(r"(19|20)\d\d")
# A number of one or two digits that counts what follows, neither part of a date nor of a larger number.
MONTHS = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre|ou|et|à"
FRENCH_COUNT = re.compile(rf"(?<![\d.,:/-])(?<![\d.,] )\b(\d{{1,2}})(?= (?!(?:{MONTHS})\b)[a-zà-ÿœ]{{3,}})")
ENGLISH_COUNT = r"(?<![\d.,:/$€£-])\b{}(?= (?!(?:or|and|to)\b)[a-z]{{3,}})"
LEAST = 3
FRENCH = [
    "", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix",
    "onze", "douze", "treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf",
]  # fmt: skip
FRENCH_TENS = ["", "", "vingt", "trente", "quarante", "cinquante", *["soixante"] * 2, *["quatre-vingt"] * 2]
ENGLISH = [
    "", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]  # fmt: skip
ENGLISH_TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def french(number: int) -> str:
    """Return a number from 1 to 99 in French words."""
    if number < len(FRENCH):
        return FRENCH[number]
    tens = number // 10
    rest = number - 10 * tens + (10 if tens in {7, 9} else 0)
    if rest == 0:
        return "quatre-vingts" if tens == 8 else FRENCH_TENS[tens]
    return FRENCH_TENS[tens] + (" et " if rest in {1, 11} and tens < 8 else "-") + FRENCH[rest]


def english(number: int) -> str:
    """Return a number from 1 to 99 in English words."""
    if number < len(ENGLISH):
        return ENGLISH[number]
    tens, rest = divmod(number, 10)
    return ENGLISH_TENS[tens] + (f"-{ENGLISH[rest]}" if rest else "")


def with_new_digits(source: str, target: str, rng: random.Random) -> tuple[str, str]:
    """Replace each number of two to six digits that both sides write alike by another of its length."""
    shared = set(LONG.findall(source)) & set(LONG.findall(target))
    mapping = {n: str(rng.randint(10 ** (len(n) - 1), 10 ** len(n) - 1)) for n in sorted(shared) if 2 <= len(n) <= 6}
    mapping = {old: new for old, new in mapping.items() if not YEAR.fullmatch(old)}

    def swap(hit: re.Match[str]) -> str:
        return mapping.get(hit.group(), hit.group())

    return LONG.sub(swap, source), LONG.sub(swap, target)


def in_words(source: str, target: str, rng: random.Random) -> tuple[str, str]:
    """Replace each count that both sides write once in digits by another one in words."""
    for digits in sorted({hit[1] for hit in FRENCH_COUNT.finditer(source)}):
        counted = re.compile(ENGLISH_COUNT.format(digits))
        if int(digits) < LEAST or len(re.findall(rf"\b{digits}\b", source)) != 1 or len(counted.findall(target)) != 1:
            continue
        new = rng.randint(LEAST, 99)
        source = re.sub(rf"\b{digits}\b", french(new), source)
        target = counted.sub(english(new), target)
    return source, target
