"""What a sceptical reader wants to know of each source, and what the sources together say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache

from corpus.choice import party_of
from corpus.library import Library
from corpus.study import Appraisal, Study
from corpus.text import one_line
from retriever.answer import Card, Caution, Citation, Claim, Comparison, Direction, Evidence, Group
from retriever.figures import figures
from retriever.outcomes import direction, outcomes
from retriever.places import countries, side_of
from retriever.work import line_of, root_of

OTHER = "other"
"""What a group is about whose sentences name no outcome."""
_FIRST_PAGES = (1, 2)
_KINDS = {
    "note": ("evidence note", "evidensnotis"),
    "thesis": ("thesis", "dissertation", "avhandling", "uppsats", "examensarbete"),
    "consultation": ("consultation response", "remissvar", "remissyttrande"),
    "self_report": ("self-report", "självrapport"),
}

_YEAR = r"(?:19|20)\d\d"
_YEARS = re.compile(
    rf"(?<![\w/.:–-])(?P<between>(?:between|mellan)\s)?(?P<first>{_YEAR})"
    rf"(?P<joined>\s?[–-]\s?|\s(?:to|and|through|till|och|till och med|t\.o\.m\.)\s)(?P<last>{_YEAR})(?![\w/:]|[–-]\d)"
)
_OF_DATA = re.compile(
    r"\b(?:data|period\w*|years?|surveys?|samples?|stud(?:y|ies|ied)|evaluat\w+|collected|recorded|reported|observed"
    r"|records?|statistics|crimes?|incidents?|between|during|under|mellan|uppgifter|material\w*|åren|undersök\w+|stud\w+"
    r"|utvärder\w+|mät\w+|enkät\w*|samlades|anmäl\w+|statistik\w*|\w*brott\w*|observ\w+)\b",
    re.IGNORECASE,
)
_AROUND = 90
"""Characters before and after a range of years in which something must say that it is of data."""


_NOT_APPRAISED = Appraisal("", "", date.min)


Minded = Callable[[Study, Appraisal | None], tuple[Caution, ...]]
"""What to mind of a study and of its appraisal, in the reader's language."""


def cards(
    library: Library,
    citations: Sequence[Citation],
    referenced: Callable[[Study], str],
    minded: Minded = lambda *_: (),
) -> tuple[Card, ...]:
    """One card a work, in order of first citation; studies that are versions of one another share a card.

    `referenced` makes the reference of a study, and `minded` what to mind of it. Raises UnknownStudy.
    """
    lines: dict[str, tuple[Study, ...]] = {}
    works: dict[str, list[Citation]] = {}
    for citation in citations:
        if citation.study_id not in lines:
            lines[citation.study_id] = line_of(library, citation.study_id)
        works.setdefault(root_of(lines[citation.study_id]), []).append(citation)
    return tuple(_card(library, cited, lines, referenced, minded) for cited in works.values())


def _card(
    library: Library,
    cited: Sequence[Citation],
    lines: Mapping[str, Sequence[Study]],
    referenced: Callable[[Study], str],
    minded: Minded,
) -> Card:
    study = lines[cited[0].study_id][0]
    family = [version.id for citation in cited for version in lines[citation.study_id]]
    said = library.appraisal(study.id)
    appraisal = said or _NOT_APPRAISED
    evidence_from, source = where_from(library, study, said)
    also = dict.fromkeys(citation.study_id for citation in cited if citation.study_id != study.id)
    return Card(
        study_id=study.id,
        title=study.title,
        authors=study.description.authors,
        year=study.description.year,
        claims=tuple(claim(citation) for citation in cited),
        side=side_of(evidence_from),
        evidence_from=evidence_from,
        evidence_source=source,
        evidence_years=_evidence_years(library, cited),
        design=appraisal.design,
        sms_level=appraisal.sms_level,
        appraised_by=appraisal.said_by,
        party_interest=appraisal.party_interest,
        apart=_apart(study.description.kind, appraisal.party_interest),
        versions=tuple(dict.fromkeys(version for version in family if version != study.id)),
        reference=referenced(study),
        appraised_on=said.said_on if said else None,
        confirmed=said.confirmed if said else None,
        emmie=appraisal.emmie,
        outcomes=appraisal.outcomes,
        place_type=appraisal.place_type,
        levy=appraisal.levy,
        transfer=appraisal.transfer,
        cautions=(*minded(study, said), *(one for other in also for one in minded(lines[other][0], None))),
    )


