"""Provisional gradings: kept as such, never over a person's word, never twice."""

from datetime import date

import pytest

from corpus.library import Library
from corpus.starter import CATALOGUE, GRADING
from corpus.study import Appraisal, Study
from ingest.records.gradings import Gradings, NotGradings, import_gradings
from ingest.records.importers import NothingIn
from ingest.records.wanted import import_path

HEAD = "id,design,provisional_sms,evidence_country,publisher_or_funder_is_party,transfer_note\n"


@pytest.fixture
def catalogued(library: Library) -> Library:
    import_path(library, CATALOGUE, "Anna")
    return library


def grade(library: Library, text: str | bytes) -> Gradings:
    return import_gradings(library, "g.csv", text.encode() if isinstance(text, str) else text, "Anna")


def study_of(library: Library, key: str) -> Study:
    return next(s for s in library.record.studies() if ("catalogue", key) in s.description.identifiers)


def test_the_gradings_of_the_catalogue_are_provisional_appraisals(catalogued: Library) -> None:
    found = grade(catalogued, GRADING.read_bytes())
    assert found.counts == {"graded": 60, "unchanged": 0, "missing": 0, "bad": 0}
    said = catalogued.record.appraisal(study_of(catalogued, "SWB007").id)
    assert said is not None
    assert (said.said_by, said.confirmed, said.party_interest) == ("catalogue", False, "yes")
    assert (said.design, said.sms_level, said.evidence_from) == ("before-after, no control", "1", "Sweden")
    assert said.transfer == "written and published by the partners"


def test_said_again_it_is_no_new_entry_and_said_otherwise_it_is(catalogued: Library) -> None:
    study = study_of(catalogued, "BID004")
    grade(catalogued, HEAD + "BID004,panel,4,USA,no,levy\n")
    assert grade(catalogued, HEAD + "BID004,panel,4,USA,no,levy\n").counts["unchanged"] == 1
    grade(catalogued, HEAD + "BID004,panel,3,USA,no,levy\n")
    assert [said.sms_level for said in catalogued.record.appraisals(study.id)] == ["4", "3"]


def test_a_persons_appraisal_stands(catalogued: Library) -> None:
    study = study_of(catalogued, "BID004")
    catalogued.record.appraise(Appraisal(study.id, "Bo", date(2026, 11, 24), sms_level="2"))
    assert grade(catalogued, HEAD + "BID004,panel,4,USA,no,levy\n").counts["unchanged"] == 1
    latest = catalogued.record.appraisal(study.id)
    assert latest is not None
    assert (latest.said_by, latest.sms_level) == ("Bo", "2")


def test_a_grading_of_an_unknown_study_and_a_bad_one_are_told_by_their_line(catalogued: Library) -> None:
    found = grade(catalogued, HEAD + "XYZ9,panel,4,USA,no,\nBID004,panel,4,USA,maybe,\n,panel,4,USA,no,\nBID001,x\n")
    assert found.counts == {"graded": 0, "unchanged": 0, "missing": 1, "bad": 3}
    assert [line.line for line in found.lines] == [2, 3, 4, 5]
    assert found.lines[0].reason("en") == "No study here has the catalogue id XYZ9. Import the catalogue first."
    assert catalogued.record.appraised() == {}


def test_an_evidence_note_is_not_graded_for_the_work_it_is_about(small_library: Library) -> None:
    assert grade(small_library, HEAD + "BID004,panel,4,USA,no,levy\n").counts["missing"] == 1


def test_a_file_of_something_else_is_told(library: Library) -> None:
    with pytest.raises(NotGradings, match="provisional_sms"):
        grade(library, "title,year\nOne,2001\n")
    with pytest.raises(NothingIn):
        grade(library, b"")
