"""The nouns of this room: a question, a hit, a citation, an answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from corpus.choice import EVERYTHING, Choice
from corpus.words import Language

Direction = Literal["lower", "higher", "unchanged", ""]
"""Which way a sentence says that an outcome went; empty where it says none, or more than one."""
Side = Literal["swedish", "international", "not_stated"]
"""Where a study's evidence is from."""
CautionKind = Literal["retracted", "superseded", "withdrawn", "lapsed", "not_yet", "unchecked", "ocr", "provisional"]
"""Why a source is to be read with care. The first three are of studies that a person has taken out of use."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A word or phrase of an earlier question: `source` as it stood there, `term` as it is searched for.

    They differ where the two questions are in different languages.
    """

    term: str
    source: str


@dataclass(frozen=True, slots=True)
class Question:
    """What an adviser asks, in the language it was found to be in.

    `carried` are the terms of an earlier question that are searched for too.
    """

    text: str
    language: Language
    carried: tuple[Carried, ...] = ()

    @property
    def searched_as(self) -> str:
        """The question with the words it carries: what both indexes are asked with."""
        return " ".join([self.text, *(carried.term for carried in self.carried)])


@dataclass(frozen=True, slots=True)
class Understood:
    """A word or phrase of a question and what it was taken to mean in the other language, likeliest first.

    `kind` is how it was found: "term" in the glossary, "word" in the lexicon, "compound" by its parts, or "unknown".
    """

    source: str
    equivalents: tuple[str, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class Caution:
    """Something to mind of a study, as a sentence in the reader's language."""

    kind: CautionKind
    study_id: str
    text: str


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
    cautions: tuple[Caution, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gave: hits, best first; how many passages of each language were searched, and hits returned.

    `understood` is how the question was read in the other language. `notices` say what the filters of `choice` leave.
    """

    question: Question
    hits: tuple[Hit, ...]
    searched: dict[str, int]
    returned: dict[str, int]
    understood: tuple[Understood, ...]
    fingerprint: str
    choice: Choice = EVERYTHING
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quote and where it stands. `page` counts from 1 in the PDF, `page_label` is what is printed.

    Where the page was `read_by_ocr`, `certainty` (0 to 1) is how sure that was, if it said; else it is None.
    `cautions` are what to mind of its study and page.
    """

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
    read_by_ocr: bool = False
    certainty: float | None = None
    cautions: tuple[Caution, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """One sentence of an answer and the numbers of the citations that carry it."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as a sentence writes it, with its unit and, where it has one, its interval or significance.

    "14 per cent (95 % CI 5 to 21)" is `text` "14 per cent", `unit` "%", `interval` "95 % CI 5 to 21".
    """

    text: str
    unit: str
    interval: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What one cited sentence says: its figures, the outcomes it names, and which way it says that they went.

    `outcomes` are keys of the outcome list ("reported_crime", "perceived_safety", "disorder", "trade"), as found in it.
    """

    n: int
    figures: tuple[Figure, ...]
    outcomes: tuple[str, ...]
    direction: Direction


@dataclass(frozen=True, slots=True)
class Card:
    """What a sceptical reader wants to know of one source. Design and SMS level only as a person appraised them.

    `evidence_source` says where `evidence_from` was read: "appraised" (by a person), "described" (the study's
    description), "named" (its own text names one country only) or "" (nowhere). `versions` are other studies in the
    library that are the same work. `apart` says why a source is kept apart from studies: "note", "thesis",
    "consultation", "self_report", or "". What follows `reference` is from the appraisal too, but for `cautions`;
    `confirmed` is None where there is none, and False where it is provisional.
    """

    study_id: str
    title: str
    authors: tuple[str, ...]
    year: int | None
    claims: tuple[Claim, ...]
    side: Side
    evidence_from: str
    evidence_source: str
    evidence_years: tuple[str, ...]
    design: str
    sms_level: str
    appraised_by: str
    party_interest: str
    apart: str
    versions: tuple[str, ...]
    reference: str
    appraised_on: date | None = None
    confirmed: bool | None = None
    emmie: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    place_type: str = ""
    levy: str = ""
    transfer: str = ""
    cautions: tuple[Caution, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the sources say of one outcome, by citation numbers. Never decides which of them is right."""

    outcome: str
    verdict: Literal["agree", "may_disagree"]
    lower: tuple[int, ...]
    higher: tuple[int, ...]
    unchanged: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Cited sentences that speak about the same thing, best first; `about` is an outcome's key, or "other"."""

    about: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """How much an answer rests on: works counted once whatever their versions, newest year, sides, appraised works."""

    works: int
    newest: int | None
    swedish: int
    international: int
    not_stated: int
    appraised: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What the corpus says to a question; `answered` is False when it does not say enough.

    `confidence` (0 to 1) is how sure the judge is that the corpus answers. `carried` are terms of an earlier question
    that were searched for too. `sentences` cite `citations` by number; `more` are further quotes, numbered on, that an
    adviser may ask for. `written` says that a chat model wrote the sentences; `notices` are sentences about how the
    answer came to be. `unknown` are words of the question that no passage holds. `nearest` are pages that were not
    cited: related, not an answer. `searched` counts the passages of each language that were looked through, `returned`
    the quotes and nearest pages; `understood` is how the question was read in the other language. `choice` are the
    filters that were set.
    """

    question: str
    language: Language
    carried: tuple[Carried, ...]
    answered: bool
    confidence: float
    message: str
    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]
    more: tuple[Citation, ...]
    groups: tuple[Group, ...]
    cards: tuple[Card, ...]
    comparisons: tuple[Comparison, ...]
    evidence: Evidence
    written: bool
    notices: tuple[str, ...]
    nearest: tuple[Hit, ...]
    unknown: tuple[str, ...]
    searched: dict[str, int]
    returned: dict[str, int]
    understood: tuple[Understood, ...]
    fingerprint: str
    choice: Choice = EVERYTHING
