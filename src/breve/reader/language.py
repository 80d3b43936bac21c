"""Whether a text is French."""

from __future__ import annotations

import re

from breve.errors import WrongLanguage

MIN_WORDS = 5  # fewer are too weak evidence of a language
SAMPLE = 4_000  # characters that are enough to tell a language
# The languages that a user may give by mistake; the many small ones of the model only add noise to short texts.
LANGUAGES = {
    "ar": "Arabic", "ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English",
    "es": "Spanish", "fi": "Finnish", "fr": "French", "he": "Hebrew", "hu": "Hungarian", "id": "Indonesian",
    "it": "Italian", "ja": "Japanese", "ko": "Korean", "nb": "Norwegian", "nl": "Dutch", "pl": "Polish",
    "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sv": "Swedish", "tr": "Turkish", "uk": "Ukrainian",
    "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
# Log-probability by which another language must be ahead of French. English, German, Spanish or Dutch sentences
# are ahead by 0.7 to 1.5 a character; French ones full of English names by less than 0.15.
MARGIN, MARGIN_PER_CHARACTER = 6.0, 0.2
# Words that French is full of and the other languages lack. A text that has them is French: no need to read the model,
# which takes half a second and 78 MB. They are 4 to 11 % of the sample articles' words, 4 to 15 % of any ten lines of
# FLORES dev.
FRENCH = frozenset(
    ["au", "aux", "avec", "cette", "ces", "dans", "depuis", "elle", "elles", "été", "être", "ils", "leur", "leurs"]
) | {"nous", "ont", "où", "pour", "qu'il", "qu'elle", "sont", "une", "vous"}
CERTAIN_SHARE, CERTAIN_KINDS = 0.03, 5
LATIN = re.compile(r"[A-Za-zÀ-ɏ\u0300-\u036f]")
LETTER = re.compile(r"[^\W\d_]")
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


def check_french(text: str) -> None:
    """Raise WrongLanguage if a text is clearly not French; a few words alone are never refused."""
    found = _other_language(" ".join(WORD.findall(text[: 4 * SAMPLE])).lower()[:SAMPLE])
    if found is not None:
        raise WrongLanguage(
            f"the text seems to be {LANGUAGES[found]} ({found}); it must be French (fr)",
            hint="if it is French after all, use --no-language-check (language_check=False)",
        )


def _other_language(sample: str) -> str | None:
    """Return the language of a sample in small letters, or None if it may be French."""
    words = sample.split()
    known = [word for word in words if word in FRENCH]
    if len(set(known)) >= CERTAIN_KINDS and len(known) >= CERTAIN_SHARE * len(words):
        return None
    letters = LETTER.findall(sample)
    foreign_script = 2 * len(LATIN.findall(sample)) < len(letters)
    if not letters or (len(words) < MIN_WORDS and not foreign_script):
        return None
    from py3langid import rank

    scores = {language: float(score) for language, score in rank(sample) if language in LANGUAGES}
    if foreign_script:
        scores["fr"] = min(scores.values()) - len(sample)
    best = max(scores, key=lambda language: scores[language])
    ahead = scores[best] - scores["fr"]
    return best if ahead > MARGIN + MARGIN_PER_CHARACTER * len(sample) or foreign_script else None
