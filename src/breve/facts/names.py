"""Names: capitalised words and product codes, and how one language writes the names of the other."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

from babel import Locale

from breve.facts.flat import Flat, Token
from breve.facts.lexicon import UNITS
from breve.facts.types import Language, Name

# French name = English name, beside the territories of the CLDR; one pair a line entry, folded when read.
_EXONYMS = """
union européenne=european union|ue=eu|otan=nato|onu=un|onu=united nations|nations unies=un|nations unies=united nations|
états-unis=us|états-unis=united states|états-unis=america|états-unis=usa|etats-unis=u.s|usa=us|royaume-uni=uk|
royaume-uni=britain|royaume-uni=united kingdom|grande-bretagne=uk|grande-bretagne=britain|angleterre=england|écosse=scotland|londres=london|
moscou=moscow|pékin=beijing|varsovie=warsaw|vienne=vienna|athènes=athens|lisbonne=lisbon|bruxelles=brussels|
genève=geneva|cologne=köln|munich=münchen|le caire=cairo|alger=algiers|tchéquie=czech republic|fmi=imf|oms=who|bce=ecb|
pib=gdp|tva=vat|pdg=ceo|oit=ilo|ocde=oecd|opep=opec|omc=wto|brésil=brazil|corée=korea|rdc=drc|
premier ministre=prime minister|noël=christmas|pâques=easter|dieu=god|terre=earth|lune=moon|méditerranée=mediterranean|
manche=channel|rhin=rhine|danube=danube|alpes=alps|moyen-orient=middle east|proche-orient=middle east|occident=west|
maison blanche=white house|kremlin=kremlin|vih=hiv|sida=aids|adn=dna|aiea=iaea|ong=ngo|tpi=icc|cpi=icc|nouvelle-zélande=new zealand
"""
# English words with a capital that French writes small: nationalities, languages, titles, days.
_SMALL_IN_FRENCH = frozenset(
    """
american british english french german italian spanish russian chinese japanese korean european african asian arab
israeli iranian iraqi turkish greek polish czech dutch swiss swedish danish norwegian finnish hungarian austrian belgian
portuguese irish scottish welsh canadian mexican brazilian indian pakistani afghan syrian egyptian ukrainian romanian
bulgarian serbian croatian catholic christian muslim islamic islamist jewish protestant orthodox buddhist hindu westerner
democrat democratic republican communist socialist conservative liberal president minister prime mr mrs ms dr miss sir
lord king queen prince pope senator secretary general professor i internet western eastern northern southern latin north
south east west jew monday tuesday wednesday thursday friday saturday sunday january february march april may june july
august september october november december god earth moon sun bible christmas easter state government parliament congress
senate court party bank university house union council committee commission ministry department office central national
international federal royal united new street avenue square church institute company group association agency society
school centre center board police army force act law constitution world war frenchman frenchmen englishman englishmen
briton scot spaniard dane swede pole turk finn airport power teacher trade commerce high supreme auditor railway treasury
year eve lady award bureau watch youth labour labor sport sports republic black white first second third affair foreign
interior justice defence defense education health finance economy economic environment security authority supervision
district region county city town hall museum library theatre river lake mountain sea ocean island bay street road station
museum festival cup league championship olympics game games report service services fund project program programme plan
treaty agreement convention charter declaration day night mayor governor judge chief director chairman officer captain
colonel lieutenant major republics kingdom empire revolution era age renaissance college academy laboratory hospital
middle far old great grand golden red green blue people human rights nation network system management development
the a an of and in on for to with by at from as is it he she we they you this that these those not no yes but if or
""".split()
)
_FRENCH_COMMON = frozenset(
    """
