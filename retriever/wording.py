"""Words that turn what a sentence says: which way, whether at all, and how surely; in Swedish and English."""

from __future__ import annotations

import re
from functools import cache

from corpus.words import Language

_DIRECTIONS: dict[Language, dict[str, str]] = {
    "en": {
        "down": "fall falls fell fallen falling reduc* decreas* drop drops dropped dropping declin* lower* less fewer "
        "cut cuts cutting diminish* shrink* shrank shrunk went_down down_by",
        "up": "rise rises rose risen rising increas* grow grows grew grown growing growth higher highest more raise "
        "raises raised raising went_up up_by climb*",
        "same": "unchanged unaffected",
        "better": "better improv*",
        "worse": "worse worsen* deteriorat*",
    },
    "sv": {
        "down": "minsk* sjönk* sjunk* sänk* lägre lägst* färre "
        "avta avtar avtog avtagit avtagande reducer* nedgång* mindre gick_ner gått_ner",
        "up": "ök ökar ökad* ökat öka ökning* uppgång* steg stiger stigit stigande "
        "höja höjer höjde höjt höjts höjs höjning* högre högst* fler mer växer "
        "växte vuxit tillta* tilltog",
        "same": "oförändrad* opåverkad*",
        "better": "bättre förbättr*",
        "worse": "sämre försämr* förvärr*",
    },
}
UPRIGHT = frozenset({"down", "up", "same"})
"""The directions that say which way an amount went; the others say what someone thinks of it."""

_DENIES = """
    not no never none nor neither without nothing nobody nowhere cannot hardly scarcely rarely seldom lack lacks lacked
    lacking fail fails failed unable
    inte ej icke ingen inget inga aldrig utan knappt knappast varken sällan saknar saknas saknade saknades saknat föga
    misslyckas misslyckades misslyckats
    """
_SCARCE = (
    r"(?<!\ba )\b(?:little|few)(?= (?:evidence|effect|support|impact|difference|change|studies|proof|signs?|reason)\b)"
    r"|\b(?:få|litet|lite|svagt)(?= (?:belägg|bevis|studier|stöd|tecken|effekt|skillnad|förändring)\b)"
    r"|\w+n['’]t\b"
)
_NO_DENIAL = re.compile(
    r"\bnot (?:only|just|merely)\b|\binte (?:bara|enbart|endast)\b|\bno\.? ?(?=\d)|\butan också\b|\butan även\b",
    re.IGNORECASE,
)

_HEDGES = """
    may might could can perhaps possibly suggest* appear appears appeared seem* likely probably potentially some
    sometimes often usually partly if unless
    kan kunde kanske möjligen möjligtvis tycks tyckt* verkar verkade tyder tydde antyder troligen sannolikt förmodligen
    vissa somliga ibland ofta oftast vanligen vanligtvis delvis ifall
    """
_KEEPS_HEDGE = _HEDGES + " om under_förutsättning förutsatt villkor* certain generally"

_SURER: dict[str, tuple[str, str]] = {
    "all": (
        "all every each everyone everybody everything entire entirely whole completely wholly "
        "alla varje samtliga allt hela helt fullständigt",
        "any anyone nobody ingen",
    ),
    "always": ("always alltid", ""),
    "never": ("never aldrig", ""),
    "most": (
        "most mostly majority mainly largely predominantly flesta majoritet* huvudsak* främst mestadels",
        "*aste mest",
    ),
    "only": ("only solely exclusively merely alone bara endast enbart uteslutande", ""),
    "many": (
        "many numerous several multiple various många flera flertal* åtskilliga otaliga mångfald* ett_antal",
        "a_number varied olika different",
    ),
    "proof": (
        "prove proves proved proven proof conclusive conclusively definite definitely undoubtedly certainly surely "
        "clearly obvious obviously guarantee* demonstrat* bevis* definitivt säkerligen tveklöst otvivelaktigt tydligt "
        "klarlägg* garanter* självklar* uppenbar* utan_tvekan",
        "tydlig clear",
    ),
    "strong": (
        "very much highly extremely strongly dramatically hugely massively considerably substantially sharply "
        "mycket väldigt starkt kraftigt ytterst dramatiskt enormt oerhört avsevärt betydligt markant väsentligt",
        "great greatly strong considerable substantial stor* kraftig* stark* avsevärd* betydande",
    ),
    "duty": ("should must ought bör måste borde", "ska skall shall need* behöv* required obliged compulsory skyldig*"),
    "future": ("will would shall ska skall skulle kommer_att", "should must bör måste may kan can could"),
    "cause": (
        "because since therefore hence thus due caus* lead leads led eftersom därför alltså således "
        "orsak* leder ledde beror",
        "so då för genom by through result* following means medför* innebär",
    ),
    "before": ("before previously earlier innan före tidigare dessförinnan", "prior was_once"),
    "after": ("after afterwards subsequently efter sedan därefter", "following later when senare när since"),
    "least": ("at_least more_than mer_än fler_än minst", "over över"),
    "bound": ("up_to upp_till at_most som_mest less_than mindre_än fewer_than färre_än nearly almost nästan", "högst"),
}
"""Groups of words that make a sentence say more, and further words that let a quote carry such a sentence."""
_KEPT_WITH_AMOUNTS = ("least", "bound")
_SUPERLATIVE = re.compile(
    r"\bmost\s\w+|\b(?:best|worst|largest|greatest|biggest|smallest|strongest|\w{3,}ast[ea]?|bäst[ae]?|sämst[ae]?|störst[ae]?)\b",
    re.I,
)
_NO_SUPERLATIVE = frozenset("kontrast fasta hasta past last contrast forecast broadcast breakfast bostad".split())


