"""Number words, scales and units of French and English, as data."""

from __future__ import annotations

from decimal import Decimal

from breve.facts.types import Language

D = Decimal

_FR = {
    "zéro": 0, "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8,
    "neuf": 9, "dix": 10, "onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16,
    "vingt": 20, "vingts": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "septante": 70,
    "huitante": 80, "octante": 80, "nonante": 90, "cent": 100, "cents": 100, "mille": 1000, "milles": 1000,
}  # fmt: skip
_EN = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40,
    "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100, "thousand": 1000,
}  # fmt: skip
CARDINALS: dict[Language, dict[str, int]] = {"fr": _FR, "en": _EN}

_STEMS = {
    "un": 1, "deux": 2, "trois": 3, "quatr": 4, "cinqu": 5, "six": 6, "sept": 7, "huit": 8, "neuv": 9, "dix": 10,
    "onz": 11, "douz": 12, "treiz": 13, "quatorz": 14, "quinz": 15, "seiz": 16, "vingt": 20, "trent": 30,
    "quarant": 40, "cinquant": 50, "soixant": 60, "septant": 70, "nonant": 90, "cent": 100, "mill": 1000,
}  # fmt: skip
_ENGLISH_ORDINALS = {
    "first": 1, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
    "eleventh": 11, "twelfth": 12, "twentieth": 20, "thirtieth": 30, "fortieth": 40, "fiftieth": 50, "sixtieth": 60,
    "seventieth": 70, "eightieth": 80, "ninetieth": 90, "hundredth": 100, "thousandth": 1000, "second": 2,
}  # fmt: skip
ORDINALS: dict[Language, dict[str, int]] = {
    "fr": {f"{stem}ième{s}": value for stem, value in _STEMS.items() for s in ("", "s")}
    | {"premier": 1, "première": 1, "premiers": 1, "premières": 1, "second": 2, "seconde": 2}
    | {"deuxièmement": 2, "troisièmement": 3, "premièrement": 1},
    "en": _ENGLISH_ORDINALS
    | {f"{word}s": value for word, value in _ENGLISH_ORDINALS.items() if value > 2}
    | {f"{word}th": value for word, value in _EN.items() if 13 <= value <= 19}
    | {"firstly": 1, "secondly": 2, "thirdly": 3},
}

