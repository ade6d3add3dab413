"""The nouns: a study, its files and pages, and the passages we search."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class State(StrEnum):
    """How far a study has come: from a title on a reading list to one that advisers may quote, and out again."""

    WANTED = "wanted"
    RECEIVED = "received"
    DESCRIBED = "described"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class TextState(StrEnum):
    """Whether the text of a study can be searched today."""

    SEARCHABLE = "searchable"
    NEEDS_OCR = "needs_ocr"
    NO_FILE = "no_file"


class Reader(StrEnum):
    """Which reader a page's text came from."""

    PYPDF = "pypdf"
    PDFIUM = "pdfium"
    OCR = "ocr"
    NONE = "none"


class Source(StrEnum):
    """Where a value of a description was found."""

    PERSON = "person"
    RECORD = "imported record"
    LOOKUP = "look-up"
    XMP = "xmp"
    METADATA = "pdf metadata"
    PAGES = "first pages"
    FILE_NAME = "file name"


class PassageKind(StrEnum):
    """Body text answers questions; tables and reference lists are only ever found by their words."""

    BODY = "body"
    REFERENCES = "references"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class StudyFile:
    """One file as it was received; the bytes are kept under their sha256."""

    sha256: str
    name: str
    size: int
    pages: int


Value = str | int | date | tuple[str, ...]
"""A value of a description: a text, a year, a date, or several texts."""

IDENTIFIERS = ("doi", "isbn", "issn", "urn", "report", "sfs", "sou", "prop", "ds", "dir", "skr", "url", "catalogue")
"""The identifiers a study may have, by name. `report` is a number in a series, as "2015:21"; `catalogue` is ours."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One value that someone or something proposes for a study.

    `field` is the name of a field of `Description`, or one of `IDENTIFIERS`. `confidence` (0 to 1) is how likely the
    value is right. `detail` says more closely where or who: "page 2", "crossref", "lista.ris, line 14", a person's
    name. `made` is the day, as YYYY-MM-DD, or empty.
    """

    field: str
    value: Value
    source: Source
    confidence: float
    detail: str = ""
    made: str = ""


@dataclass(frozen=True, slots=True)
class Description:
    """What a study says it is: the best proposal for each field, and all the proposals behind it.

    `sources` tells where each value came from, by field or identifier; a person's word beats all. `remark` is what
    whoever catalogued the work says of it. A legal source is valid from `valid_from` to `valid_to`, as checked on
    `last_checked`.
    """

    title: str
    authors: tuple[str, ...] = ()
    year: int | None = None
    published_in: str = ""
    evidence_from: str = ""
    kind: str = ""
    identifiers: tuple[tuple[str, str], ...] = ()
    sources: tuple[tuple[str, str], ...] = ()
    subtitle: str = ""
    publisher: str = ""
    languages: tuple[str, ...] = ()
    abstract: str = ""
    topics: tuple[str, ...] = ()
    remark: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    last_checked: date | None = None
    proposals: tuple[Proposal, ...] = field(default=(), repr=False)


class Withdrawn(StrEnum):
    """Why a study was taken out of use."""

    RETRACTED = "retracted"
    SUPERSEDED = "superseded"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """That a person took a study out of use, and why. `replaced_by` is the id of the study that supersedes it."""

    kind: Withdrawn
    reason: str
    said_by: str
    said_on: date
    replaced_by: str | None = None


@dataclass(frozen=True, slots=True)
class Study:
    """One work in the library. `edition` counts the changes people made to it, so that no edit overwrites a newer."""

    id: str
    description: Description
    languages: tuple[str, ...]
    text: TextState
    files: tuple[StudyFile, ...]
    version_of: str | None = None
    state: State = State.RECEIVED
    withdrawal: Withdrawal | None = None
    edition: int = 0

    @property
    def title(self) -> str:
        """The title as described."""
        return self.description.title

    @property
    def file_name(self) -> str:
        """The name the first file came with."""
        return self.files[0].name if self.files else ""

    @property
    def page_count(self) -> int:
        """Pages in the first file."""
        return self.files[0].pages if self.files else 0


@dataclass(frozen=True, slots=True)
class Appraisal:
    """What a person said of a study's design. Never guessed by software, never added up to one score.

    `transfer` is what to mind before its findings are carried to a Swedish place; `why` the grounds for what is said.
    One that is not `confirmed` was set provisionally, from abstracts, and is shown as that.
    """

    study_id: str
    said_by: str
    said_on: date
    design: str = ""
    sms_level: str = ""
    emmie: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    place_type: str = ""
    levy: str = ""
    party_interest: str = ""
    evidence_from: str = ""
    transfer: str = ""
    why: str = ""
    confirmed: bool = True


@dataclass(frozen=True, slots=True)
class Page:
    """One PDF page. `number` counts from 1; `label` is what is printed; `witness` is a second reader's letters.

    `certainty` (0 to 1) is how sure OCR was of its words, where the page was read by it.
    """

    study_id: str
    number: int
    label: str
    text: str
    reader: Reader = Reader.PYPDF
    witness: str = field(default="", repr=False)
    certainty: float | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of sentences on one page: `text` is `page.text[start:end]`."""

    id: int
    study_id: str
    page: int
    start: int
    end: int
    text: str
    language: str
    kind: PassageKind = PassageKind.BODY


@dataclass(frozen=True, slots=True)
class Draft:
    """A passage before the record has given it an id."""

    page: int
    start: int
    end: int
    text: str
    language: str
    kind: PassageKind = PassageKind.BODY


@dataclass(frozen=True, slots=True)
class Shadow:
    """A Swedish passage in English, word by word: `text` for an English-only model, `words` for the word index."""

    text: str
    words: str


class LinkKind(StrEnum):
    """What two studies may be to each other."""

    SAME_TEXT = "same_text"
    NEAR_TEXT = "near_text"
    VERSION = "version"


class LinkState(StrEnum):
    """What a person said of a proposed link."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Link:
    """That two studies may be one work. Proposed by software, confirmed or rejected by a person.

    `likeness` (0 to 1) is how alike the texts are. `pages` are the pages that differ, of the first and of the second;
    None where one has no counterpart. `why` are codes of what speaks for it, as "same_doi" or "same_title".
    """

    first: str
    second: str
    kind: LinkKind
    likeness: float
    why: tuple[str, ...] = ()
    pages: tuple[tuple[int | None, int | None], ...] = ()
    state: LinkState = LinkState.PROPOSED
    said_by: str = ""
    said_on: date | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing a person did, for the log. `at` is UTC, ISO 8601; `detail` are names and values, as texts."""

    at: str
    by: str
    what: str
    study_id: str = ""
    detail: tuple[tuple[str, str], ...] = ()
