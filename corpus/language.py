"""Which language; where sentences end; the stems and character 4-grams the word index is made of."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Set
from functools import cache
from statistics import median
from typing import TYPE_CHECKING

import Stemmer
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from corpus.words import LANGUAGES, Fault, Language

if TYPE_CHECKING:
    from nltk.tokenize.punkt import PunktSentenceTokenizer

Span = tuple[int, int]

ANALYSER = "snowball-4gram-1"
"""Name of this analysis; the word index keeps it and is rebuilt when it changes."""

_STEMMERS = {"sv": "swedish", "en": "english", "da": "danish", "no": "norwegian"}
SCANDINAVIAN = frozenset({"sv", "da", "no", "nb", "nn"})
"""Languages that are read as Swedish is, by the Swedish term list."""

_FOREIGN_PROBABILITY = 0.6
_GRAM = 4
_TOKEN = re.compile(r"\w+", re.UNICODE)
_BULLET = re.compile(r"[•▪–—*-]\s|\d{1,3}\.\s|\(?(?:\d{1,3}|[ivx]{1,4}|[^\W\d_])\)\s", re.IGNORECASE)

FUNCTION_WORDS: dict[str, frozenset[str]] = {
    "sv": frozenset(
        """
        alla allt att av blev bli blir de dem den denna deras dess det detta dig din dina ditt du där då
        efter ej eller en er ett finns fick får från för förut genom ger ha hade han har hela henne hennes
        hon honom hos hur i icke in inom inte ja jag kan kunde man med mellan men mig min mot mycket ni nu
        när någon något några och om oss på samma sig sin sina sitt själv ska skall skulle som så sådan till
        under upp ut utan vad var vara varför vart vem vi vid vilka vilken vilket vår våra är över också
        vore blivit gör göra görs även innan samt fungera fungerar funkar säger vet
        """.split()
    ),
    "en": frozenset(
        """
        a about after all also an and any are as at be because been before being between both but by
        can could did do does doing during each few for from had has have having he her his how i if
        in into is it its itself may me might more most my no nor not of off on once only or other
        our out over own same she should so some such than that the their them then there these they
        this those through to under until up very was we were what when where which while who whom
        whose why will with would know known say says you your
        """.split()
    ),
}
"""Words that carry grammar, not matter. They count for nothing when a question's coverage is judged."""

_SHARED_WORDS = frozenset(
    """
    a alla an as at att by de den der des die do du en er es et fast for han har hat have her i in is la man me
    med men mig no nu om on or over per se sin so som su te to tu un under var vi was
    """.split()
)
"""Function words that are also common words of other European languages, and so tell nothing of which it is."""

_ABBREVIATIONS = """
        bl.a bl a.a ca d.v.s dvs e.d e.dyl e.kr etc ev exkl f.d f.k f.n f.ö fig figur forts fr.o.m f.v.b föreg
        förf g.m gm h.c i.e ibid inkl i.o.m i.s.f jfr kap kl kr kungl l.c m.a.o m.fl m.h.a milj mkr m.m m.v
        n.b nr o.a o.d o.dyl o.s.v osv p.g.a pga prop ref resp s s.a.s s.k sek sid sign sk skr sou st t.ex
        t.h t.o.m t.v tab tabell tel tf tfn t.f u.a ung uppl u.p.a vol vs ä.k äv övers dir ds dnr prof dr
        doc fil e.g i.e cf al et.al vs viz approx appx ch chap dept ed eds eq eqs fig figs inc ltd mr mrs ms
        no nos p pp para pars ph.d rev sec st supp tbl u.k u.s univ vol vols jr sr jan feb mar apr jun jul
        aug sep sept okt oct nov dec
        """.split()


class OtherLanguage(Fault):
    """The question is in neither Swedish nor English."""

    code = "other_language"


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def language_of(text: str, among: tuple[str, ...] = ("sv", "en")) -> str:
    """The likeliest of `among` for `text`; the first of them where nothing tells them apart."""
    scores = {name: score for name, score in _identifier().rank(text) if name in among}
    return max(among, key=lambda name: scores.get(name, 0.0))