# Words that say a number by the way: the other language may say it with a numeral, or not at all.
# "half" is also 50 (per cent) and the 2 of "un sur deux"; "quarter" is also three months.
HINTS: dict[Language, dict[str, tuple[str, ...]]] = {
    "fr": {
        "moitié": ("0.5", "2", "50"), "demi": ("0.5", "30", "2"), "demie": ("0.5", "30", "2"), "demis": ("0.5",),
        "tiers": ("3", "33"), "quart": ("4", "15", "25", "0.25"), "quarts": ("4", "45", "75"), "double": ("2",),
        "doubler": ("2",), "doublé": ("2",), "doubles": ("2",), "triple": ("3",), "tripler": ("3",), "triplé": ("3",),
        "quadruple": ("4",), "quadruplé": ("4",), "décennie": ("10",), "décennies": ("10",), "siècle": ("100",),
        "siècles": ("100",), "trimestre": ("3", "4"), "trimestres": ("3",), "semestre": ("6", "2"), "couple": ("2",),
        "jumeaux": ("2",), "jumelles": ("2",), "paire": ("2",), "trio": ("3",), "duo": ("2",), "quatuor": ("4",),
        "midi": ("12",), "minuit": ("12", "0"), "quinquennat": ("5",), "septennat": ("7",), "trentenaire": ("30",),
        "quotidien": ("24",), "hebdomadaire": ("7",), "bilatéral": ("2",), "trilatéral": ("3",), "week-end": ("2",),
        "année": ("12",), "an": ("12",), "jour": ("24",), "heure": ("60",), "semaine": ("7", "8"), "mois": ("30", "4"),
        "quinquagénaire": ("50",), "quadragénaire": ("40",), "sexagénaire": ("60",), "septuagénaire": ("70",),
        "octogénaire": ("80",), "nonagénaire": ("90",), "centenaire": ("100",), "bicentenaire": ("200",),
        "cinquantenaire": ("50",), "millénaire": ("1000",), "biennal": ("2",), "bimensuel": ("2",), "ambes": ("2",),
        "dizaine": ("10", "12"), "dizaines": ("10",), "douzaine": ("12", "10"), "douzaines": ("12",),
        "quinzaine": ("15", "14", "2"), "vingtaine": ("20",), "trentaine": ("30",), "quarantaine": ("40",),
        "cinquantaine": ("50",), "soixantaine": ("60",), "centaine": ("100",), "centaines": ("100",),
        "mi-temps": ("0.5",), "quarante-huitards": ("48",), "unique": ("1",), "milliers": ("1000",),
    },
    "en": {
        "half": ("0.5", "2", "50", "30", "6"), "halves": ("0.5", "2"), "halved": ("0.5", "2", "50"),
        "quarter": ("4", "15", "25", "3", "0.25", "45"), "quarters": ("4", "3", "75"), "twice": ("2",),
        "double": ("2",), "doubled": ("2",), "doubles": ("2",), "doubling": ("2",), "twofold": ("2",), "both": ("2",),
        "pair": ("2",), "pairs": ("2",), "couple": ("2",), "either": ("2",), "two-thirds": ("2", "3"), "duo": ("2",),
        "triple": ("3",), "tripled": ("3",), "thrice": ("3",), "trio": ("3",), "threefold": ("3",), "fourfold": ("4",),
        "quadruple": ("4",), "quadrupled": ("4",), "tenfold": ("10",), "fivefold": ("5",), "decade": ("10",),
        "decades": ("10",), "century": ("100",), "centuries": ("100",), "millennium": ("1000",), "fortnight": ("15",
        "14"),
        "twins": ("2",), "twin": ("2",), "dozen": ("12", "10"), "dozens": ("12", "10"), "score": ("20",),
        "noon": ("12",),
        "midnight": ("12", "0"), "teenager": ("10",), "teens": ("10",), "semester": ("6",), "year": ("12",),
        "day": ("24",), "hour": ("60",), "week": ("7", "8"), "month": ("30", "4"), "centenary": ("100",),
        "bicentenary": ("200",), "centennial": ("100",), "bicentennial": ("200",), "twenties": ("20",),
        "thirties": ("30",), "forties": ("40",), "fifties": ("50",), "sixties": ("60",), "seventies": ("70",),
        "eighties": ("80",), "nineties": ("90",), "septuagenarian": ("70",), "octogenarian": ("80",), "tens": ("10",),
        "hundreds": ("100",), "single": ("1",), "once": ("1",), "another": ("1",), "semi": ("0.5",), "biennial": ("2",),
        "weeks": ("15",), "quadrupling": ("4",), "tripling": ("3",), "halving": ("2",),
    },
}  # fmt: skip

COLLECTIVES = {
    "dizaine": 10, "douzaine": 12, "quinzaine": 15, "vingtaine": 20, "trentaine": 30, "quarantaine": 40,
    "cinquantaine": 50, "soixantaine": 60, "centaine": 100, "centaines": 100, "dozen": 12, "dizaines": 10,
    "douzaines": 12, "dozens": 12,
}  # fmt: skip

_K, _M, _G, _T = D(10) ** 3, D(10) ** 6, D(10) ** 9, D(10) ** 12
SCALES: dict[Language, dict[str, Decimal]] = {
    "fr": {
        "mille": _K, "millier": _K, "milliers": _K, "million": _M, "millions": _M, "milliard": _G, "milliards": _G,
        "billion": _T, "billions": _T, "md": _G, "mds": _G, "mrd": _G, "mrds": _G, "mio": _M, "mia": _G,
    },
    "en": {
        "thousand": _K, "thousands": _K, "million": _M, "millions": _M, "billion": _G, "billions": _G, "trillion": _T,
        "trillions": _T, "bn": _G, "tn": _T, "mn": _M, "mln": _M, "bln": _G, "milliard": _G, "milliards": _G,
        "bil": _G, "mil": _M, "hundred": D(100),
    },
}  # fmt: skip
# Letters that are a scale only beside a currency: M$, 90m$, $3b, 5 k€, G€.
LETTERS = {"k": _K, "m": _M, "g": _G, "b": _G, "t": _T}

