"""The nouns: a study, its files and pages, and the passages we search."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class State(StrEnum):
    """What can be done with a study today."""

    SEARCHABLE = "searchable"
    NEEDS_OCR = "needs_ocr"


class Reader(StrEnum):
    """Which reader a page's text came from."""

    PYPDF = "pypdf"
    PDFIUM = "pdfium"
    NONE = "none"


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


@dataclass(frozen=True, slots=True)
class Description:
    """What a study says it is. `sources` tells where each value came from; a person's word beats all."""

    title: str
    authors: tuple[str, ...] = ()
    year: int | None = None
    published_in: str = ""
    evidence_from: str = ""
    kind: str = ""
    identifiers: tuple[tuple[str, str], ...] = ()
    sources: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Study:
    """One work in the library."""

    id: str
    description: Description
    languages: tuple[str, ...]
    state: State
    files: tuple[StudyFile, ...]
    version_of: str | None = None

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
    """What a person said of a study's design. Never guessed by software, never added up to one score."""

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


@dataclass(frozen=True, slots=True)
class Page:
    """One PDF page. `number` counts from 1; `label` is what is printed; `witness` is a second reader's letters."""

    study_id: str
    number: int
    label: str
    text: str
    reader: Reader = Reader.PYPDF
    witness: str = field(default="", repr=False)


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
