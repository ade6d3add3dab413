"""Glossing: what a text means in the other language, word by word, by longest match, inflection and compounds."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from corpus.inflection import Reading, compound, english_bases, first_part, swedish_readings
from corpus.language import FUNCTION_WORDS, stem
from corpus.terms import FILES, FOLDER, Term, TermList, read_terms
from corpus.words import Language

GLOSSING = "1"
"""The way of glossing; a library's passages are read anew when it changes, as when the term list does."""

MOST_EQUIVALENTS = 5
_LONGEST_PHRASE = 8
_LONG = 7
_SURE_PART = 4
_DEFINITE = ("en", "et", "an")
_LEAST_WORD = 3
_LONG_ENGLISH = 5
_MOST_HYPHENS = 2
_INFLECTED = frozenset({"", "noun", "adj"})
_TOKEN = re.compile(r"[^\W_]+(?:[-'’:.][^\W_]+)*(?:-(?!\w))?")
_BREAKS = re.compile(r"[.,!?:;()]|\n\s*\n")
_INITIAL = "^"
_CLOSING = "\"'“”‘’«»)]"


class Kind(StrEnum):
    """How a stretch of text was understood."""

    TERM = "term"
    WORD = "word"
    COMPOUND = "compound"
    NAME = "name"
    NUMBER = "number"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Piece:
    """A word or phrase, `text[start:end]`, and its equivalents, likeliest first; none where it stays as it is."""

    start: int
    end: int
    source: str
    kind: Kind
    equivalents: tuple[str, ...] = ()

    @property
    def first(self) -> str:
        """The likeliest equivalent, or the source itself."""
        return self.equivalents[0] if self.equivalents else self.source


@dataclass(frozen=True, slots=True)
class Gloss:
    """A text, piece by piece, as read with the term list."""

    source: str
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """The text with the likeliest equivalent of each piece in its place, punctuation kept."""
        parts, at = [], 0
        for piece in self.pieces:
            parts += [self.source[at : piece.start], piece.first]
            at = piece.end
        return "".join([*parts, self.source[at:]])

    def all_words(self, most: int = 3) -> str:
        """Up to `most` equivalents of each piece, one after another: what an index of the other language holds."""
        return " ".join(" ".join(piece.equivalents[:most]) or piece.source for piece in self.pieces)

    @property
    def unknown(self) -> tuple[str, ...]:
        """The words, each once, that the term list does not know: candidates for it. Names are none."""
        return tuple(dict.fromkeys(p.source.lower() for p in self.pieces if p.kind is Kind.UNKNOWN))


class Glosser:
    """Glosses Swedish in English and English in Swedish. Safe to share between threads."""

    def __init__(self, terms: TermList) -> None:
        self.terms = terms
        self._directions: dict[str, _Direction] = {"sv": _FromSwedish(terms.terms), "en": _FromEnglish(terms.terms)}

    def gloss(self, text: str, language: Language) -> Gloss:
        """`text`, which is in `language`, in the other of the two languages."""
        return Gloss(text, tuple(self._directions[language].pieces(text)))


def open_glosser(folder: Path = FOLDER) -> Glosser:
    """The glosser of the term list in a folder, made again only when its files have changed."""
    return _glosser(folder, *((folder / name).stat().st_mtime_ns if (folder / name).is_file() else 0 for name in FILES))


@lru_cache(maxsize=4)
def _glosser(folder: Path, *_changed: int) -> Glosser:
    return Glosser(read_terms(folder))