SYMBOLS = {
    "€": "EUR",
    "$": "USD",
    "£": "GBP",
    "¥": "JPY",
    "₽": "RUB",
    "₹": "INR",
    "₩": "KRW",
    "₺": "TRY",
    "%": "percent",
}
_UNITS = {
    "percent": "percent pourcent pct",
    "EUR": "euro euros eur euros",
    "USD": "dollar dollars usd",
    "GBP": "sterling gbp",
    "JPY": "yen yens jpy",
    "CNY": "yuan yuans cny renminbi",
    "RUB": "rouble roubles ruble rubles rub",
    "CHF": "chf",
    "INR": "roupie roupies rupee rupees inr",
    "SEK": "sek", "NOK": "nok", "DKK": "dkk", "CZK": "czk", "PLN": "zloty zlotys pln", "HUF": "forint forints huf",
    "KRW": "won wons krw", "TRY": "try", "BRL": "real reals brl", "CAD": "cad", "AUD": "aud",
    "point": "point points",
    "km": "km kms kilomètre kilomètres kilometre kilometres kilometer kilometers",
    "m": "m mètre mètres metre metres meter meters",
    "cm": "cm centimètre centimètres centimeter centimeters centimetre centimetres",
    "mm": "mm millimètre millimètres millimeter millimeters millimetre millimetres",
    "mile": "mile miles", "foot": "feet foot ft pied pieds", "inch": "inch inches pouce pouces", "yard": "yard yards",
    "kg": "kg kilo kilos kilogramme kilogrammes kilogram kilograms", "g": "gramme grammes gram grams",
    "tonne": "tonne tonnes ton tons", "pound": "pound pounds lb lbs livre livres",
    "ounce": "ounce ounces oz once onces",
    "litre": "litre litres liter liters", "gallon": "gallon gallons", "hectare": "hectare hectares ha",
    "acre": "acre acres", "km2": "km2 km²", "m2": "m2 m²", "mph": "mph", "km/h": "kph kmh",
    "hour": "heure heures hour hours", "minute": "minute minutes min", "second": "secondes seconds",
    "day": "jour jours day days", "week": "semaine semaines week weeks", "month": "mois month months",
    "year": "an ans année années year years", "W": "watt watts w", "kW": "kw kilowatt kilowatts",
    "MW": "mw mégawatt mégawatts megawatt megawatts", "GW": "gw gigawatt gigawatts", "kWh": "kwh", "MWh": "mwh",
    "GWh": "gwh", "TWh": "twh", "hp": "ch chevaux hp horsepower", "kB": "ko kb", "MB": "mo mb", "GB": "go gb",
    "TB": "to tb",
}  # fmt: skip
UNITS = {word: unit for unit, words in _UNITS.items() for word in words.split()}
SHORT_UNITS = frozenset(
    ["m", "w", "to", "go", "mo", "ko", "ch", "min", "once", "onces", "real", "try", "ha"]
)  # units only straight after digits

# unit -> (dimension, factor to the dimension's base)
DIMENSIONS: dict[str, tuple[str, Decimal]] = {
    "km": ("length", D(1000)), "m": ("length", D(1)), "cm": ("length", D("0.01")), "mm": ("length", D("0.001")),
    "mile": ("length", D("1609.344")), "foot": ("length", D("0.3048")), "inch": ("length", D("0.0254")),
    "yard": ("length", D("0.9144")), "kg": ("mass", D(1)), "g": ("mass", D("0.001")), "tonne": ("mass", D(1000)),
    "pound": ("mass", D("0.45359237")), "ounce": ("mass", D("0.02834952")), "litre": ("volume", D(1)),
    "gallon": ("volume", D("3.785412")), "hectare": ("area", D(10000)), "acre": ("area", D("4046.856")),
    "km2": ("area", D(1000000)), "m2": ("area", D(1)), "km/h": ("speed", D(1)), "mph": ("speed", D("1.609344")),
    "second": ("time", D(1)), "minute": ("time", D(60)), "hour": ("time", D(3600)), "day": ("time", D(86400)),
    "week": ("time", D(604800)), "month": ("time", D("2629800")), "year": ("time", D("31557600")),
    "W": ("power", D(1)), "kW": ("power", D(1000)), "MW": ("power", D(10) ** 6), "GW": ("power", D(10) ** 9),
    "hp": ("power", D("735.5")), "kB": ("data", D(1)), "MB": ("data", D(1000)), "GB": ("data", D(10) ** 6),
    "TB": ("data", D(10) ** 9), "kWh": ("energy", D(1)), "MWh": ("energy", D(1000)), "GWh": ("energy", D(10) ** 6),
    "TWh": ("energy", D(10) ** 9),
}  # fmt: skip

APPROXIMATORS = frozenset(
    [
        "environ",
        "quelque",
        "près",
        "presque",
        "autour",
        "vers",
        "plus",
        "moins",
        "approximativement",
        "~",
        "about",
        "around",
        "some",
        "nearly",
        "almost",
        "over",
        "roughly",
        "approximately",
        "under",
        "more",
        "less",
        "circa",
        "close",
        "just",
        "up",
        "than",
    ]
)
