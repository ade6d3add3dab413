"""What a PDF says of itself: its information, its XMP, the links of its first pages, and its name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from corpus.study import Proposal, Source
from ingest.front.imprint import journal_in
from ingest.front.numbers import doi_in_name, dois_in, is_isbn, is_issn, official_in
from ingest.front.years import is_year
from ingest.read import Document

# Of XMP property, field and confidence. Publishers write PRISM with care; `dc:date` is often the day of the file.
_DOIS = (("prism:doi", 0.97), ("pdfx:doi", 0.95), ("crossmark:doi", 0.95), ("dc:identifier", 0.93))
_DOIS_IN_INFO = ("doi", "wps-articledoi", "subject")
_NUMBERS = (("prism:issn", "issn"), ("prism:eissn", "issn"), ("prism:isbn", "isbn"))
_TEXTS = (
    ("prism:publicationname", "published_in", 0.9),
    ("dc:publisher", "publisher", 0.85),
    ("dc:description", "abstract", 0.5),
)
_YEARS = (("prism:publicationdate", 0.93), ("prism:coverdate", 0.93), ("dc:date", 0.45))
_ABSTRACT = 200  # letters: a shorter description is a keyword or the name of a template
_EARLY = 3  # pages on which the year of the file has to be printed
_NUMBER = re.compile(r"[\d-]{7,16}[\dXx]")


def own_numbers(document: Document, file_name: str) -> Iterator[Proposal]:
    """DOI, ISBN, ISSN and numbers of official print that the file gives as its own."""
    yield from _linked(links(document))
    for name, sure in _DOIS:
        yield from (Proposal("doi", doi, Source.XMP, sure, name) for doi in _dois(document.xmp.get(name, ())))
    for name in _DOIS_IN_INFO:
        for doi in _dois([document.info.get(name, "")]):
            yield Proposal("doi", doi, Source.METADATA, 0.93, name)
    for name, field in _NUMBERS:
        for number in filter(_NUMBER.fullmatch, map(str.strip, document.xmp.get(name, ()))):
            if is_isbn(number) if field == "isbn" else is_issn(number):
                yield Proposal(field, number, Source.XMP, 0.9, name)
    yield from _named(document, file_name)


def links(document: Document) -> list[str]:
    """The DOIs that the first pages link to, in order."""
    return [doi for link in document.links for doi in dois_in(link)]


def _dois(texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        yield from dois_in(text)[:1]


def _linked(dois: Sequence[str]) -> Iterator[Proposal]:
    """A work links to its own DOI first, if at all; to what it cites later."""
    for place, doi in enumerate(dict.fromkeys(dois)):
        yield Proposal("doi", doi, Source.PAGES, 0.45 if len(dois) == 1 else 0.2 if not place else 0.05, "link")


def _named(document: Document, file_name: str) -> Iterator[Proposal]:
    for source, texts, sure in (
        (Source.XMP, document.xmp.get("dc:title", ())[:1], 0.85),
        (Source.METADATA, (document.info.get("title", ""),), 0.85),
        (Source.FILE_NAME, (Path(file_name).stem,), 0.5),
    ):
        for official in filter(None, map(official_in, texts)):
            yield Proposal(*official, source, sure, "title" if sure > 0.5 else "")
    if doi := doi_in_name(file_name):
        yield Proposal("doi", doi, Source.FILE_NAME, 0.6)


def own_imprint(document: Document) -> Iterator[Proposal]:
    """Journal, publisher, abstract and year as the file gives them."""
    for name, field, sure in _TEXTS:
        for text in document.xmp.get(name, ())[:1]:
            if field != "abstract" or len(text) > _ABSTRACT:
                yield Proposal(field, text, Source.XMP, sure, name)
    for name, sure in _YEARS:
        for year in (text[:4] for text in document.xmp.get(name, ())[:1] if is_year(text[:4])):
            yield Proposal("year", int(year), Source.XMP, sure, name)
    if journal := journal_in(document.info.get("subject", "")):
        yield Proposal("published_in", journal, Source.METADATA, 0.85, "subject")
    made = document.info.get("creationdate", "").removeprefix("D:")[:4]
    if is_year(made) and any(made in page.text for page in document.pages[:_EARLY]):
        yield Proposal("year", int(made), Source.METADATA, 0.3, "creation date, and in print")
