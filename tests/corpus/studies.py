"""Studies put straight into a record, for tests of what is said of them and not of their text."""

from datetime import date
from typing import Any

import numpy as np

from corpus.description import resolve
from corpus.library import Library
from corpus.study import Appraisal, Draft, Page, Proposal, Source, State, Study, StudyFile, TextState, Value

TEXT = "Lamps were lit in every square of the town."


def found(field: str, value: Value, source: Source = Source.PAGES, confidence: float = 0.9) -> Proposal:
    return Proposal(field, value, source, confidence, "page 1")


def put(library: Library, study_id: str, *proposals: Proposal, **fields: Any) -> Study:
    """A study of one page with what was found of it, or with other `fields`; its text is Swedish where it says so."""
    languages = fields.pop("languages", ("en",))
    text = fields.pop("text", TextState.SEARCHABLE)
    files = () if text is TextState.NO_FILE else (StudyFile(study_id.ljust(64, "0"), f"{study_id}.pdf", 2_000, 1),)
    described = resolve(proposals, f"{study_id}")
    study = Study(study_id, described, languages, text, files, **fields)
    if text is not TextState.SEARCHABLE:
        library.record.add_wanted(study)
        return study
    drafts = [Draft(1, 0, len(TEXT), TEXT, languages[0])]
    vectors = np.zeros((1, library.embedder.identity.dimension), np.float32)
    library.record.add(study, [Page(study_id, 1, "1", TEXT)], drafts, vectors)
    return study


def wanted(library: Library, study_id: str, *proposals: Proposal, **fields: Any) -> Study:
    """A study on the reading list."""
    return put(library, study_id, *proposals, languages=(), text=TextState.NO_FILE, state=State.WANTED, **fields)


def appraise(library: Library, study_id: str, *, confirmed: bool = True, **said: Any) -> Appraisal:
    """An appraisal straight into the record."""
    name = "Eva" if confirmed else "catalogue"
    appraisal = Appraisal(study_id, name, date(2026, 3, 1), **said, confirmed=confirmed)
    library.record.appraise(appraisal)
    return appraisal
