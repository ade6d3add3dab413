"""The nouns of this room: a question, a hit, a citation, an answer."""

from __future__ import annotations

from dataclasses import dataclass

from corpus.words import Language


@dataclass(frozen=True, slots=True)
class Question:
    """What an adviser asks, in the language it was found to be in."""

    text: str
    language: Language


@dataclass(frozen=True, slots=True)
class Understood:
    """A word or phrase of a question and what it was taken to mean in the other language, likeliest first.

    `kind` is how it was found: "term" in the glossary, "word" in the lexicon, "compound" by its parts, or "unknown".
    """

    source: str
    equivalents: tuple[str, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class Hit:
    """One page that may answer, by its best passage. `start` and `end` are character offsets in the page's text."""

    study_id: str
    file: str
    title: str
    page: int
    page_label: str
    language: str
    score: float
    text: str
    passage_id: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gave: hits, best first; how many passages of each language were searched, and hits returned.

    `understood` is how the question was read in the other language.
    """

    question: Question
    hits: tuple[Hit, ...]
    searched: dict[str, int]
    returned: dict[str, int]
    understood: tuple[Understood, ...]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quote and where it stands. `page` counts from 1 in the PDF, `page_label` is what is printed."""

    n: int
    study_id: str
    file: str
    title: str
    authors: tuple[str, ...]
    year: int | None
    page: int
    page_label: str
    language: str
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """One sentence of an answer and the numbers of the citations that carry it."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the corpus says to a question; `answered` is False when it does not say enough.

    `confidence` (0 to 1) is how sure the judge is that the corpus answers. `unknown` are words of the question that
    no passage holds. `nearest` are pages that were not cited: related, not an answer. `searched` counts the passages of
    each language that were looked through, `returned` the quotes and nearest pages; `understood` is how the question
    was read in the other language.
    """

    question: str
    language: Language
    answered: bool
    confidence: float
    message: str
    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]
    nearest: tuple[Hit, ...]
    unknown: tuple[str, ...]
    searched: dict[str, int]
    returned: dict[str, int]
    understood: tuple[Understood, ...]
    fingerprint: str
