"""The catalogue's gradings: provisional appraisals of catalogued studies, shown as such until a person confirms one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from corpus.deeds import note
from corpus.library import Library
from corpus.reference import clean
from corpus.study import Appraisal
from corpus.words import Fault, Language
from ingest.records.imported import BadRecord, text_of
from ingest.records.importers import MOST, NothingIn, TooMany
from ingest.records.table import rows
from ingest.records.wanted import Became, Line

SAID_BY = "catalogue"

_COLUMNS = {
    "id": "catalogue",
    "design": "design",
    "provisional_sms": "sms_level",
    "evidence_country": "evidence_from",
    "publisher_or_funder_is_party": "party_interest",
    "transfer_note": "transfer",
}
_PARTIES = ("", "yes", "no", "part")
_LONGEST = 2_000


class NotGradings(Fault):
    """The first line of the file does not name the columns of gradings."""

    code = "gradings_no_columns"


class BadGrading(BadRecord):
    """A grading without the id of a catalogued study, or of a party interest that is none of yes, no and part."""

    code = "grading_unreadable"


@dataclass(frozen=True, slots=True)
class Gradings:
    """What became of the gradings of one file.

    "matched" are kept anew, "unchanged" were said before or stand behind a person's appraisal, "wanted" are of
    studies that the library lacks, "bad" cannot be read.
    """

    file: str
    lines: tuple[Line, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many gradings became what."""
        counted = Counter(line.became for line in self.lines)
        names = {"graded": Became.MATCHED, "unchanged": Became.UNCHANGED, "missing": Became.WANTED, "bad": Became.BAD}
        return {name: counted[became] for name, became in names.items()}

    def form(self, language: Language) -> dict[str, Any]:
        """All of it as JSON, reasons in the reader's language."""
        status = {Became.MATCHED: "graded", Became.WANTED: "missing"}
        lines = [line.form(language) | {"status": status.get(line.became, line.became.value)} for line in self.lines]
        return {"file": self.file, "kind": "gradings", "counts": self.counts, "records": lines}


def import_gradings(library: Library, name: str, data: bytes, by: str) -> Gradings:
    """Keep the gradings of a file for the studies that bear its catalogue ids, all in one transaction.

    What a person said of a study is never covered, and what was said before stays in its history. Raises NothingIn,
    TooMany or NotGradings.
    """
    text = text_of(data).lstrip("\ufeff")
    if not text.strip():
        raise NothingIn(file=name)
    if text.count("\n") > MOST:
        raise TooMany(file=name, most=MOST)
    fields = [_COLUMNS.get(heading.strip(' "').casefold(), "") for heading in text.split("\n", 1)[0].split(",")]
    if not {"catalogue", "design"} <= set(fields):
        raise NotGradings(file=name, columns=", ".join(_COLUMNS))
    with library.record.transaction():
        return Gradings(name, tuple(_lines(library, name, text, fields, by)))


def _lines(library: Library, name: str, text: str, fields: list[str], by: str) -> Iterator[Line]:
    studies = {
        value.casefold(): study
        for study in library.record.studies()
        for identifier, value in study.description.identifiers
        if identifier == "catalogue"
    }
    for number, row in rows(text, ",", len(fields)):
        read = row if isinstance(row, BadRecord) else _values(number, dict(zip(fields, row, strict=True)))
        if isinstance(read, BadRecord):
            yield Line(number, Became.BAD, why=(read.code, tuple(read.values.items())))
            continue
        study = studies.get(read["catalogue"].casefold())
        if study is None:
            why = ("grading_missing", (("id", read["catalogue"]),))
            yield Line(number, Became.WANTED, read["catalogue"], why=why)
        else:
            kept = _keep(library, study.id, read, f"{name}, line {number}", by)
            yield Line(number, Became.MATCHED if kept else Became.UNCHANGED, study.title, study.id)


def _values(number: int, row: Mapping[str, str]) -> dict[str, str] | BadGrading:
    values = {field: clean(text)[:_LONGEST] for field, text in row.items() if field}
    if not values.get("catalogue") or values.get("party_interest", "") not in _PARTIES:
        return BadGrading(line=number)
    return values


def _keep(library: Library, study_id: str, values: Mapping[str, str], detail: str, by: str) -> bool:
    """Keep a grading, unless a person has appraised the study or the same was said last."""
    said = {field: text for field, text in values.items() if field != "catalogue"}
    grading = Appraisal(study_id, SAID_BY, date.today(), **said, confirmed=False)  # type: ignore[arg-type]
    history = library.record.appraisals(study_id)
    if any(kept.said_by != SAID_BY or kept.confirmed for kept in history):
        return False
    if history and replace(history[-1], said_on=grading.said_on) == grading:
        return False
    library.record.appraise(grading)
    note(library.record, by, "appraised", study_id, file=detail)
    return True