def _pattern(words: str, *further: str) -> re.Pattern[str]:
    forms = [word.replace("_", r"\s").replace("*", r"\w*") for word in words.split()]
    return re.compile("|".join([rf"(?<![\w-])(?:{'|'.join(forms)})(?![\w-])", *further]), re.IGNORECASE)


_WAYS = {lang: {way: _pattern(words) for way, words in ways.items()} for lang, ways in _DIRECTIONS.items()}
_DENIAL, _SCARCELY = _pattern(_DENIES, _SCARCE), re.compile(_SCARCE.rsplit("|", 1)[0], re.IGNORECASE)
_HEDGE, _HEDGE_KEPT = _pattern(_HEDGES), _pattern(_KEEPS_HEDGE)
_SURE = {group: (_pattern(words), _pattern(words + " " + also)) for group, (words, also) in _SURER.items()}


def directions(text: str, language: Language) -> frozenset[str]:
    """Which ways a text says that something went: "down", "up", "same", "better", "worse"."""
    return frozenset(way for way, pattern in _WAYS[language].items() if pattern.search(text))


def turns(text: str, language: Language) -> list[tuple[int, int, str]]:
    """Where a text says "down", "up" or "same", in order."""
    ways = [(way, pattern) for way, pattern in _WAYS[language].items() if way in UPRIGHT]
    return sorted((*match.span(), way) for way, pattern in ways for match in pattern.finditer(text))


def denials(text: str) -> list[int]:
    """Where a text denies something ("not", "utan", "little evidence"); "not only" and "inte bara" deny nothing."""
    set_aside = [match.span() for match in _NO_DENIAL.finditer(text)]
    found = (match.start() for match in _DENIAL.finditer(text))
    return [at for at in found if not any(a <= at < b for a, b in set_aside)]


def says_scarce(text: str) -> bool:
    """Does a text say that there is little evidence? That is not to say that something is not so."""
    return _SCARCELY.search(text) is not None


def is_surer(text: str, held: str, figures: bool) -> bool:
    """Does a text say more, or more surely, than one that should carry it? With `figures`, bounds must be the same."""
    for group, (says, carries) in _SURE.items():
        if says.search(text) and not carries.search(held):
            return True
        if figures and group in _KEPT_WITH_AMOUNTS and says.search(held) and not carries.search(text):
            return True
    if _HEDGE.search(held) and not _HEDGE_KEPT.search(text):
        return True
    return _is_superlative(text) and not _is_superlative(held)


def _is_superlative(text: str) -> bool:
    return any(match[0].lower() not in _NO_SUPERLATIVE for match in _SUPERLATIVE.finditer(text))


@cache
def is_turning(word: str, language: Language) -> bool:
    """Is this one of the words above, which are held against the quote by what they do and not as words?"""
    return any(
        pattern.fullmatch(word)
        for pattern in (*_WAYS[language].values(), _DENIAL, _HEDGE_KEPT, *(says for says, _ in _SURE.values()))
    ) or word in ("little", "few", "få", "litet", "lite")
