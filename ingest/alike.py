"""Which studies may be one work: the same text twice, a text with other pages, another version; for a person to say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from corpus.language import SCANDINAVIAN
from corpus.library import Library
from corpus.links import links, put, unsigned
from corpus.record import Record
from corpus.study import Link, LinkKind, LinkState
from ingest.described import SAME_AUTHORS, SAME_TITLE, Evidence, Facts, evidence, facts
from ingest.likeness import Body, Likeness, body_of, compare
from ingest.signature import FORM, Heading, Shelf, sign

Progress = Callable[[int, int], None]

SHARED_TEXT, PART_OF, NAMES_THE_OTHER = "shared_text", "part_of", "names_the_other"

_LEAST_RUNS = 200
"""Texts that share fewer runs, some 40 words, share a phrase of the trade."""
_LEAST_SAMPLE, _LEAST_HELD = 2, 0.06
"""What kept runs must show for two texts to be compared as a whole."""
_MOST_COMPARED = 25
_SIGNED_BESIDE = 20
_NEARLY_ALL, _HALF, _SOME = 0.9, 0.45, 0.1
"""Shares of the shorter text that stand in the other."""
_HALF_THE_PAGES = 0.5
_TELLING_FIGURES, _OTHER_FIGURES, _OTHER_SHARE = 10, 3, 0.15
"""Reports of a series share text, but not figures: of ten and more, versions have all but three, or 15 per cent."""
_YEARS_APART = 5
_SUMMARY = 0.25


def find_links(record: Record, study_id: str) -> list[Link]:
    """What may be the same work as a study, the likest first, among the studies that have a signature."""
    return Found(record).links(study_id)


def propose_links(library: Library, study_id: str) -> list[Link]:
    """Compare a study that was just added, or read anew, with all others, and keep what is found as proposals.

    What people decided before stays. Gives what is proposed for it now, the likest first; nothing for a study that is
    not there or has no text. Studies from before there were signatures are signed a few at a time, or by `propose_all`.
    """
    record = library.record
    if record.study(study_id) is None:
        return []
    sign(record, [study_id, *unsigned(record, FORM)[:_SIGNED_BESIDE]])
    return put(record, study_id, find_links(record, study_id))


def propose_all(library: Library, progress: Progress = lambda *_: None) -> list[Link]:
    """Compare all studies with each other, and keep what is found; gives all that is proposed now."""
    record = library.record
    sign(record)
    found = Found(record)
    for done, study_id in enumerate(found.ids, 1):
        put(record, study_id, found.links(study_id))
        progress(done, len(found.ids))
    return links(record, state=LinkState.PROPOSED)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two studies that are held against each other."""

    one: Facts
    other: Facts
    headings: tuple[Heading, Heading]
    described: Evidence

    @property
    def names_the_other(self) -> bool:
        """Does one say that it is a version of what has the other's title or DOI?"""
        return _names(self.headings[0], self.one, self.other) or _names(self.headings[1], self.other, self.one)

    @property
    def may_be_versions(self) -> bool:
        """Are both worth comparing, though few of the kept runs are in both?"""
        same_text = self.headings[0].whole == self.headings[1].whole
        return same_text or self.described.identified or self.described.named_the_same or self.names_the_other

    @property
    def other_language(self) -> bool:
        """Are they written in different languages?"""
        first, second = (
            {"sv" if language in SCANDINAVIAN else language for language in facts.languages[:1]}
            for facts in (self.one, self.other)
        )
        return bool(first and second) and not first & second

    @property
    def years_near(self) -> bool:
        """Might both be of one work, by their years?"""
        years = (self.one.year, self.other.year)
        return None in years or abs((years[0] or 0) - (years[1] or 0)) <= _YEARS_APART

    @property
    def one_is_a_summary(self) -> bool:
        """Is one text much shorter than the other?"""
        shorter, longer = sorted(heading.letters for heading in self.headings)
        return shorter <= _SUMMARY * longer


def _names(heading: Heading, own: Facts, other: Facts) -> bool:
    """Does a text speak of itself as a version of what has the other's DOI or title, and not its own?"""
    doi = other.identifiers.get("doi", "")
    if doi and doi != own.identifiers.get("doi") and doi in heading.dois:
        return True
    return other.names_a_work and other.letters != own.letters and other.letters in heading.says


