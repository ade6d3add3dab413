"""What a person sees of two studies that may be one work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from corpus.record import Record
from corpus.study import Link, LinkKind, LinkState, State, Study
from corpus.words import Language, say

_Pair = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two studies."""

    id: str
    title: str
    authors: tuple[str, ...]
    year: int | None
    file: str
    pages: int
    state: State
    version_of: str | None


@dataclass(frozen=True, slots=True)
class Linked:
    """A link with both of its studies, and the same in sentences, in the reader's language.

    `likeness` is the share (0 to 1) of the shorter text that stands in the other.
    """

    id: int
    kind: LinkKind
    state: LinkState
    likeness: float
    why: tuple[str, ...]
    pages: tuple[_Pair, ...]
    first: Side
    second: Side
    said_by: str
    said_on: date | None
    sentences: tuple[str, ...]


def linked(record: Record, links: Iterable[Link], language: Language) -> list[Linked]:
    """Links as a person sees them; one whose study has just been removed is left out."""
    found = []
    for link in links:
        first, second = record.study(link.first), record.study(link.second)
        if first is not None and second is not None:
            found.append(_linked(link, first, second, language))
    return found


def _linked(link: Link, first: Study, second: Study, language: Language) -> Linked:
    return Linked(
        id=link.id,
        kind=link.kind,
        state=link.state,
        likeness=link.likeness,
        why=link.why,
        pages=link.pages,
        first=_side(first),
        second=_side(second),
        said_by=link.said_by,
        said_on=link.said_on,
        sentences=tuple(_sentences(link, language)),
    )


def _side(study: Study) -> Side:
    said = study.description
    return Side(
        study.id, said.title, said.authors, said.year, study.file_name, study.page_count, study.state, study.version_of
    )


def _sentences(link: Link, language: Language) -> Iterator[str]:
    yield say(f"link_{link.kind.value}", language)
    yield say("link_likeness", language, percent=percent(link.likeness))
    if link.why:
        yield say("link_why", language, why=", ".join(say(f"link_why_{code}", language) for code in link.why))
    yield from differing(link, language)


def percent(share: float) -> int:
    """A share in whole per cent; 100 only where it is whole, and 0 only where it is nothing."""
    return 100 if share >= 1 else 0 if share <= 0 else min(99, max(1, round(100 * share)))


def differing(link: Link, language: Language) -> Iterator[str]:
    """Which pages differ, and which are only in one of the two, in sentences."""
    for run in _in_runs(link.pages):
        one, other = _span([first for first, _ in run]), _span([second for _, second in run])
        several = "many" if len(run) > 1 else "one"
        if not other:
            yield say(f"link_only_in_{several}", language, pages=one, study=link.first)
        elif not one:
            yield say(f"link_only_in_{several}", language, pages=other, study=link.second)
        elif one == other:
            yield say(f"link_differ_{several}", language, pages=one)
        else:
            yield say("link_differ_both", language, pages=one, study=link.first, others=other, other=link.second)


def _in_runs(pages: Iterable[_Pair]) -> Iterator[list[_Pair]]:
    """Pairs of pages that follow each other on both sides, together."""
    pairs = list(pages)
    run = pairs[:1]
    for before, pair in pairwise(pairs):
        if all(_follows(one, two) for one, two in zip(before, pair, strict=True)):
            run.append(pair)
        else:
            yield run
            run = [pair]
    if run:
        yield run


def _follows(before: int | None, page: int | None) -> bool:
    return page == (before + 1 if before is not None else None)


def _span(pages: list[int | None]) -> str:
    first, last = pages[0], pages[-1]
    if first is None:
        return ""
    return str(first) if first == last else f"{first}–{last}"