etat eglise republique monsieur madame mme m mlle dr president ministre parlement senat assemblee gouvernement cour conseil
parti banque universite ecole internet dieu le la les l un une de du des et en a au aux ce ces il elle syndicat tribunal
commerce autorite ministere jeunesse tresor chemin premiere premier nouvel nouveau nouvelle grand grande petit haut haute
pape reviseur office bureau supervision rep oscar panier sommet bourse trois deuxieme second commission comite groupe union
americain francais anglais allemand espagnol italien russe chinois japonais tcheque slovaque polonais hongrois autrichien
belge suisse suedois danois norvegien finlandais grec turc arabe juif musulman chretien catholique occidental europeen
africain asiatique britannique ecossais ecossaise irlandais israelien palestinien iranien irakien afghan indien pakistanais
canadien mexicain bresilien argentin portugais roumain bulgare serbe croate ukrainien quebecois parisien orient occident
nord sud est ouest constitution loi code institut societe association agence centre ligue coupe federation maison palais
place rue avenue musee theatre hopital aeroport gare port mer mont lac fleuve ile guerre histoire terre lune soleil homme
que qui pas pour par sur dans avec sans mais ou donc or ni car se son sa ses leur notre votre je tu nous vous ils elles on
""".split()
)
_PARTICLES = frozenset(["de", "du", "des", "la", "le", "of", "the", "van", "von", "bin", "al", "ben", "der"])
_CODE = re.compile(r"(?=\w*[0-9])(?=\w*[A-Z])[A-Z0-9]\w{1,11}\Z|[A-Z]{1,6}[a-z]?[0-9]{1,4}\Z")
_OPENERS = frozenset('.!?:;"([*•-…')


def fold(text: str) -> str:
    """Return a text without accents and case."""
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char)).replace("œ", "oe").replace("æ", "ae")


@lru_cache(maxsize=1)
def exonyms() -> dict[str, frozenset[str]]:
    """Return folded French words of names with the folded English words that may stand for them."""
    table: dict[str, set[str]] = {}
    french, english = Locale("fr").territories, Locale("en").territories
    pairs = [(str(french[code]), str(english[code])) for code in french if code in english]
    pairs += [(f, e) for f, e in (entry.strip().split("=") for entry in _EXONYMS.split("|"))]
    for name, other in pairs:
        words = set(re.findall(r"\w+", fold(other)))
        for word in re.findall(r"\w+", fold(name)):
            if len(word) > 1 and word not in _PARTICLES:
                table.setdefault(word, set()).update(words - _PARTICLES)
    return {word: frozenset(others) for word, others in table.items()}


def find_names(flat: Flat, language: Language) -> Iterator[Name]:
    """Yield the runs of capitalised words and codes; those that open a sentence are weak."""
    tokens, index = flat.tokens, 0
    shouted = _shouted(tokens)
    while index < len(tokens):
        if not _is_capital(tokens[index]):
            index += 1
            continue
        end = index + 1
        while (
            end < len(tokens)
            and (_is_capital(tokens[end]) or _joins(tokens, end))
            and tokens[end].start - tokens[end - 1].end <= 1
        ):
            end += 1
        start, stop = tokens[index].start, tokens[end - 1].end
        weak = shouted or (end == index + 1 and _opens(tokens, index) and not is_code(tokens[index].shape))
        keys = frozenset(fold(token.shape) for token in tokens[index:end] if token.shape[0].isalpha())
        yield Name(flat.span(start, stop), flat.written(start, stop), keys, weak)
        index = end


def is_code(word: str) -> bool:
    """Return whether a word is a product code or an acronym with a digit: YU7, A320, G20."""
    return bool(_CODE.match(word))


def _is_capital(token: Token) -> bool:
    return (token.shape[0].isupper() and (len(token.shape) > 1 or token.shape in "XYZS")) or is_code(token.shape)


def _joins(tokens: Sequence[Token], index: int) -> bool:
    return tokens[index].text == "-" and index + 1 < len(tokens) and _is_capital(tokens[index + 1])


def _opens(tokens: Sequence[Token], index: int) -> bool:
    return index == 0 or tokens[index - 1].text in _OPENERS or (index == 1 and not tokens[0].text.isalpha())


def _shouted(tokens: Sequence[Token]) -> bool:
    """Return whether a text is in title case or capitals, so that a capital says nothing."""
    words = [token for token in tokens if token.shape[0].isalpha() and len(token.shape) > 3]
    return len(words) > 3 and sum(word.shape[0].isupper() for word in words) > 0.7 * len(words)


def name_words(flat: Flat, language: Language) -> list[str]:
    """Return the words, as written, that are surely names: no opener of a sentence, no common word."""
    if _shouted(flat.tokens):
        return []
    common = _FRENCH_COMMON if language == "fr" else _SMALL_IN_FRENCH

    def sure(index: int, token: Token) -> bool:
        if not _is_capital(token) or len(token.shape) < 2:
            return False
        folded = fold(token.shape)
        if folded in UNITS or folded in common or folded.rstrip("s") in common or folded.removesuffix("es") in common:
            return False
        return is_code(token.shape) or not _opens(flat.tokens, index)

    return [token.shape for index, token in enumerate(flat.tokens) if sure(index, token)]


@lru_cache(maxsize=8192)
def sound(word: str) -> str:
    """Return a rough skeleton in which transliterations agree: Poutine and Putin, Chtchoukine and Shchukin."""
    text = re.sub(r"[^a-z0-9]", "", fold(word))
    for old, new in (("tch", "c"), ("ch", "c"), ("sh", "c"), ("ou", "u"), ("ph", "f"), ("qu", "k"), ("dj", "j"), ("w", "v"), ("y", "i"), ("z", "s"), ("k", "c"), ("h", "")):  # fmt: skip
        text = text.replace(old, new)
    return re.sub(r"(.)\1+", r"\1", re.sub(r"(?:es?|s|a|ia?)\Z", "", text))


def alike(one: str, other: str) -> float:
    """Return the share of letter pairs that two words have in common, from 0 to 1 (Dice, on their sounds)."""
    a, b = sound(one), sound(other)
    if not a or not b:
        return float(a == b)
    if a == b or (len(a) > 3 and len(b) > 3 and a[:4] == b[:4]):
        return 1.0
    first, second = {a[i : i + 2] for i in range(len(a) - 1)}, {b[i : i + 2] for i in range(len(b) - 1)}
    return 2 * len(first & second) / max(1, len(first) + len(second))


def orphans(source: Flat, target: Flat) -> tuple[list[str], list[str]]:
    """Return the name words of the French and of the English text that have no counterpart in the other."""
    french, english = _folded(source), _folded(target)
    capitals = {folded: capital for folded, capital in english.items() if capital}
    table = exonyms()
    foreign = {other for word in french for other in table.get(word, ())}
    lost = [w for w in name_words(source, "fr") if not _counterpart(w, english, capitals, table.get(fold(w), frozenset()))]
    new = [w for w in name_words(target, "en") if fold(w) not in foreign and not _counterpart(w, french, french, frozenset())]
    return list(dict.fromkeys(lost)), list(dict.fromkeys(new))


def _folded(flat: Flat) -> dict[str, bool]:
    """Return the folded words of a text, and whether each has a capital."""
    words: dict[str, bool] = {}
    for token in flat.tokens:
        if token.shape[0].isalpha():
            folded = fold(token.shape)
            words[folded] = words.get(folded, False) or token.shape[0].isupper()
    return words


def _counterpart(word: str, others: dict[str, bool], similar: dict[str, bool], known: frozenset[str]) -> bool:
    """Return whether ``others`` hold a word, an exonym of it, or ``similar`` one that sounds like it."""
    folded = fold(word)
    if folded in others or not known.isdisjoint(others):
        return True
    if is_code(word):
        return False
    if word.isupper() and len(word) <= 5:  # an acronym may be spelled out, or have its letters in another order
        return any(set(folded) == set(other) for other in others) or _spelled(folded, others)
    near = (other for other in similar if len(other) > 2 and abs(len(other) - len(folded)) < 5)
    return any(alike(folded, other) >= (0.5 if similar[other] else 0.6) for other in near)


def _spelled(acronym: str, others: dict[str, bool]) -> bool:
    initials = {other[0] for other in others}
    return len(acronym) > 2 and set(acronym) <= initials