class _Direction:
    """One language to the other: phrases by their stems, words by what a subclass knows of them."""

    language: Language

    def __init__(self) -> None:
        self._phrases: dict[tuple[str, ...], tuple[tuple[str, ...], Kind]] = {}
        self._starts: set[str] = set()
        self._known: dict[str, tuple[tuple[str, ...], Kind]] = {}

    def pieces(self, text: str) -> Iterator[Piece]:
        tokens = list(_TOKEN.finditer(text))
        stems = [stem(token.group().lower(), self.language) for token in tokens]
        i = 0
        while i < len(tokens):
            length, found = self._longest(text, tokens, stems, i)
            start, end = tokens[i].start(), tokens[i + length - 1].end()
            if found:
                yield Piece(start, end, text[start:end], found[1], found[0])
            else:
                yield self._word_piece(text, start, tokens[i].group())
            i += length

    def _longest(
        self, text: str, tokens: Sequence[re.Match[str]], stems: list[str], i: int
    ) -> tuple[int, tuple[tuple[str, ...], Kind] | None]:
        if stems[i] in self._starts:
            for length in range(min(_LONGEST_PHRASE, len(tokens) - i), 1, -1):
                found = self._phrases.get(tuple(stems[i : i + length]))
                if found and not _BREAKS.search(text, tokens[i].end(), tokens[i + length - 1].start()):
                    return length, found
        return 1, None

    def _word_piece(self, text: str, start: int, token: str) -> Piece:
        raise NotImplementedError

    def _word(self, word: str) -> tuple[tuple[str, ...], Kind]:
        raise NotImplementedError

    def _look_up(self, word: str) -> tuple[tuple[str, ...], Kind]:
        """What a lower-case word means, worked out once."""
        found = self._known.get(word)
        if found is None:
            found = self._known[word] = self._word(word)
        return found

    def _enter_phrase(self, phrase: str, equivalents: Collection[str], kind: Kind) -> None:
        stems = tuple(stem(token.lower(), self.language) for token in _TOKEN.findall(phrase))
        if len(stems) > 1:
            self._starts.add(stems[0])
            before, kept = self._phrases.get(stems, ((), kind))
            self._phrases[stems] = (tuple(dict.fromkeys([*before, *equivalents]))[:MOST_EQUIVALENTS], kept)


