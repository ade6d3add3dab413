"""What the command line shows of studies: lists, all that is known of one, the log, and what a deletion takes."""

from __future__ import annotations

import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

from api import show
from corpus.description import FIELDS, FROM_FILE, PROPOSABLE, shown
from corpus.desk import SAID, details, done
from corpus.study import Appraisal, Deed, LinkState, Proposal, Source, State, Study, TextState, Value, Withdrawal
from corpus.words import Language, say

if TYPE_CHECKING:
    from api.deletion import Deletion
    from api.dossier import Dossier

_WIDTH, _LABEL = 100, 20
_LONGEST = 300
_LEAST_TITLE = 20
_EXPECTED = (*FIELDS[: FIELDS.index("valid_from")], "doi")
"""What most studies have: that one of these is not known is said."""


# Lists


def listing(studies: Sequence[Study], of: int, language: Language) -> None:
    """One line a study, and how many there are of each kind; `of` is how many the library holds."""
    if not studies:
        show.complain(say("studies_none" if of else "studies_empty", language, all=of))
        return
    rows = [_row(study, language) for study in studies]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row, study in zip(rows, studies, strict=True):
        start = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        show.line(f"{start}  {_fitting(study.title, len(start) + 2)}")
    code = "studies_counted" if len(studies) == of else "studies_counted_of"
    show.line(say(code, language, count=len(studies), all=of, counts=", ".join(_counts(studies, language))))


def _row(study: Study, language: Language) -> tuple[str, ...]:
    state = say(f"state_{study.state}", language)
    if study.text is TextState.NEEDS_OCR or (study.text is TextState.NO_FILE and study.state is not State.WANTED):
        state += f", {say(f'text_{study.text}', language)}"
    languages = ",".join(study.languages or study.description.languages) or "-"
    return study.id, state, languages, str(study.description.year or say("no_year", language))


def _fitting(title: str, at: int) -> str:
    """A title as it fits in the line on a terminal; elsewhere as it is."""
    room = max(_LEAST_TITLE, shutil.get_terminal_size().columns - at)
    return title if not sys.stdout.isatty() or len(title) <= room else title[: room - 1] + "…"


def _counts(studies: Sequence[Study], language: Language) -> Iterator[str]:
    states = Counter(study.state for study in studies)
    texts = Counter(study.text for study in studies if study.text is TextState.NEEDS_OCR)
    yield from (f"{say(f'state_{state}', language)} {states[state]}" for state in State if states[state])
    yield from (f"{say(f'text_{text}', language)} {count}" for text, count in texts.items())


# All that is known of one study


def dossier(found: Dossier, language: Language) -> None:
    """Everything known of a study: what it is, field by field where that was found, appraisal, links and log."""
    show.line(found.study.title)
    show.line("")
    for label, value in _facts(found, language):
        _field(label, value)
    _description(found.study, language)
    _appraisals(found.appraisals, language)
    _links(found, language)
    if found.log:
        _head("dossier_log", language)
        log(found.log, language, named=False)


