"""What a question is about, piece by piece, whether it asks for a figure, and how much of it a text holds."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from corpus.gloss import Gloss, Kind, Piece, content_pieces
from corpus.language import FUNCTION_WORDS, SCANDINAVIAN, grams, stem, terms, tokens
from corpus.lexical import Field
from corpus.library import Library
from corpus.study import Passage
from corpus.words import Language

_GRAMS_COUNT = 0.6  # a word whose 4-grams a text holds to this share is there as a part of compounds
_LEAST_WEIGHT = 0.5
"""What a piece weighs at least, in idf: a word that no passage holds still matters."""
_MOST_EQUIVALENTS = 4
_ASKS_FOR_FIGURE = re.compile(
    r"\b(?:how (?:many|much|large|big|high|long|often|old|far|common|fast)"
    r"|hur (?:många|mycket|stor|stort|stora|hög|höga|högt|lång|långt|länge|ofta|gammal|vanlig\w*|snabbt)"
    r"|by what (?:share|margin|factor|percentage|per ?cent)"
    r"|what(?:[’']s the (?:\w+ )?| (?:(?:is|are|was|were) the (?:\w+ )?)?)"
    r"(?:share|percentage|per ?cent|proportion|number|rate|fraction|amount|sum|odds|average|mean|median)"
    r"|vad kosta\w*|vilket (?:antal|belopp)|(?:vilken|hur stor) (?:andel|summa|procent\w*)"
    r"|(?:vad|vilken|vilket) (?:är|var) (?:antalet|andelen|kostnaden|genomsnittet|medelvärdet|oddskvoten))\b",
    re.IGNORECASE,
)
_FIGURE = re.compile(
    r"%|\bper ?cent\b|\bprocent|(?<![\w.,–-])\d+(?:[.,\u00a0\u202f ]\d+)*(?![\w])"
    r"|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|half|halved|twice|doubled?|thirds?(?= of)"
    r"|quarters?(?= of)|två|tre|fyra|fem|sju|åtta|nio|tio|elva|tolv|tjugo|hälften|halvera\w*|tredjedel\w*"
    r"|fjärdedel\w*|dubbelt|fördubbla\w*)\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d{2}")


def asks_for_figure(text: str) -> bool:
    """Does a question ask for a figure: how many, how large, what share?"""
    return bool(_ASKS_FOR_FIGURE.search(text))


def gives_a_figure(text: str) -> bool:
    """Does a sentence give a figure, in digits or words, other than a year?"""
    return any(not _YEAR.fullmatch(found) for found in _FIGURE.findall(text))


@dataclass(frozen=True, slots=True)
class Way:
    """One way to say something: the stems of its words, and the 4-grams that find them inside compounds."""

    stems: tuple[str, ...]
    grams: tuple[str, ...]

    def held(self, have: Collection[str]) -> float:
        """Share (0 to 1) of its words that are among some index terms, or nearly as much where compounds hold them."""
        whole = sum(stem in have for stem in self.stems) / len(self.stems)
        inside = sum(gram in have for gram in self.grams) / len(self.grams) if self.grams else 0.0
        return max(whole, 0.9 * inside if inside >= _GRAMS_COUNT else 0.0)


@dataclass(frozen=True, slots=True)
class Matter:
    """A word or phrase that a question is about, what it weighs (idf) and the ways to say it in each field.

    `is_given` marks names and numbers, which a text either has or has not.
    """

    source: str
    weight: float
    is_given: bool
    ways: Mapping[Field, tuple[Way, ...]]

    def held(self, field: Field, have: Collection[str]) -> float:
        """How much of it (0 to 1) a text with these index terms holds, by the way that fits best."""
        return max((way.held(have) for way in self.ways.get(field, ())), default=0.0)


def matters(library: Library, gloss: Gloss, language: Language) -> tuple[Matter, ...]:
    """What a question is about, each word or term once."""
    found: dict[str, Matter] = {}
    for piece in content_pieces(gloss, language):
        key = piece.source.lower()
        if key not in found:
            ways: dict[Field, tuple[Way, ...]] = {language: (_way(piece.source, language),)}
            if language == "sv":
                ways["en"] = tuple(
                    _way(text, "en") for text in piece.equivalents[:_MOST_EQUIVALENTS] or (piece.source,)
                )
            found[key] = Matter(piece.source, _weight(library, ways), _is_given(piece), ways)
    return tuple(found.values())


def _is_given(piece: Piece) -> bool:
    """Is it a name or a number? "Swedish", which the term list knows, is neither."""
    return piece.kind in (Kind.NAME, Kind.NUMBER) or any(letter.isdigit() for letter in piece.source)


def _way(text: str, language: Language) -> Way:
    """The words of a text that carry matter, all of them where none does."""
    words = [word for word in tokens(text) if word not in FUNCTION_WORDS[language]] or tokens(text)
    return Way(tuple(stem(word, language) for word in words), tuple(gram for word in words for gram in grams(word)))


def _weight(library: Library, ways: Mapping[Field, tuple[Way, ...]]) -> float:
    """The greater of both fields' idf, of a field that of the commonest way, of a way that of its rarest word."""
    by_field = (
        min(max(library.word_weight(field, stem) for stem in way.stems) for way in many) for field, many in ways.items()
    )
    return max(_LEAST_WEIGHT, *by_field)


def held_terms(library: Library, text: str, language: str, field: Field) -> set[str]:
    """The index terms of a text in a field; a Swedish text is read in English for the English field."""
    if field == "en" and language in SCANDINAVIAN:
        return set(terms(library.gloss(text, "sv").all_words(), "en"))
    return set(terms(text, language))


def page_terms(library: Library, passage: Passage, field: Field) -> set[str]:
    """The index terms of a passage's whole page in a field; what is Swedish on it is read in English for `en`."""
    beside = library.record.passages_on(passage.study_id, passage.page) if field == "en" else []
    if shadows := library.record.shadows([other.id for other in beside]):
        words = (shadows[other.id].words if other.id in shadows else other.text for other in beside)
        return set(terms(" ".join(words), "en"))
    return set(terms(library.page(passage.study_id, passage.page).text, passage.language))


def weight_held(asked: Iterable[Matter], field: Field, have: Collection[str]) -> float:
    """The weight (idf) of what a question is about that a text with these index terms holds."""
    return sum(matter.weight * matter.held(field, have) for matter in asked)