def question_language(text: str) -> Language:
    """Swedish or English; Danish and Norwegian are read as Swedish.

    The function words tell, so that an English question may name Swedish places: those of one language alone first,
    then those that other languages share; else the likelier language.
    Raises OtherLanguage when the text is surely something else: no function word of Swedish or English alone,
    and another language at a probability of 0.6 or more.
    """
    words = set(tokens(text))
    if told := _told_by(words - _SHARED_WORDS):
        return told
    ranked = _identifier().rank(text)
    name, probability = ranked[0]
    swedish = (words - _SHARED_WORDS) & FUNCTION_WORDS["sv"]
    if name != "en" and name not in SCANDINAVIAN and probability >= _FOREIGN_PROBABILITY and not swedish:
        raise OtherLanguage(found=name)
    if told := _told_by(words):
        return told
    scores = dict(ranked)
    return "sv" if scores.get("sv", 0.0) >= scores.get("en", 0.0) else "en"


def _told_by(words: Set[str]) -> Language | None:
    """The language whose function words are among these, where it is one of the two alone."""
    swedish, english = (bool(words & FUNCTION_WORDS[language]) for language in LANGUAGES)
    return None if swedish == english else "sv" if swedish else "en"


def tokens(text: str) -> list[str]:
    """Lower-case words and numbers, in order."""
    return _TOKEN.findall(unicodedata.normalize("NFC", text).lower())


@cache
def _stemmer(language: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(_STEMMERS.get(language, "english"))


def stem(word: str, language: str) -> str:
    """The Snowball stem of one lower-case word."""
    return str(_stemmer(language).stemWord(word))


def content_stems(text: str, language: str) -> list[str]:
    """Stems of the words that carry matter, in order, each once."""
    words = (word for word in tokens(text) if word not in FUNCTION_WORDS.get(language, frozenset()))
    return list(dict.fromkeys(stem(word, language) for word in words))


def terms(text: str, language: str) -> Iterator[str]:
    """Index terms: the stem of each word and the character 4-grams within it ("_word_"), one after another.

    Stem plus 4-grams in one BM25 field needs no dictionary and finds Swedish compounds by their parts.
    """
    stemmer = _stemmer(language)
    for word in tokens(text):
        yield str(stemmer.stemWord(word))
        yield from grams(word)


def stems(text: str, language: str) -> Iterator[str]:
    """The stem of each word, one after another."""
    stemmer = _stemmer(language)
    return (str(stemmer.stemWord(word)) for word in tokens(text))


@cache
def _padded(word: str) -> tuple[str, ...]:
    framed = f"_{word}_"
    return tuple(f"#{framed[i : i + _GRAM]}" for i in range(len(framed) - _GRAM + 1)) if len(word) > 2 else ()


def grams(word: str) -> tuple[str, ...]:
    """Character 4-grams of one framed word, marked with # so that none is taken for a stem."""
    return _padded(word) if len(word) <= 40 else ()


def is_gram(term: str) -> bool:
    """Is this index term a 4-gram, and not a stem?"""
    return term.startswith("#")


@cache
def _punkt() -> PunktSentenceTokenizer:
    # nltk is slow to import, and not every command splits sentences
    from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

    parameters = PunktParameters()
    parameters.abbrev_types = set(_ABBREVIATIONS)
    return PunktSentenceTokenizer(parameters)


def sentence_spans(text: str) -> list[Span]:
    """Character spans of the sentences of a page, in order. Headings and list items stand on their own."""
    spans: list[Span] = []
    for start, end in _blocks(text):
        block = text[start:end].replace("\n", " ")
        spans += [(start + a, start + b) for a, b in _punkt().span_tokenize(block)]
    return [(a, b) for a, b in (_trim(text, *span) for span in spans) if b > a]


def _trim(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _blocks(text: str) -> Iterator[Span]:
    """Runs of lines that read on: a break falls at an empty line, after a heading, before a bullet."""
    lines = text.split("\n")
    usual = median([len(line) for line in lines if line.strip()] or [0])
    start = offset = 0
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        offset += len(line) + 1
        if _breaks(line.strip(), following.strip(), usual):
            yield start, offset - 1
            start = offset
    if start < len(text):
        yield start, len(text)


def _breaks(line: str, following: str, usual: float) -> bool:
    if not line or not following or _BULLET.match(following):
        return True
    short = len(line) < 0.7 * usual and line[-1] not in ",;-–"
    begins = following.lstrip("\"'“”‘’«»([ ")[:1]
    return short and (begins.isupper() or begins.isdigit())