def _facts(found: Dossier, language: Language) -> Iterator[tuple[str, str]]:
    study = found.study
    state = say(f"state_{study.state}", language)
    yield "id", study.id
    yield say("dossier_state", language), say("dossier_edition", language, state=state, edition=study.edition)
    if study.withdrawal:
        yield from _withdrawal(study.withdrawal, found, language)
    text = say(f"text_{study.text}", language)
    counts = say("dossier_counts", language, state=text, pages=study.page_count, passages=found.passages)
    yield say("dossier_text", language), counts if study.files else text
    if study.files:
        files = [
            say("dossier_file", language, name=file.name, pages=file.pages, size=max(1, file.size // 1000))
            for file in study.files
        ]
        yield say("dossier_files", language), "; ".join(files)
    if found.ocr:
        yield say("dossier_ocr", language), _ocr(found, language)
    if study.version_of:
        yield say("dossier_version_of", language), _titled(study.version_of, found, language)
    if found.versions:
        yield say("dossier_versions", language), "; ".join(_titled(one, found, language) for one in found.versions)


def _withdrawal(said: Withdrawal, found: Dossier, language: Language) -> Iterator[tuple[str, str]]:
    kind = say(f"dossier_{said.kind}", language)
    text = say("dossier_withdrawal", language, kind=kind, reason=said.reason, by=said.said_by, on=said.said_on)
    yield say("dossier_withdrawn", language), text
    if said.replaced_by:
        yield say("dossier_replaced_by", language), _titled(said.replaced_by, found, language)


def _ocr(found: Dossier, language: Language) -> str:
    pages = (
        say("dossier_ocr_page_unsure", language, label=page.label)
        if page.certainty is None
        else say("dossier_ocr_page", language, label=page.label, certainty=int(100 * page.certainty))
        for page in found.ocr
    )
    return ", ".join(pages)


def _titled(study_id: str, found: Dossier, language: Language) -> str:
    return f"{found.titles.get(study_id) or say('dossier_gone', language)} ({study_id})"


def _description(study: Study, language: Language) -> None:
    """Each field with where its value was found, other proposals beneath; last the fields of which nothing is known."""
    _head("dossier_description", language)
    values = shown(study.description)
    unknown: list[str] = []
    for field in PROPOSABLE:
        proposals = [p for p in study.description.proposals if p.field == field]
        label = say(f"field_{field}", language)
        if field not in values and not proposals:
            unknown += [label] if field in _EXPECTED else []
            continue
        counts = _counting(proposals, values.get(field))
        _field(label, _with_source(values.get(field), counts, language))
        for other in _others(proposals, values.get(field)):
            _field("", say("dossier_instead", language, value=_with_source(other.value, other, language)))
    for name, value in study.description.identifiers:
        if name == "about":
            _field(say("field_about", language), value)
    if unknown:
        _paragraph(say("dossier_nothing_said", language, fields=", ".join(unknown)))


def _counting(proposals: Sequence[Proposal], value: Value | None) -> Proposal | None:
    """The proposal that a value is shown by: a person's latest word, else the most confident."""
    said = [p for p in proposals if p.source is Source.PERSON]
    same = [p for p in proposals if p.value == value]
    return said[-1] if said else max(same, key=lambda p: p.confidence, default=None)


def _others(proposals: Sequence[Proposal], value: Value | None) -> list[Proposal]:
    """Proposals of other values, the most confident of each."""
    best: dict[Value, Proposal] = {}
    for proposal in sorted(proposals, key=lambda p: -p.confidence):
        best.setdefault(proposal.value, proposal)
    return [proposal for other, proposal in best.items() if other != value]


def _with_source(value: Value | None, found: Proposal | None, language: Language) -> str:
    text = _text(value) or say("dossier_none", language)
    return f"{text}  [{_source(found, language)}]" if found else text


def _source(found: Proposal, language: Language) -> str:
    if found.source is Source.PERSON:
        said = say("dossier_said", language, name=found.detail, on=found.made) if found.detail else ""
        return said.strip() or say("dossier_said_by_person", language)
    source = say(f"from_{found.source.name.lower()}", language)
    where = ", ".join(filter(None, [source, _place(found, language)]))
    return say("dossier_found", language, source=where, confidence=round(100 * found.confidence))


def _place(found: Proposal, language: Language) -> str:
    """Where more closely, in the reader's language: a page of the file, a line of a list, or who was asked."""
    if page := re.fullmatch(r"page (\d+)", found.detail):
        return say("page", language, label=page[1])
    if found.source in FROM_FILE:
        return ""
    lines = r"\b(line|record) (\d+)$"
    return re.sub(lines, lambda place: say(f"detail_{place[1]}", language, line=place[2]), found.detail)


def _text(value: Value | None) -> str:
    text = "; ".join(value) if isinstance(value, tuple) else "" if value is None else str(value)
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _appraisals(history: Sequence[Appraisal], language: Language) -> None:
    _head("dossier_appraisal", language)
    if not history:
        _paragraph(say("dossier_not_appraised", language))
        return
    for field in SAID:
        if value := getattr(history[-1], field):
            _field(say(f"appraisal_{field}", language), _text(value))
    _paragraph(_appraised(history[-1], language))
    if before := [_appraised(said, language).rstrip(".") for said in history[-2::-1]]:
        _paragraph(say("dossier_appraised_before", language, history="; ".join(before)))


def _appraised(said: Appraisal, language: Language) -> str:
    code = "dossier_appraised" if said.confirmed else "dossier_appraised_provisionally"
    return say(code, language, name=said.said_by, on=said.said_on)


def _links(found: Dossier, language: Language) -> None:
    if found.links:
        _head("dossier_links", language)
    for link in found.links:
        other = link.second if link.first == found.study.id else link.first
        values = {"title": found.titles.get(other, "?"), "id": other, "percent": round(100 * link.likeness)}
        text = say("dossier_link", language, kind=say(f"link_{link.kind}", language), **values)
        if link.state is not LinkState.PROPOSED:
            text += f" {say(f'link_{link.state}', language, by=link.said_by, on=link.said_on)}"
        _paragraph(text)


# The log, and what a deletion takes


def log(deeds: Sequence[Deed], language: Language, *, named: bool = True) -> None:
    """One line for each thing that people did; `named` says to which study."""
    if not deeds:
        show.complain(say("log_empty", language))
    for deed in deeds:
        what = [deed.at[:16].replace("T", " "), deed.by, deed.study_id if named else "", done(deed, language)]
        show.line("  ".join(filter(None, [*what, details(deed)])))


def deletion(found: Deletion, language: Language) -> None:
    """What would vanish with a study."""
    show.complain(say("deletion_head", language, title=found.title, id=found.study_id))
    for text in _takes(found, language):
        show.complain(f"  {text}")


def _takes(found: Deletion, language: Language) -> Iterator[str]:
    if found.files:
        yield say("deletion_files", language, names=", ".join(found.files))
    if found.pages:
        counts = {"pages": found.pages, "passages": found.passages, "vectors": found.vectors}
        yield say("deletion_text", language, **counts)
    for name in ("appraisals", "links", "log", "answers"):
        if count := getattr(found, name):
            yield say(f"deletion_{name}", language, count=count)
    if found.versions:
        yield say("deletion_versions", language, ids=", ".join(found.versions))


# Lines


def _head(code: str, language: Language) -> None:
    show.line("")
    show.line(say(code, language))


def _field(label: str, value: str) -> None:
    """A label and its value beside it, wrapped under itself."""
    rows = wrap(value, _width() - _LABEL - 2, break_long_words=False, break_on_hyphens=False) or [""]
    for row, beside in zip(rows, [label, *[""] * len(rows)], strict=False):
        show.line(f"  {beside.ljust(_LABEL)} {row}")


def _paragraph(text: str) -> None:
    for row in wrap(text, _width() - 2, break_long_words=False, break_on_hyphens=False):
        show.line(f"  {row}")


def _width() -> int:
    return max(60, min(_WIDTH, shutil.get_terminal_size((_WIDTH, 24)).columns))