def claim(citation: Citation) -> Claim:
    """What one quote says: its figures, its outcomes, and which way the first of them went."""
    named = outcomes(citation.quote, citation.language)
    way: Direction = direction(citation.quote, citation.language, named[0]) if named else ""
    return Claim(citation.n, figures(citation.quote, citation.language), named, way)


def where_from(library: Library, study: Study, appraisal: Appraisal | None) -> tuple[str, str]:
    """Where a study's evidence is from, and where that was read: "appraised", "described", "named" or ""."""
    if appraisal is not None and appraisal.evidence_from:
        return appraisal.evidence_from, "appraised"
    if study.description.evidence_from:
        return study.description.evidence_from, "described"
    text = "\n".join(library.page(study.id, number).text for number in _FIRST_PAGES if number <= study.page_count)
    named = countries(text)
    return (named[0], "named") if len(named) == 1 else ("", "")


def _evidence_years(library: Library, cited: Sequence[Citation]) -> tuple[str, ...]:
    """Ranges of years that the cited pages say data are from, as written."""
    pages = dict.fromkeys((citation.study_id, citation.page) for citation in cited)
    return tuple(dict.fromkeys(years for page in pages for years in years_in(library.page(*page).text)))


@lru_cache(maxsize=512)
def years_in(text: str) -> tuple[str, ...]:
    """Ranges of years in a text that something beside them says are of data; "1994 and 2005" alone is no range."""
    ranges = (one_line(match.group()) for match in _YEARS.finditer(text) if _is_of_data(match))
    return tuple(dict.fromkeys(ranges))


def _is_of_data(match: re.Match[str]) -> bool:
    if match["first"] >= match["last"] or (match["joined"].strip() in {"and", "och"} and not match["between"]):
        return False
    around = match.string[max(0, match.start() - _AROUND) : match.end() + _AROUND]
    return match["between"] is not None or _OF_DATA.search(around) is not None


def _apart(kind: str, party_interest: str) -> str:
    """Why a source is kept apart from studies, or "". A partial interest is shown, but makes no report on oneself."""
    described = kind.casefold()
    for reason, names in _KINDS.items():
        if any(name in described for name in names):
            return reason
    return "self_report" if party_of(party_interest) == "yes" else ""


# What the sources say together


def groups(found: Sequence[Card]) -> tuple[Group, ...]:
    """Citations by the first outcome they name, in order of first citation; those that name none are one group too."""
    by_outcome: dict[str, list[int]] = {}
    for said in _claims(found):
        by_outcome.setdefault(said.outcomes[0] if said.outcomes else OTHER, []).append(said.n)
    return tuple(Group(about, tuple(cited)) for about, cited in by_outcome.items())


def comparisons(found: Sequence[Card]) -> tuple[Comparison, ...]:
    """For each outcome that at least two works give a direction: whether they all point the same way.

    A work that says two things of an outcome disagrees with the others, but alone makes no comparison.
    """
    outcomes_told = dict.fromkeys(said.outcomes[0] for said in _claims(found) if said.direction)
    return tuple(made for outcome in outcomes_told if (made := _comparison(found, outcome)) is not None)


def _comparison(found: Sequence[Card], outcome: str) -> Comparison | None:
    told: dict[Direction, list[int]] = {"lower": [], "higher": [], "unchanged": []}
    works = set()
    for card in found:
        for said in card.claims:
            if said.direction and said.outcomes[0] == outcome:
                told[said.direction].append(said.n)
                works.add(card.study_id)
    if len(works) < 2:
        return None
    ways = sum(bool(numbers) for numbers in told.values())
    return Comparison(
        outcome,
        "agree" if ways == 1 else "may_disagree",
        tuple(sorted(told["lower"])),
        tuple(sorted(told["higher"])),
        tuple(sorted(told["unchanged"])),
    )


def evidence(found: Sequence[Card]) -> Evidence:
    """How much an answer rests on, works counted once. The year of an evidence note is the note's own."""
    sides = Counter(card.side for card in found)
    return Evidence(
        works=len(found),
        newest=max((card.year for card in found if card.year is not None), default=None),
        swedish=sides["swedish"],
        international=sides["international"],
        not_stated=sides["not_stated"],
        appraised=sum(bool(card.appraised_by) for card in found),
    )


def _claims(found: Sequence[Card]) -> list[Claim]:
    return sorted((said for card in found for said in card.claims), key=lambda said: said.n)
