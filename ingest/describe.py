"""What a study says it is: every title, name, year and number found, as proposals of which the best counts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from corpus.description import proposed, resolve
from corpus.study import IDENTIFIERS, Description, Proposal, Source, Value
from corpus.text import letters
from ingest.front.contents import contents
from ingest.front.imprint import imprint
from ingest.front.lines import lowered, tidy
from ingest.front.names import NAME, below_title, is_name, labelled, listed
from ingest.front.numbers import identifiers
from ingest.front.said import links, own_imprint, own_numbers
from ingest.front.titles import Printed, printed_title
from ingest.read import Document

# Confidence is the share of values that were right, here and in the modules that print is read by: measured over 43
# journal papers with Crossref records (`tests/ingest/test_metadata.py` prints the shares) and judged by eye over 22
# postprints and reports and 12 Swedish official documents. A title of the file's own that is also what is printed
# largest was never wrong but for a mark; one that stands nowhere in print mostly belongs to an earlier file. Where too
# few were seen to count (copyright years, mastheads, series), the figure is set between those that were.
_BACKED, _IN_PRINT, _NOT_IN_PRINT, _NOTHING_IN_PRINT = 0.97, 0.93, 0.2, 0.5
_FILE_NAME = 0.1

_LONGEST = {"title": 400, "subtitle": 400, "abstract": 3_000, "published_in": 300, "publisher": 200, "kind": 60}
_PROPOSALS = 8  # kept for one field
_EARLY = 3  # pages on which a title or an abstract stands
_LABELLED = 5  # pages on which "Författare" may stand
_PAGE = 30_000  # letters of a page that are looked at

_NOT_A_TITLE = re.compile(  # what programs and templates write where a title should stand
    r"^(?:microsoft word|untitled|namnlös|powerpoint|slide \d|layout \d|dokument\d)"
    r"|^(?:title|document|dokument|print|omslag|cover|inlaga|regeringens (?:proposition|skrivelse)|kommittédirektiv)$"
    r"|\.(?:docx?|indd|pdf|qxd|tex|pptx?|rtf)\b",
    re.IGNORECASE,
)
_NUMBER_FIRST = re.compile(
    r"^(?:(?:regeringens )?(?:prop(?:osition)?|skr(?:ivelse)?|dir|sou"
    r"|ds)\.?\s*)?(?:\d{4}(?:/\d{2,4})?:\d+)[,.:\s–-]*",
    re.IGNORECASE,
)
_NOTE = re.compile(r"^(?:evidence note|evidens?not)", re.IGNORECASE)  # its numbers are those of the work it is about
_OFFICIAL = frozenset({"sfs", "sou", "prop", "ds", "dir", "skr"})


def describe(document: Document, file_name: str, given: Description | None = None) -> Description:
    """The description of the study in `document`, with all proposals behind it.

    What was `given` is a person's word, with confidence 1, unless it brings its own proposals.
    """
    found = _kept(_bounded(_proposals(document, file_name)))
    if given is not None:
        found += given.proposals or proposed(given, Source.PERSON, 1.0).proposals
    described = resolve(found, _stem(file_name))
    other = tuple(pair for pair in (given.identifiers if given else ()) if pair[0] not in IDENTIFIERS)
    return replace(described, identifiers=(*described.identifiers, *other)) if other else described


def _proposals(document: Document, file_name: str) -> Iterator[Proposal]:
    texts = [page.text[:_PAGE] for page in document.pages]
    front = document.front or tuple((line, 0.0) for line in _first_words(texts).split("\n")[:60] if line.strip())
    printed = printed_title(front)
    titles = [*_titles(document, texts, printed), Proposal("title", _stem(file_name), Source.FILE_NAME, _FILE_NAME)]
    title = str(max(titles, key=lambda p: p.confidence).value)
    lines = [lowered(line) for line, _ in front]
    numbers = [] if _NOTE.match(title) else list(_numbers(document, file_name, texts, lines, title))
    yield from [*titles, *numbers]
    yield from imprint(texts, lines, title, numbers)
    if not any(p.field in _OFFICIAL and p.confidence > 0.5 for p in numbers):  # official print is nobody's in person
        yield from _authors(document, texts, below_title(front, printed.end) if printed else ())
    yield from own_imprint(document)
    yield from contents(texts, front, title)


def _stem(file_name: str) -> str:
    return tidy(Path(file_name).stem)[: _LONGEST["title"]] or "PDF"


def _first_words(texts: Sequence[str]) -> str:
    return next((text for text in texts[:_EARLY] if letters(text)), "")


def _numbers(
    document: Document, file_name: str, texts: Sequence[str], lines: Sequence[str], title: str
) -> Iterator[Proposal]:
    """The numbers in print, and those that the file says. Print may break a DOI; the link below it has it whole."""
    linked = links(document)
    for found in identifiers(texts, lines, title):
        printed = str(found.value)
        same = (doi for doi in linked if doi.startswith(printed) or printed.startswith(f"{doi}."))
        yield replace(found, value=next(same, printed)) if found.field == "doi" else found
    yield from own_numbers(document, file_name)


# What may be kept


def _bounded(found: Iterator[Proposal]) -> Iterator[Proposal]:
    """The proposals with their texts on one line, clean and of a length that can be right; others are left out."""
    for proposal in found:
        value: Value = proposal.value
        if isinstance(value, str):
            value = _bounded_text(value, _LONGEST.get(proposal.field, 200), proposal.field == "abstract")
        elif isinstance(value, tuple):
            value = tuple(filter(None, (_bounded_text(text, NAME) for text in value)))
        if value:
            yield replace(proposal, value=value, detail=tidy(proposal.detail)[:100])


def _bounded_text(text: str, most: int, may_be_cut: bool = False) -> str:
    text = tidy(text)
    if len(text) <= most:
        return text
    cut = text[:most]
    return (cut[: cut.rfind(". ") + 1] or cut.rsplit(" ", 1)[0]) if may_be_cut else ""


def _kept(found: Iterator[Proposal]) -> list[Proposal]:
    """The likeliest proposals for each field, each value once for each source, in the order in which they came."""
    best: dict[tuple[str, Source, Value], Proposal] = {}
    for proposal in found:
        key = (proposal.field, proposal.source, proposal.value)
        if key not in best or best[key].confidence < proposal.confidence:
            best[key] = proposal
    counted: Counter[str] = Counter()
    likeliest: set[tuple[str, Source, Value]] = set()
    for key in sorted(best, key=lambda key: -best[key].confidence):
        counted[key[0]] += 1
        likeliest |= {key} if counted[key[0]] <= _PROPOSALS else set()
    return [proposal for key, proposal in best.items() if key in likeliest]


# Title


def _titles(document: Document, texts: Sequence[str], printed: Printed | None) -> Iterator[Proposal]:
    first = letters("".join([*texts[:_EARLY], *(line for line, _ in document.front)]))
    own = [(Source.XMP, text) for text in document.xmp.get("dc:title", ())[:1]]
    for source, text in (*own, (Source.METADATA, document.info.get("title", ""))):
        title = _NUMBER_FIRST.sub("", tidy(text))
        if len(title) > 5 and letters(title) and not _NOT_A_TITLE.search(title):
            yield Proposal("title", title, source, _sure_of_title(title, first, printed.title if printed else ""))
    if printed:
        yield Proposal("title", printed.title, Source.PAGES, printed.sure, "page 1")
        yield Proposal("subtitle", printed.subtitle, Source.PAGES, 0.6, "page 1")


def _sure_of_title(title: str, first: str, printed: str) -> float:
    """How sure a title of the file is, by what is in print; one word may stand there by chance."""
    if not first:
        return _NOTHING_IN_PRINT
    if letters(title) == letters(printed):
        return _BACKED
    return _IN_PRINT if letters(title) in first and " " in title else _NOT_IN_PRINT


# Authors


def _authors(document: Document, texts: Sequence[str], below: tuple[str, ...]) -> Iterator[Proposal]:
    """The names below the title and after "Författare"; those the file lists, by how many of them are in print."""
    if below:
        yield Proposal("authors", below, Source.PAGES, 0.9, "page 1")
    if names := labelled(texts[:_LABELLED]):
        yield Proposal("authors", names, Source.PAGES, 0.8, "first pages")
    first = letters("\n".join(texts[:_EARLY]))
    author = document.info.get("author", "")
    for source, said in ((Source.XMP, document.xmp.get("dc:creator", ())), (Source.METADATA, (author,))):
        own = listed(said)
        if own and (sure := _sure_of_authors(own, below, first)):
            yield Proposal("authors", own, source, sure)


def _sure_of_authors(own: Sequence[str], below: Sequence[str], first: str) -> float:
    """How sure the authors are that a file lists; often they are only whoever made it.

    They are believed where each of them is in print, and no other; else others have to be found, or there is no print.
    """
    if not first:
        return _NOTHING_IN_PRINT if all(map(is_name, own)) else 0.0
    if not all(letters(name) in first for name in own):
        return 0.1 if below else 0.0
    if not below:
        return 0.75 if len(own) > 1 else 0.45
    return 0.95 if {*map(letters, own)} >= {*map(letters, below)} else 0.15