class Found:
    """A library laid out to be searched for versions: signatures, descriptions, and texts as they are needed."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._shelf = Shelf(record)
        self._facts = facts(record)
        self._body = lru_cache(maxsize=32)(self._read)
        self.ids = sorted(study_id for study_id in self._shelf.headings if self._takes_part(study_id))
        self._marked: dict[str, set[str]] = {}
        for study_id in self.ids:
            for mark in self._marks(study_id):
                self._marked.setdefault(mark, set()).add(study_id)

    def _marks(self, study_id: str) -> Iterator[str]:
        """What other versions of a work are found by: its identifiers, its authors, and all its letters."""
        said = self._facts[study_id]
        yield from (f"{name} {value}" for name, value in said.identifiers.items())
        yield from (f"by {surname}" for surname in said.surnames)
        yield f"text {self._shelf.headings[study_id].whole}"

    def _read(self, study_id: str) -> Body:
        return body_of(self._record, study_id)

    def _takes_part(self, study_id: str) -> bool:
        """Has a study text, and is it no evidence note?"""
        heading, said = self._shelf.headings.get(study_id), self._facts.get(study_id)
        return heading is not None and said is not None and heading.runs >= _LEAST_RUNS and not said.is_note

    def links(self, study_id: str) -> list[Link]:
        """What may be the same work as a study, the likest first; works joined already are left out."""
        if not self._takes_part(study_id):
            return []
        joined = self._joined(study_id)
        found = [self._link(pair) for pair in self._pairs(study_id) if pair.other.study_id not in joined]
        return sorted((link for link in found if link is not None), key=lambda link: -link.likeness)

    def _joined(self, study_id: str) -> set[str]:
        """The studies that are versions of one work with a study, as people said."""
        work = self._work(study_id)
        related = (other for other, said in self._facts.items() if said.version_of is not None)
        return {other for other in related if self._work(other) == work} | {work}

    def _work(self, study_id: str) -> str:
        """The last study of the line from one over what it is a version of, or the first id where a circle closes."""
        line = [study_id]
        while (above := self._facts[line[-1]].version_of) is not None:
            if above in line:
                return min(line[line.index(above) :])
            line.append(above)
        return line[-1]

    def _pairs(self, study_id: str) -> Iterator[_Pair]:
        """The studies to compare with one: those that share text with it, and those described like it."""
        shared = {
            other: held
            for other, (count, held) in self._shelf.shared_with(study_id).items()
            if count >= _LEAST_SAMPLE and held >= _LEAST_HELD
        }
        likest = sorted(shared, key=lambda other: -shared[other])[:_MOST_COMPARED]
        for other in sorted({*likest, *self._described_like(study_id)} & {*self.ids} - {study_id}):
            pair = self._pair(study_id, other)
            if other in likest or pair.may_be_versions:
                yield pair

    def _pair(self, study_id: str, other: str) -> _Pair:
        one, two = self._facts[study_id], self._facts[other]
        return _Pair(one, two, (self._shelf.headings[study_id], self._shelf.headings[other]), evidence(one, two))

    def _described_like(self, study_id: str) -> Iterator[str]:
        """The studies with all letters, an identifier or an author in common with one, or where one names the other."""
        own, heading = self._facts[study_id], self._shelf.headings[study_id]
        for mark in self._marks(study_id):
            yield from self._marked.get(mark, ())
        for other in self.ids:
            said = self._shelf.headings[other]
            if (heading.says or said.says) and (
                _names(heading, own, self._facts[other]) or _names(said, self._facts[other], own)
            ):
                yield other

    def _link(self, pair: _Pair) -> Link | None:
        found = compare(self._body(pair.one.study_id), self._body(pair.other.study_id))
        kind = _by_text(pair, found) or _by_description(pair, found)
        if kind is None:
            return None
        pages = found.pages if kind is LinkKind.NEAR_TEXT else ()
        likeness = round(found.held, 4)
        return Link(pair.one.study_id, pair.other.study_id, kind, likeness, tuple(_why(pair, found)), pages)


def _why(pair: _Pair, found: Likeness) -> Iterator[str]:
    yield from pair.described.why
    if pair.names_the_other:
        yield NAMES_THE_OTHER
    if found.shared >= _LEAST_RUNS and found.held >= _SOME:
        yield PART_OF if found.part and found.held >= _NEARLY_ALL else SHARED_TEXT


def _by_text(pair: _Pair, found: Likeness) -> LinkKind | None:
    """What two texts are to each other by what they share; None where that is too little to tell."""
    if found.shared < _LEAST_RUNS:
        return None
    if found.same:
        return LinkKind.SAME_TEXT
    if found.held < _HALF or not _figures_agree(found) or not _is_telling(pair, found):
        return None
    return LinkKind.NEAR_TEXT if found.held >= _NEARLY_ALL or found.lined_up else LinkKind.VERSION


def _is_telling(pair: _Pair, found: Likeness) -> bool:
    """Do two texts share more than works of one series may, that say the same of other places and times?"""
    if found.alike_pages >= _HALF_THE_PAGES:
        return True
    if pair.described.told_apart:
        return False
    return found.held >= _NEARLY_ALL or found.figures >= _TELLING_FIGURES or SAME_TITLE in pair.described.why


def _figures_agree(found: Likeness) -> bool:
    """Have both the same figures, or too few to tell? Or is half of the pages the same to the letter?"""
    allowed = max(_OTHER_FIGURES, _OTHER_SHARE * found.figures)
    agree = found.figures < _TELLING_FIGURES or found.other_figures <= allowed
    return agree or found.alike_pages >= _HALF_THE_PAGES


def _by_description(pair: _Pair, found: Likeness) -> LinkKind | None:
    """Another version by what descriptions say, where the texts do not speak against it."""
    said = pair.described
    if said.told_apart or (found.held >= _HALF and not _figures_agree(found)):
        return None
    named = (said.named_the_same and pair.years_near) or pair.names_the_other
    if found.held >= _SOME and (named or said.identified):
        return LinkKind.VERSION
    supported = said.identified and not {SAME_TITLE, SAME_AUTHORS}.isdisjoint(said.why)
    if (pair.other_language or pair.one_is_a_summary) and (named or supported):
        return LinkKind.VERSION
    return None
