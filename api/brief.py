"""What a brief of an answer says, block by block, whichever form it is then written in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from api.show import page_of
from corpus.reference import clean, csl_item, in_order, in_text, is_note, pieces
from corpus.study import Study
from corpus.words import Fault, Language, catalogue, say
from retriever.answer import Answer, Card, Citation, Claim, Comparison, Hit, Side
from retriever.places import called

Look = Literal["body", "question", "small", "verdict", "quote", "item", "reference"]
SIDES: tuple[Side, ...] = ("swedish", "international", "not_stated")
_COLUMNS = ("work", "says", "from", "design", "party")
_WORDS_SHOWN = 12
_QUOTES_SHOWN = 5  # a short answer is short; all quotes follow in full


class DeletedStudy(Fault):
    """An answer quotes a study that has been removed since."""

    code = "export_deleted_study"


@dataclass(frozen=True, slots=True)
class CorpusStamp:
    """The corpus that an answer was given from: its fingerprint, the day, how many studies and passages it held.

    Where it has `changed` since, what it held then is not known any more, and the counts are not shown.
    """

    fingerprint: str
    date: date
    studies: int
    passages: int
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text in one language; an empty language is the answer's own."""

    text: str
    language: str = ""
    bold: bool = False
    italic: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the brief; level 0 is its title."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph and how it looks. `after` says where a quote stands."""

    runs: tuple[Run, ...]
    look: Look = "body"
    after: str = ""


Cell = tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table; with one cell only it stands across all columns and names what follows."""

    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with the names of its columns, and what it shows, for those who cannot see it."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]


Block = Heading | Paragraph | Table


@dataclass(frozen=True, slots=True)
class Brief:
    """An answer with all that goes out with it."""

    answer: Answer
    studies: Mapping[str, Study]
    style: str
    corpus: CorpusStamp

    @property
    def language(self) -> Language:
        """The language that the brief is written in: that of the answer."""
        return self.answer.language

    def say(self, code: str, **values: object) -> str:
        """The sentence for `code` in the brief's language."""
        return say(code, self.language, **values)


def sources(answer: Answer, studies: Mapping[str, Study]) -> list[Study]:
    """The studies an answer names, each once, in its order: those it quotes, or, where it has no answer, the nearest.

    Raises DeletedStudy.
    """
    named: Sequence[Citation | Hit] = (*answer.citations, *answer.more) if answer.answered else answer.nearest
    for one in named:
        if one.study_id not in studies:
            raise DeletedStudy(title=clean(one.title), study=one.study_id)
    return [studies[study_id] for study_id in dict.fromkeys(one.study_id for one in named)]


def blocks(brief: Brief) -> list[Block]:
    """The whole brief in its order. Raises DeletedStudy or UnknownStyle."""
    studies = in_order(sources(brief.answer, brief.studies), brief.style, brief.language)
    found: list[Block] = [*_head(brief), *_short(brief)]
    if brief.answer.answered:
        found += [*_side_by_side(brief), *_agreement(brief), *_quotes(brief)]
    else:
        found += _nearest(brief)
    return [*found, *_references(brief, studies), *_searched(brief)]


def _text(text: str, look: Look = "body", bold: bool = False) -> Paragraph:
    return Paragraph((Run(clean(text), bold=bold),), look)


def _head(brief: Brief) -> Iterator[Block]:
    stamp = brief.corpus
    yield Heading(brief.say("export_title"), 0)
    yield _text(brief.answer.question, "question", bold=True)
    counts = {"studies": stamp.studies, "passages": stamp.passages}
    version = clean(stamp.fingerprint)
    code = "export_corpus_then" if stamp.changed else "export_corpus"
    yield _text(brief.say(code, date=stamp.date.isoformat(), fingerprint=version, **counts), "small")
    yield _text(brief.say(_made(brief.answer)), "small")


def _made(answer: Answer) -> str:
    if not answer.answered:
        return "export_nothing"
    return "export_written" if answer.written else "export_quotes_only"


# The answer


def _short(brief: Brief) -> Iterator[Block]:
    answer = brief.answer
    yield Heading(brief.say("export_short"))
    yield _text(answer.message, bold=not answer.answered)
    languages = {citation.n: citation.language for citation in answer.citations}
    shown = answer.sentences if answer.written else answer.sentences[:_QUOTES_SHOWN]
    for sentence in shown if answer.answered else ():
        language = "" if answer.written else languages.get(sentence.citations[0], "") if sentence.citations else ""
        text = clean(sentence.text)
        text = text if answer.written else in_quotes(text, brief.language)
        yield Paragraph((Run(text, language), Run(f" {numbers(sentence.citations)}")), "item")
    if answer.answered and (rest := len(answer.sentences) - len(shown)):
        yield _text(brief.say("export_rest", count=rest), "small")
    if answer.answered and answer.evidence.works:
        yield _text(_rests_on(brief))


def in_quotes(text: str, language: Language) -> str:
    """A quote between the quotation marks of the brief's language."""
    return f"“{text}”" if language == "en" else f"”{text}”"