class _FromSwedish(_Direction):
    language: Language = "sv"

    def __init__(self, terms: Sequence[Term]) -> None:
        super().__init__()
        self._words: dict[str, dict[str, list[Term]]] = {}
        self._forms: dict[str, list[Term]] = {}
        self._cased: dict[str, list[Term]] = {}
        openings = [term for term in terms if term.sv.startswith(_INITIAL)]
        self._initial = {form.removeprefix(_INITIAL): t for t in openings for form in reversed(t.spellings)}
        self._english = {word for t in terms for word in t.en if " " not in word and len(word) >= _LONG_ENGLISH}
        for term in terms:  # the glossary's terms come first, and so do their equivalents
            if not term.sv.startswith(_INITIAL):
                self._enter(term)
        for headword in self._words.values():
            if "" in headword:  # a term of the glossary, whose word class the lexicon may know
                plain = headword.pop("")
                for name in list(headword) or ("noun", "adj"):
                    headword[name] = plain + headword.get(name, [])

    def _enter(self, term: Term) -> None:
        for spelling in term.spellings:
            plain = spelling.islower() or term.word_class == "name"
            if " " in spelling:
                self._enter_phrase(spelling, term.en, _kind(term))
            elif not plain:
                self._cased.setdefault(spelling, []).append(term)
            else:
                self._forms.setdefault(spelling.lower(), []).append(term)
                if spelling == term.sv or term.word_class in _INFLECTED:
                    self._words.setdefault(spelling.lower(), {}).setdefault(term.word_class, []).append(term)

    def _classes(self, word: str) -> Collection[str]:
        return self._words.get(word, ())

    def _word_piece(self, text: str, start: int, token: str) -> Piece:
        end = start + len(token)
        lower = token.lower()
        odd = any(character.isdigit() for character in token) or token.count("-") > _MOST_HYPHENS
        exact = self._cased.get(token) or self._cased.get(re.sub(r"[:’']?s$", "", token))
        if exact or odd:
            exact = exact or self._forms.get(lower, [])
            kind = _kind(exact[0]) if exact else Kind.NUMBER
            return Piece(start, end, token, kind, _merged(term.en for term in exact))
        begins, initial = _begins_sentence(text, start), _is_initial(text, start)
        if begins and lower in self._initial:
            return Piece(start, end, token, Kind.WORD, self._initial[lower].en)
        kind, equivalents = self._in_place(token, lower, initial)
        return Piece(start, end, token, kind, equivalents)

    def _in_place(self, token: str, lower: str, initial: bool) -> tuple[Kind, tuple[str, ...]]:
        """What a word means, once its capital and its place in the sentence are looked at."""
        equivalents, kind = self._look_up(lower)
        foreign = "." in token or len(token) < _LEAST_WORD
        if kind is Kind.UNKNOWN and (token[0].isupper() or foreign or self._is_english(lower)):
            return Kind.NAME, ()
        if token[0].isupper() and not (token.isupper() and len(token) > 1):
            if initial and kind is Kind.COMPOUND and self._has_short_part(lower):
                return Kind.NAME, ()
            if not initial and self._is_name(lower, kind):
                return Kind.NAME, (token, *equivalents)[:MOST_EQUIVALENTS]
            if not initial and kind is Kind.COMPOUND:  # an institution, or a place named like one
                return kind, (equivalents[0], token, *equivalents[1:])[:MOST_EQUIVALENTS]
        return kind, equivalents

    def _is_english(self, word: str) -> bool:
        """Is this an English word, standing in Swedish text?"""
        return any(base in self._english for base in english_bases(word))

    def _is_name(self, lower: str, kind: Kind) -> bool:
        """Is a word with a capital inside a sentence a name? Not those of the list, nor "Försäkringskassan"."""
        if (
            kind is Kind.TERM
            or lower in FUNCTION_WORDS["sv"]
            or any("name" in self._words.get(base, ()) for base in (lower, lower.removesuffix("s")))
        ):
            return False
        institution = len(lower) >= _LONG and lower.removesuffix("s").endswith(_DEFINITE)
        return not institution or (kind is Kind.COMPOUND and self._has_short_part(lower))

    def _has_short_part(self, word: str) -> bool:
        """Was a part of this compound so short that chance may have made it ("Liv-ing-ston")?"""
        return any(len(part.headword) < _SURE_PART for part in compound(word, self._classes))

    def _word(self, word: str) -> tuple[tuple[str, ...], Kind]:
        terms = sorted(self._forms.get(word, ()), key=lambda term: (not term.area, term.sv.lower() != word))
        terms += [t for r in swedish_readings(word, self._classes) for t in self._words[r.headword][r.word_class]]
        if terms:
            return _merged(term.en for term in terms), _kind(terms[0])
        if self._is_english(word):
            return (), Kind.UNKNOWN
        if parts := compound(word, self._classes):
            return self._joined(parts), Kind.COMPOUND
        if "-" in word:
            return self._hyphenated(word)
        return (), Kind.UNKNOWN

    def _joined(self, parts: Sequence[Reading]) -> tuple[str, ...]:
        """The parts' likeliest equivalents side by side, then their second ones."""
        each = [self._of(part) for part in parts]
        choices = (" ".join(senses[min(n, len(senses) - 1)] for senses in each) for n in range(3))
        return tuple(dict.fromkeys(choices))

    def _of(self, part: Reading) -> tuple[str, ...]:
        return _merged(term.en for term in self._words[part.headword][part.word_class])

    def _hyphenated(self, word: str) -> tuple[tuple[str, ...], Kind]:
        """Each side by itself; before a hanging hyphen stands the first part of a compound ("service- och")."""
        if word.endswith("-"):
            bare = word.rstrip("-")
            part = first_part(bare, self._classes) or first_part(bare.removesuffix("s") or bare, self._classes)
            return (self._of(part), Kind.WORD) if part else self._look_up(bare)
        sides = [(side, self._look_up(side)[0]) for side in word.split("-")]
        if not any(equivalents for _, equivalents in sides):
            return (), Kind.UNKNOWN
        return (" ".join(equivalents[0] if equivalents else side for side, equivalents in sides),), Kind.COMPOUND


