"""Studies as files: a table for spreadsheets, and lists for reference managers."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from api.exports import UnknownFormat, bibtex_of, csl_json_of, ris_of
from corpus.deeds import deeds
from corpus.description import FIELDS, PROPOSABLE, shown
from corpus.desk import SAID
from corpus.library import Library
from corpus.reference import clean
from corpus.study import IDENTIFIERS, Appraisal, Study
from corpus.words import Fault

_WITHDRAWN = ("withdrawn_as", "withdrawn_because", "withdrawn_by", "withdrawn_on", "replaced_by")
_APPRAISED = tuple("appraised_evidence_from" if field == "evidence_from" else field for field in SAID)
COLUMNS: tuple[str, ...] = (
    "id",
    "state",
    "text",
    *FIELDS,
    *IDENTIFIERS,
    "file",
    "pages",
    "version_of",
    *_WITHDRAWN,
    *_APPRAISED,
    "appraised_by",
    "appraised_on",
    "appraisal_confirmed",
)
"""The heading row of the table of studies. It is read by other programs: columns are added at its end only."""

LOG_COLUMNS = ("at", "by", "what", "study_id", "detail")
"""The heading row of the log as a table."""

_MARK = "\ufeff"  # by which spreadsheets know that a table is UTF-8
_FORMULA = re.compile(r"[=+\-@＝＋－＠\t\r]")


class UnknownSuffix(Fault):
    """A file's name does not say in what form studies are to be written to it."""

    code = "no_such_suffix"


@dataclass(frozen=True, slots=True)
class Form:
    """A form that a list of studies can be written in: its media type, the ending of a file of it, what makes it."""

    media_type: str
    suffix: str
    make: Callable[[Sequence[Study], Mapping[str, Appraisal]], str]


def table(studies: Sequence[Study], appraised: Mapping[str, Appraisal]) -> str:
    """A CSV in UTF-8 with a mark at its beginning: `COLUMNS`, then a line a study; lists are joined with "; "."""
    rows = (_row(study, appraised.get(study.id)) for study in studies)
    return csv_of(COLUMNS, ([row.get(column, "") for column in COLUMNS] for row in rows))


def csv_of(columns: Sequence[str], rows: Iterator[Sequence[object]]) -> str:
    """A table as CSV (RFC 4180). A cell that a spreadsheet would reckon with begins with an apostrophe."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return _MARK + stream.getvalue()


def _cell(value: object) -> str:
    text = "; ".join(map(str, value)) if isinstance(value, list | tuple) else "" if value is None else str(value)
    return f"'{text}" if _FORMULA.match(text) else text


def _row(study: Study, appraisal: Appraisal | None) -> dict[str, object]:
    said: dict[str, object] = dict(shown(study.description))
    row = {column: said.get(column) for column in PROPOSABLE} | {
        "id": study.id,
        "state": study.state.value,
        "text": study.text.value,
        "languages": study.languages or study.description.languages,
        "file": tuple(file.name for file in study.files),
        "pages": study.page_count or None,
        "version_of": study.version_of,
    }
    return row | _withdrawn(study) | _appraised(appraisal)


def _withdrawn(study: Study) -> dict[str, object]:
    said = study.withdrawal
    if said is None:
        return {}
    values = (said.kind.value, said.reason, said.said_by, said.said_on, said.replaced_by)
    return dict(zip(_WITHDRAWN, values, strict=True))


def _appraised(said: Appraisal | None) -> dict[str, object]:
    if said is None:
        return {}
    values = dict(zip(_APPRAISED, (getattr(said, field) for field in SAID), strict=True))
    confirmed = "yes" if said.confirmed else "no"
    return values | {"appraised_by": said.said_by, "appraised_on": said.said_on, "appraisal_confirmed": confirmed}


FORMS: Mapping[str, Form] = MappingProxyType(
    {
        "csv": Form("text/csv; charset=utf-8", ".csv", table),
        "ris": Form("application/x-research-info-systems", ".ris", lambda studies, _: ris_of(studies)),
        "bibtex": Form("application/x-bibtex", ".bib", lambda studies, _: bibtex_of(studies)),
        "csl": Form("application/vnd.citationstyles.csl+json", ".json", lambda studies, _: csl_json_of(studies)),
    }
)


def form_of(name: str) -> Form:
    """The form of that name. Raises UnknownFormat."""
    if name not in FORMS:
        raise UnknownFormat(format=clean(name), known=", ".join(FORMS))
    return FORMS[name]


def form_for(file_name: str) -> Form:
    """The form that a file's name asks for. Raises UnknownSuffix."""
    for form in FORMS.values():
        if file_name.lower().endswith(form.suffix):
            return form
    raise UnknownSuffix(file=clean(file_name), known=", ".join(form.suffix for form in FORMS.values()))


def log_table(library: Library, study_id: str | None = None) -> str:
    """The log as CSV, oldest first; of one study where it is named."""
    log = deeds(library.record, study_id)
    rows = ((d.at, d.by, d.what, d.study_id, tuple(f"{name}: {value}" for name, value in d.detail)) for d in log)
    return csv_of(LOG_COLUMNS, rows)