def numbers(cited: Sequence[int]) -> str:
    """Numbers of citations as they stand in a sentence: "[1, 3]"."""
    return f"[{', '.join(map(str, cited))}]" if cited else ""


def _rests_on(brief: Brief) -> str:
    weight = brief.answer.evidence
    counts = {name: getattr(weight, name) for name in ("works", "swedish", "international", "not_stated", "appraised")}
    newest = f" {brief.say('export_newest', year=weight.newest)}" if weight.newest is not None else ""
    return brief.say("export_rests_on", **counts) + newest


def place(brief: Brief, page: int, label: str) -> str:
    """The printed page, and the page of the PDF where the two differ."""
    return page_of(page, clean(label) or str(page), brief.language)


def who(brief: Brief, study_id: str) -> str:
    """A work as it is named in a sentence; an evidence note by its title, which says whose work it is about."""
    study = brief.studies[study_id]
    if is_note(study):
        return clean(study.title)
    return in_text(study, brief.style, brief.language)


# Side by side


def _side_by_side(brief: Brief) -> Iterator[Block]:
    shown = {citation.n for citation in brief.answer.citations}
    cards = [card for card in brief.answer.cards if any(claim.n in shown for claim in card.claims)]
    if not cards:
        return
    title = brief.say("export_side_by_side")
    yield Heading(title)
    rows: list[Row] = []
    for side in SIDES:
        on_side = [card for card in cards if card.side == side]
        if on_side:
            rows.append(Row(((_text(brief.say(f"export_side_{side}"), bold=True),),)))
            rows += [_card(brief, card) for card in on_side]
    yield Table(title, tuple(brief.say(f"export_column_{column}") for column in _COLUMNS), tuple(rows))


def _card(brief: Brief, card: Card) -> Row:
    cited = {citation.n: citation for citation in brief.answer.citations}
    says = tuple(p for claim in card.claims if claim.n in cited for p in _claim(brief, claim, cited[claim.n]))
    party = _text(card.party_interest or brief.say("export_not_stated"))
    return Row((_work(brief, card), says, _from(brief, card), _design(brief, card), (party,)))


def _work(brief: Brief, card: Card) -> Cell:
    study = brief.studies.get(card.study_id)
    language = study.languages[0] if study and study.languages else ""
    title = str(csl_item(study).get("title", "")) if study else ""  # without the number that `who` says
    found = [Paragraph((Run(title or clean(card.title), language, bold=True),))]
    if study and not is_note(study):
        found.append(_text(who(brief, card.study_id)))
    if card.apart:
        found.append(_text(_named(brief.language, f"export_apart_{card.apart}", card.apart)))
    if card.versions:
        found.append(_text(brief.say("export_versions", count=len(card.versions))))
    found += [_text(caution.text, bold=True) for caution in card.cautions]
    return tuple(found)


def _claim(brief: Brief, claim: Claim, citation: Citation) -> Iterator[Paragraph]:
    page = place(brief, citation.page, citation.page_label)
    quote = in_quotes(clean(citation.quote), brief.language)
    yield Paragraph((Run(quote, citation.language), Run(f" [{claim.n}], {page}")))
    yield _text(f"{_figures(brief, claim)} {_outcomes(brief, claim)}", "small")


def _figures(brief: Brief, claim: Claim) -> str:
    return brief.say("export_figure", figures=figures_of(claim) or brief.say("export_no_figure"))


def figures_of(claim: Claim) -> str:
    """The figures of a claim, each with its interval; empty where it gives none."""
    return "; ".join(
        clean(f"{f.text} ({f.interval})" if f.interval and f.interval not in f.text else f.text) for f in claim.figures
    )


def _outcomes(brief: Brief, claim: Claim) -> str:
    named = ", ".join(outcome(brief.language, key) for key in claim.outcomes) or brief.say("export_no_outcome")
    way = f", {brief.say(f'export_direction_{claim.direction}')}" if claim.direction else ""
    return brief.say("export_outcome", outcomes=named + way)


def outcome(language: Language, key: str) -> str:
    """An outcome by its name in the catalogue of sentences, or, where it has none, its key in words."""
    return _named(language, f"outcome_{key}", key.replace("_", " "))


def heading(language: Language, key: str) -> str:
    """An outcome as a sentence or a list begins with it."""
    name = outcome(language, key)
    return name[:1].upper() + name[1:]


def verdict(language: Language, comparison: Comparison) -> str:
    """Whether the sources agree about an outcome, or may not."""
    return say(f"export_{comparison.verdict}", language, outcome=heading(language, comparison.outcome))


def _named(language: Language, code: str, otherwise: str) -> str:
    return catalogue(language).get(code, clean(otherwise))


def _from(brief: Brief, card: Card) -> Cell:
    where = clean(called(card.evidence_from, brief.language)) or brief.say("export_not_stated")
    if card.evidence_from and card.evidence_source == "named":
        where = f"{where} {brief.say('export_from_named')}"
    elif card.evidence_source == "appraised":
        where = f"{where} {brief.say('card_from_appraised')}"
    years = ", ".join(map(clean, card.evidence_years))
    return (_text(where), _text(years)) if years else (_text(where),)