class _FromEnglish(_Direction):
    language: Language = "en"

    def __init__(self, terms: Sequence[Term]) -> None:
        super().__init__()
        self._cased: dict[str, tuple[str, ...]] = {}
        words: dict[str, list[_Reverse]] = {}
        phrases: dict[str, list[_Reverse]] = {}
        for term in terms:
            if term.word_class == "prefix" or term.sv.startswith(_INITIAL):
                continue
            for rank, equivalent in enumerate(term.en):
                if equivalent.lower() in FUNCTION_WORDS["en"]:
                    continue
                if equivalent.isupper():
                    self._cased.setdefault(equivalent, (term.sv,))
                    continue
                into = phrases if " " in equivalent else words
                order = (rank, not term.area, " " in term.sv, len(term.en))
                into.setdefault(equivalent.lower(), []).append((order, term.sv, _kind(term)))
        self._words = {word: _best(found) for word, found in words.items()}
        for phrase, found in phrases.items():
            self._enter_phrase(phrase, *_best(found))

    def _word_piece(self, text: str, start: int, token: str) -> Piece:
        end = start + len(token)
        if any(character.isdigit() for character in token):
            return Piece(start, end, token, Kind.NUMBER)
        lower = token.lower()
        if token.isupper() and len(token) > 1 and not text.isupper():  # an acronym, and no other word
            kind = Kind.TERM if token in self._cased else Kind.NAME
            return Piece(start, end, token, kind, self._cased.get(token, ()))
        if lower in FUNCTION_WORDS["en"]:
            return Piece(start, end, token, Kind.WORD)
        equivalents, kind = self._look_up(lower)
        if kind is Kind.UNKNOWN and (token[0].isupper() or len(token) < _LEAST_WORD):
            kind = Kind.NAME
        return Piece(start, end, token, kind, equivalents)

    def _word(self, word: str) -> tuple[tuple[str, ...], Kind]:
        if found := next((self._words[base] for base in english_bases(word) if base in self._words), None):
            return found
        sides = [(side, self._words.get(side)) for side in word.split("-")] if "-" in word.strip("-") else []
        if any(found for _, found in sides):
            return (" ".join(found[0][0] if found else side for side, found in sides),), Kind.COMPOUND
        return (), Kind.UNKNOWN


_Reverse = tuple[tuple[int, bool, bool, int], str, Kind]
"""How likely a Swedish headword is to be meant (least first), the headword, and where it comes from."""


def _best(found: Iterable[_Reverse]) -> tuple[tuple[str, ...], Kind]:
    """Swedish headwords, first those of which this is the likeliest English; the glossary's, single and plain ones."""
    ranked = sorted(found, key=lambda entry: entry[0])
    return tuple(dict.fromkeys(sv for _, sv, _ in ranked))[:MOST_EQUIVALENTS], ranked[0][2]


def _kind(term: Term) -> Kind:
    return Kind.TERM if term.area else Kind.WORD


def _merged(many: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """All first equivalents, then all second ones, each once."""
    lists = list(many)
    ranks = range(max((len(senses) for senses in lists), default=0))
    return tuple(dict.fromkeys(s[rank] for rank in ranks for s in lists if rank < len(s)))[:MOST_EQUIVALENTS]


def _begins_sentence(text: str, start: int) -> bool:
    """Does a sentence begin here?"""
    before = text[max(0, start - 6) : start].rstrip().rstrip(_CLOSING + "([").rstrip()
    return not before or before[-1] in ".!?:"


def _is_initial(text: str, start: int) -> bool:
    """May a capital here be that of a sentence or a heading, and so tell of no name?"""
    return _begins_sentence(text, start) or "\n" in text[max(0, start - 1) : start]


def content_pieces(gloss: Gloss, language: Language) -> tuple[Piece, ...]:
    """The pieces that carry matter: those with a word that is no function word of the language."""
    grammar = FUNCTION_WORDS[language]
    return tuple(p for p in gloss.pieces if any(word not in grammar for word in p.source.lower().split()))
