"""An answer as the command line shows it: quotes by what they speak of, whether they agree, and their sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from api.brief import SIDES, appraised, figures_of, heading, in_quotes, numbers, verdict
from api.show import page_of, paragraph, place_of, understood
from corpus.words import Language, say
from retriever.answer import Answer, Card, Citation, Claim
from retriever.places import called
from retriever.saved import Change


def answer(given: Answer, more: bool = False) -> None:
    """The answer: what it rests on, the quotes with their places, their sources, what was searched; all with `more`."""
    paragraph(given.question, style="bold")
    if given.carried:
        terms = (c.term if c.term == c.source else f"{c.source} → {c.term}" for c in given.carried)
        paragraph(say("carried", given.language, words=", ".join(terms)), style="dim")
    paragraph(given.message)
    for notice in given.notices:
        paragraph(notice)
    if given.answered:
        _answered(given, more)
    else:
        _unanswered(given)
    understood(given.understood, given.language)
    counts = {"sv": given.searched.get("sv", 0), "en": given.searched.get("en", 0)}
    paragraph(say("searched", given.language, **counts, confidence=round(100 * given.confidence)), style="dim")


def _answered(given: Answer, more: bool) -> None:
    for written in given.sentences if given.written else ():
        paragraph(f"{written.text} {numbers(written.citations)}")
    shown = (*given.citations, *(given.more if more else ()))
    _quotes(given, shown)
    if given.more and not more:
        paragraph(say("more_quotes", given.language, count=len(given.more)), style="dim")
    unread = _comparisons(given, {citation.n for citation in shown})
    _sources(given, {citation.n for citation in shown} | unread)


def _comparisons(given: Answer, shown: set[int]) -> set[int]:
    """Whether the sources agree. Of those that may not, every quote is shown; the numbers of those not shown before."""
    unread: set[int] = set()
    for comparison in given.comparisons:
        cited = sorted((*comparison.lower, *comparison.higher, *comparison.unchanged))
        if comparison.verdict == "agree" and not shown >= set(cited):
            continue
        paragraph(f"{verdict(given.language, comparison)} {numbers(cited)}")
        for citation in given.more:
            if citation.n in set(cited) - shown - unread:
                _quote(given, citation)
                unread.add(citation.n)
    return unread


def _quotes(given: Answer, shown: Sequence[Citation]) -> None:
    by_number = {citation.n: citation for citation in shown}
    for group in given.groups:
        cited = [by_number[n] for n in group.citations if n in by_number]
        if cited and len(given.groups) > 1:
            paragraph(heading(given.language, group.about), style="bold")
        for citation in cited:
            _quote(given, citation)


def _quote(given: Answer, citation: Citation) -> None:
    claims = {claim.n: claim for card in given.cards for claim in card.claims}
    paragraph(f"{citation.n}. {in_quotes(citation.quote, given.language)}")
    paragraph(_beneath(citation, claims.get(citation.n), given.language), indent=3, style="dim")


def _beneath(citation: Citation, claim: Claim | None, language: Language) -> str:
    """Where a quote stands, and which figure it gives."""
    figures = figures_of(claim) if claim else ""
    told = say("export_figure", language, figures=figures) if figures else say("no_figure", language)
    minding = [caution.text for caution in citation.cautions]
    return " ".join([f"{citation.title}, {page_of(citation.page, citation.page_label, language)}. {told}", *minding])


def _sources(given: Answer, shown: set[int]) -> None:
    """Each source by its reference, Swedish evidence first, with what a sceptical reader asks of it."""
    language = given.language
    for side in SIDES:
        cards = [c for c in given.cards if c.side == side and any(claim.n in shown for claim in c.claims)]
        if cards:
            paragraph(say(f"export_side_{side}", language), style="bold")
        for card in cards:
            cited = numbers([claim.n for claim in card.claims if claim.n in shown])
            paragraph(f"{cited} {card.reference}")
            paragraph(" ".join(_about(card, language)), indent=3, style="dim")


def _about(card: Card, language: Language) -> Iterator[str]:
    where = called(card.evidence_from, language) or say("export_not_stated", language)
    if card.evidence_source == "named":
        where = f"{where} {say('export_from_named', language)}"
    elif card.evidence_source == "appraised":
        where = f"{where} {say('card_from_appraised', language)}"
    yield say("source_from", language, where=", ".join([where, *card.evidence_years]))
    if card.apart:
        yield say(f"export_apart_{card.apart}", language)
    design = [card.design, say("export_sms", language, level=card.sms_level) if card.sms_level else ""]
    judged = ", ".join(part for part in design if part) or say("export_not_appraised", language)
    yield say("source_design", language, design=judged)
    yield from appraised(card, language)
    yield say("source_party", language, party=card.party_interest or say("export_not_stated", language))
    if card.versions:
        yield say("export_versions", language, count=len(card.versions))
    yield from (caution.text for caution in card.cautions)


def _unanswered(given: Answer) -> None:
    if given.unknown:
        paragraph(say("unknown_words", given.language, words=", ".join(given.unknown)))
    if given.nearest:
        paragraph(say("nearest", given.language))
    for hit in given.nearest[:3]:
        minding = [caution.text for caution in hit.cautions]
        paragraph("– " + " ".join([place_of(hit, given.language), *minding]), indent=1)


def change(found: Change, day: str, given: Answer) -> None:
    """What has changed since an answer was kept, and whether its quotes still stand."""
    language = given.language
    paragraph(
        say("answer_changed" if found.corpus or found.model or found.since else "answer_same", language, date=day)
    )
    if found.gone:
        titles = {citation.study_id: citation.title for citation in (*given.citations, *given.more)}
        named = "; ".join(titles.get(study_id, study_id) for study_id in found.gone)
        paragraph(say("answer_studies_gone", language, studies=named))
    _since(found, given)
    if found.all_stand:
        paragraph(say("answer_quotes_stand", language))
    else:
        lost = [quote.n for quote in found.quotes if not quote.stands]
        paragraph(say("answer_quotes_gone", language, quotes=", ".join(map(str, lost))))


def _since(found: Change, given: Answer) -> None:
    """What is to be minded of the cited studies now, and was not then."""
    if found.since:
        paragraph(say("answer_since", given.language))
    titles = {citation.study_id: citation.title for citation in (*given.citations, *given.more)}
    for caution in found.since:
        title = titles.get(caution.study_id, caution.study_id)
        paragraph("– " + say("caution_of", given.language, title=title, text=caution.text), indent=1)