def _design(brief: Brief, card: Card) -> Cell:
    if not card.design and not card.sms_level and not card.appraised_by:
        return (_text(brief.say("export_not_appraised")),)
    level = brief.say("export_sms", level=card.sms_level) if card.sms_level else brief.say("export_no_sms")
    found = [text for text in (card.design, level) if text]
    return tuple(map(_text, (*found, *appraised(card, brief.language))))


def appraised(card: Card, language: Language) -> Iterator[str]:
    """What else a person said of a study's worth, and who; as sentences."""
    names = catalogue(language)
    if card.emmie:
        yield say("card_emmie", language, parts=", ".join(names.get(f"choice_emmie_{p}", p) for p in card.emmie))
    if card.outcomes:
        yield say("card_outcomes", language, outcomes=", ".join(outcome(language, key) for key in card.outcomes))
    if card.place_type:
        yield say("card_place", language, place=card.place_type)
    if card.levy:
        yield say("card_levy", language, levy=names.get(f"choice_levy_{card.levy}", card.levy))
    if card.transfer:
        yield say("card_transfer", language, transfer=card.transfer)
    if card.appraised_by and card.appraised_on:
        yield say("card_appraised", language, name=card.appraised_by, day=card.appraised_on.isoformat())
    elif card.appraised_by:
        yield say("export_appraised_by", language, name=card.appraised_by)


# Agreement and quotes


def _agreement(brief: Brief) -> Iterator[Block]:
    yield Heading(brief.say("export_agreement"))
    if not brief.answer.comparisons:
        yield _text(brief.say("export_not_compared"))
    for comparison in brief.answer.comparisons:
        yield from _comparison(brief, comparison)


def _comparison(brief: Brief, comparison: Comparison) -> Iterator[Block]:
    yield _text(verdict(brief.language, comparison), "verdict")
    cited = {citation.n: citation for citation in (*brief.answer.citations, *brief.answer.more)}
    for way in ("lower", "higher", "unchanged"):
        label = brief.say(f"export_direction_{way}")
        for n in getattr(comparison, way):
            if n in cited:
                yield _beside(brief, f"{label[:1].upper()}{label[1:]}: ", cited[n])


def _beside(brief: Brief, label: str, citation: Citation) -> Paragraph:
    quote = Run(in_quotes(clean(citation.quote), brief.language), citation.language)
    page = place(brief, citation.page, citation.page_label)
    where = f" {who(brief, citation.study_id)}, {page} [{citation.n}]"
    return Paragraph((Run(label, bold=True), quote, Run(where)), "item")


def _quotes(brief: Brief) -> Iterator[Block]:
    for code, citations in (("export_quotes", brief.answer.citations), ("export_more_quotes", brief.answer.more)):
        if citations:
            yield Heading(brief.say(code))
        for citation in citations:
            yield _quote(brief, citation)


def _quote(brief: Brief, citation: Citation) -> Paragraph:
    quote = Run(in_quotes(clean(citation.quote), brief.language), citation.language)
    after = f"{who(brief, citation.study_id)}, {place(brief, citation.page, citation.page_label)}"
    after = (
        " ".join([f"{after}.", *(clean(caution.text) for caution in citation.cautions)]) if citation.cautions else after
    )
    return Paragraph((Run(f"[{citation.n}] ", bold=True), quote), "quote", after)


def _nearest(brief: Brief) -> Iterator[Block]:
    if not brief.answer.nearest:
        return
    yield Heading(brief.say("export_nearest"))
    yield _text(brief.say("nearest"))
    for hit in brief.answer.nearest:
        page = place(brief, hit.page, hit.page_label)
        minding = "".join(f". {clean(caution.text)}" for caution in hit.cautions)
        yield Paragraph((Run(clean(hit.title), hit.language), Run(f", {page}{minding}")), "item")


# What goes last


def _references(brief: Brief, studies: Sequence[Study]) -> Iterator[Block]:
    if studies:
        yield Heading(brief.say("export_references"))
    for study in studies:
        language = study.languages[0] if study.languages else ""
        parts = pieces(study, brief.style, brief.language)
        yield Paragraph(tuple(Run(part.text, language, italic=part.italic) for part in parts), "reference")


def _searched(brief: Brief) -> Iterator[Block]:
    answer = brief.answer
    yield Heading(brief.say("export_searched"))
    counts = {language: answer.searched.get(language, 0) for language in ("sv", "en")}
    yield _text(brief.say("searched", **counts, confidence=round(100 * answer.confidence)))
    if known := [word for word in answer.understood if word.equivalents]:
        pairs = (f"{word.source} → {', '.join(word.equivalents[:2])}" for word in known[:_WORDS_SHOWN])
        yield _text(brief.say("export_read_as", words="; ".join(pairs)))
    if answer.carried:
        yield _text(brief.say("export_carried", words=", ".join(carried.term for carried in answer.carried)))
    if answer.unknown:
        yield _text(brief.say("unknown_words", words=", ".join(answer.unknown)))
    for notice in answer.notices:
        yield _text(notice)
