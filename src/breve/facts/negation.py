"""Whether a sentence denies: by grammar, or by the meaning of a word such as "failed"."""

from __future__ import annotations

import re

from breve.facts.flat import Flat
from breve.facts.types import Language

# "ne" or "n'", at most seven words, then the particle. "Ne ... que" restricts and expletive "ne" has no particle.
_FRENCH = re.compile(
    r"\b(?:ne |n'(?!est-ce pas))(?:[^\s.;:!?]{1,30} ){0,7}?"
    r"(?:pas(?! (?:que|qu'|seulement|uniquement|moins|mal)\b)(?!-)|jamais|plus"
    r"(?! que\b| qu')|rien(?! que\b)|aucune?|personne|guère|nulle?(?! doute)|ni)\b"
    r"|\b(?:aucune?|personne|rien|jamais|nul) (?:\w{1,30} ){0,3}?(?:ne |n')(?!que)"
    r"|(?<![\w-])pas (?:de|d'|encore|du tout|question)\b",
    re.IGNORECASE,
)
_ENGLISH = re.compile(
    r"\b(?:not(?! only\b)|never|no(?! (?:doubt|\.|[0-9]))|none|nothing|nobody|neither|nor|without|cannot|nowhere|non)\b"
    r"|n't\b|\b(?:dont|cant|wont|didnt|doesnt|isnt|aint)\b",
    re.IGNORECASE,
)
# Meaning alone: a translator may write "failed to" for "n'a pas", "is missing" for "n'est pas là".
_LEXICAL_ENGLISH = re.compile(
    r"\b(?:fail\w*|unable|inabil\w+|lack\w*|refus\w+|den(?:y|ied|ies|ying)|hardly|barely|scarcely|rarely|seldom|few|little"
    r"|unless|except\w*|instead|without|stop\w*|prevent\w*|avoid\w*|absen\w+|miss(?:ed|es|ing)?|neglect\w*|nor|"
    r"forbid\w*|forbad\w*|reject\w*|exclud\w+|cease\w*|far from|no-one|anymore|zero|anything but|short of|nay|nope|"
    r"un(?!der|i[tvoq]|ti|less|to)\w{3,}|in(?:valid|sufficient|ab|cap|adequat|conclus|signific|visib|effective|correct|depend|secur|"
    r"dispens|evit|access|approp|compat|complet|consist|different|tolera|suffici|ferti|justice)\w*"
    r"|im(?:possib|prob|perfect|mobil|patien|potent)\w*|ir(?:regul|rel|respons|repla)\w*|il(?:legal|legit|liter|logic)\w*"
    r"|dis(?:agre|lik|obe|satis|approv|allow|regard|continu|appear|belie|connect|miss|pens|trust|qualif)\w*|\w{3,}less|hate\w*|doubt\w*|ignor\w+"
    r"|remain\w* to be|yet to|free from|free of|abstain\w*)\b",
    re.IGNORECASE,
)
_LEXICAL_FRENCH = re.compile(
    r"\b(?:pas|non|sans|ni|aucune?|jamais|rien|personne|nulle?|guère|ne|échou\w+|échec\w*|refus\w+|refusé\w*|manqu\w+|nie\w*|"
    r"absen\w+|défaut|incapab\w+|impossib\w+|impuissan\w+|interdi\w+|empêch\w+|évit\w+|rejet\w+|exclu\w*|renonc\w+|"
    r"cess\w+|arrêt\w*|peu|faute|sauf|hors|loin|trop|plutôt|lieu|in\w{4,}|im\w{4,}|ir\w{4,}|il[lr]\w{3,}|dé\w{4,}|mal\w*|"
    r"démen\w+|privé\w*|dépourvu\w*|seul\w*|mais|contre|anti\w*)\b|\bn'",
    re.IGNORECASE,
)


def find_negations(flat: Flat, language: Language) -> tuple[str, ...]:
    """Return the clear negations of a text as written."""
    pattern = _FRENCH if language == "fr" else _ENGLISH
    found = [flat.written(*match.span()) for match in pattern.finditer(flat.text)]
    return tuple(found)


def count_denials(text: str, language: Language) -> int:
    """Return how many words of a flat text deny, by grammar or by their meaning."""
    if language == "fr":
        return len(_LEXICAL_FRENCH.findall(text))
    plain = {match.start() for match in _ENGLISH.finditer(text)}
    return len(plain) + sum(match.start() not in plain for match in _LEXICAL_ENGLISH.finditer(text))
