"""What to mind of a source: withdrawn, out of force, read by OCR, or appraised only provisionally."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from corpus.library import Library
from corpus.study import Appraisal, Page, Reader, State, Study, Withdrawal, Withdrawn
from corpus.words import Language, say
from retriever.answer import Card, Caution, CautionKind, Citation

_MAY_BE_UNCHECKED = timedelta(days=365)
_LAW = re.compile(
    r"\b(?:statutes?|acts?|bills?|legislation|ordinances?|lag|lagtext|lagstiftning|förordning|författning|proposition)\b",
    re.IGNORECASE,
)
_OFFICIAL = frozenset({"sfs", "prop"})
_WHY: dict[Withdrawn, CautionKind] = {
    Withdrawn.RETRACTED: "retracted",
    Withdrawn.SUPERSEDED: "superseded",
    Withdrawn.OTHER: "withdrawn",
}


def of_study(library: Library, study: Study, language: Language, today: date) -> tuple[Caution, ...]:
    """What to mind of a study, whatever its pages say."""
    return tuple(_of_study(library, study, language, today))


def _of_study(library: Library, study: Study, language: Language, today: date) -> Iterator[Caution]:
    if study.state is State.WITHDRAWN:
        kind, text = _withdrawn(library, study.withdrawal, language)
        yield Caution(kind, study.id, text)
    yield from (Caution(kind, study.id, text) for kind, text in _in_force(study, language, today))


def _withdrawn(library: Library, withdrawal: Withdrawal | None, language: Language) -> tuple[CautionKind, str]:
    if withdrawal is None:
        return "withdrawn", say("caution_withdrawn_undated", language)
    kind, day = _WHY[withdrawal.kind], withdrawal.said_on.isoformat()
    text = (
        say(f"caution_{kind}", language, day=day)
        if kind != "superseded"
        else _superseded(library, withdrawal, language)
    )
    reason = say("caution_reason", language, reason=withdrawal.reason) if withdrawal.reason else ""
    return kind, f"{text} {reason}".strip()


def _superseded(library: Library, withdrawal: Withdrawal, language: Language) -> str:
    day = withdrawal.said_on.isoformat()
    newer = library.record.study(withdrawal.replaced_by) if withdrawal.replaced_by else None
    if newer is None:
        return say("caution_superseded_unnamed", language, day=day)
    year = newer.description.year or say("no_year", language)
    return say("caution_superseded", language, day=day, title=newer.title, year=year, id=newer.id)


def _in_force(study: Study, language: Language, today: date) -> Iterator[tuple[CautionKind, str]]:
    """Whether a legal source applies on a day, and whether anyone has looked lately."""
    described = study.description
    if described.valid_to is not None and described.valid_to < today:
        yield "lapsed", say("caution_lapsed", language, day=described.valid_to)
        return
    if described.valid_from is not None and described.valid_from > today:
        yield "not_yet", say("caution_not_yet", language, day=described.valid_from)
    if described.last_checked is None:
        if is_law(study):
            yield "unchecked", say("caution_never_checked", language)
    elif today - described.last_checked > _MAY_BE_UNCHECKED:
        yield "unchecked", say("caution_unchecked", language, day=described.last_checked)


def is_law(study: Study) -> bool:
    """Is it a statute or a bill, by its kind or its number?"""
    named = {name.casefold() for name, _ in study.description.identifiers}
    return bool(named & _OFFICIAL) or _LAW.search(study.description.kind) is not None


def of_page(page: Page, language: Language) -> tuple[Caution, ...]:
    """What to mind of a page: that its letters are OCR's guess, and how sure that was."""
    if page.reader is not Reader.OCR:
        return ()
    if page.certainty is None:
        return (Caution("ocr", page.study_id, say("caution_ocr_unsure", language)),)
    return (Caution("ocr", page.study_id, say("caution_ocr", language, certainty=percent(page.certainty))),)


def of_appraisal(appraisal: Appraisal, language: Language) -> tuple[Caution, ...]:
    """What to mind of an appraisal: that it was set from abstracts, and nobody has confirmed it."""
    if appraisal.confirmed:
        return ()
    return (Caution("provisional", appraisal.study_id, say("caution_provisional", language)),)


def percent(certainty: float) -> int:
    """A share as whole per cent, rounded down, so that what is not quite sure is never said to be."""
    return int(100 * certainty)


def notices(cards: Sequence[Card], citations: Sequence[Citation], language: Language) -> tuple[str, ...]:
    """What to mind of the sources of an answer, as sentences, each once; what an appraisal is worth is on the card."""
    titles = {citation.study_id: citation.title for citation in citations}
    said = (caution for card in cards for caution in card.cautions if caution.kind != "provisional")
    sentences = [say("caution_of", language, title=titles.get(c.study_id, c.study_id), text=c.text) for c in said]
    if read := [citation for citation in citations if citation.read_by_ocr]:
        sentences.append(say("notice_ocr", language, quotes=", ".join(_sure(citation, language) for citation in read)))
    return tuple(dict.fromkeys(sentences))


def _sure(citation: Citation, language: Language) -> str:
    if citation.certainty is None:
        return f"[{citation.n}]"
    return say("notice_ocr_sure", language, n=f"[{citation.n}]", certainty=percent(citation.certainty))
