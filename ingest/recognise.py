"""The pages of a document that have no text to use, read by OCR, and what is told of it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from corpus.language import language_of
from corpus.study import Page, Reader
from corpus.text import clean, letters, vocabulary
from ingest.ocr import LEAST_CERTAINTY, NotRead, Ocr, Program, Recognised, Why
from ingest.read import CannotRead, ChildReader, Document, Layer, ReadPage

_NEEDY = frozenset({Layer.SCANT, Layer.GARBLED, Layer.PICTURE})
_GARBLED = "garbled_pages"
_PAGES_NAMED = 12
_FAR_MORE, _MORE_LETTERS = 2, 60  # so many times the letters of a scant text and so many besides take its place


class Outcome(StrEnum):
    """What became of a page that needs OCR."""

    READ = "read"
    NOTHING = "nothing"
    LATE = "late"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class _Tried:
    """A page after OCR, its text not cleaned yet."""

    page: ReadPage
    outcome: Outcome


def recognise(document: Document, path: Path, reader: ChildReader, ocr: Ocr) -> Document:
    """The document with the pages that need it read by OCR, and sentences on those that it could not help.

    A page that fails, or takes longer than the settings allow, costs only itself. Where there is no OCR the document
    comes back as it is, with the reason.
    """
    needy = [page for page in document.pages if page.layer in _NEEDY]
    if not needy:
        return document
    program = ocr.program()
    if program is None:
        notes = (*_notes_without(needy), *filter(None, [ocr.absence()]))
        return replace(document, front=_front(document), notes=notes)
    with ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="ocr") as pool:
        tried = list(pool.map(lambda page: _try(page, path, reader, ocr, program), needy))
    pages = _cleaned(document.pages, {one.page.number: one.page for one in tried})
    return replace(document, pages=pages, front=_front(document), notes=tuple(_notes_with(tried, ocr, program)))


def _front(document: Document) -> tuple[tuple[str, float], ...]:
    """The lines of the first page with words on it, unless they are garbled."""
    first = next((page.layer for page in document.pages if page.layer not in (Layer.BLANK, Layer.PICTURE)), None)
    return () if first is Layer.GARBLED else document.front


def _try(page: ReadPage, path: Path, reader: ChildReader, ocr: Ocr, program: Program) -> _Tried:
    def draw(turned: int) -> tuple[bytes, float]:
        scan = reader.scan(path, page.number, turned=turned)
        return scan.png, scan.dpi

    try:
        found = ocr.read(program, draw)
    except NotRead as failure:
        return _Tried(page, Outcome.LATE if failure.late else Outcome.FAILED)
    except CannotRead:
        return _Tried(page, Outcome.FAILED)
    return _with_text(page, found)


def _with_text(page: ReadPage, found: Recognised) -> _Tried:
    """The page with what OCR found, unless that is nothing, or hardly more than the text that the page has."""
    count, least = len(letters(found.text)), len(letters(page.text))
    if page.layer is Layer.SCANT and count < _FAR_MORE * least + _MORE_LETTERS:
        return _Tried(page, Outcome.READ)
    if not count or found.certainty < LEAST_CERTAINTY:
        nothing = page if least else replace(page, reader=Reader.OCR)
        return _Tried(nothing, Outcome.NOTHING)
    certainty = round(found.certainty, 3)
    return _Tried(replace(page, text=found.text, reader=Reader.OCR, certainty=certainty), Outcome.READ)


def _cleaned(pages: Sequence[ReadPage], tried: dict[int, ReadPage]) -> tuple[ReadPage, ...]:
    """All pages, those that OCR read cleaned as every page is, by the words of the whole document."""
    pages = [tried.get(page.number, page) for page in pages]
    texts = [page.text for page in pages]
    known, swedish = vocabulary(texts), language_of(" ".join(texts)) == "sv"
    return tuple(_clean(page, clean(page.text, known, swedish)) if page.certainty else page for page in pages)


def _clean(page: ReadPage, text: str) -> ReadPage:
    return replace(page, text=text, witness=letters(text))


# What is told


def _notes_without(needy: Sequence[ReadPage]) -> Iterator[Why]:
    """On pages that need OCR where there is none."""
    yield from _about(_GARBLED, (page for page in needy if page.layer is Layer.GARBLED))
    yield from _about("pages_mostly_picture", (page for page in needy if page.layer is Layer.SCANT))


def _notes_with(tried: Sequence[_Tried], ocr: Ocr, program: Program) -> Iterator[Why]:
    """On pages whose text was left out, pages that OCR could not help, and languages that it lacks."""
    yield from _about(_GARBLED, (t.page for t in tried if t.page.layer is Layer.GARBLED))
    yield from _about("ocr_late", (t.page for t in tried if t.outcome is Outcome.LATE), seconds=ocr.seconds)
    yield from _about("ocr_failed", (t.page for t in tried if t.outcome is Outcome.FAILED))
    lack = ocr.lack(program)
    if lack:
        yield lack


def told(pages: Sequence[ReadPage] | Sequence[Page], searchable: bool, notes: Sequence[Why] = ()) -> tuple[Why, ...]:
    """What a person should know of how some pages were read: sentences, the most important first.

    `searchable` says whether any passage came of them, `notes` are a document's. Blank pages are no gap.
    """
    found = [page for page in pages if page.certainty is not None]
    read = list(_about("read_by_ocr", found, sure=_sure(found)))
    if searchable:
        return (*read, *_gaps(pages), *notes)
    return (_why_nothing(pages, _GARBLED in dict(notes)), *read, *notes)


def _gaps(pages: Sequence[ReadPage] | Sequence[Page]) -> Iterator[Why]:
    """On pages of a searchable document that cannot be found."""
    unread = [page for page in pages if page.reader is Reader.NONE]
    if len(unread) == 1:
        yield from _about("page_without_text", unread)
    else:
        yield from _about("pages_without_text", unread, count=len(unread))
    yield from _about("ocr_found_nothing", (p for p in pages if p.reader is Reader.OCR and p.certainty is None))


def _why_nothing(pages: Sequence[ReadPage] | Sequence[Page], garbled: bool) -> Why:
    """Why nothing in a document can be searched."""
    readers = {page.reader for page in pages}
    if Reader.NONE in readers:
        return ("needs_ocr_garbled" if garbled else "needs_ocr"), ()
    if any(letters(page.text) for page in pages):
        return "too_little_text", ()
    return ("nothing_to_read" if Reader.OCR in readers else "blank_pages"), ()


def _sure(pages: Sequence[ReadPage | Page]) -> int:
    """How sure OCR was of the words of some pages, in per cent, by their letters."""
    weights = [len(letters(page.text)) for page in pages]
    sure = sum(weight * (page.certainty or 0) for weight, page in zip(weights, pages, strict=True))
    return round(100 * sure / max(1, sum(weights)))


def _about(code: str, pages: Iterable[ReadPage | Page], **values: object) -> Iterator[Why]:
    """A sentence on some pages, by their printed numbers; none where there are none."""
    labels = [page.label for page in pages]
    if labels:
        named = ", ".join(labels[:_PAGES_NAMED]) + (" …" if len(labels) > _PAGES_NAMED else "")
        yield code, (*values.items(), ("pages", named))
