"""Records into the library: described, wanted, told, or unchanged."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from corpus.deeds import deeds
from corpus.description import resolve
from corpus.desk import correct
from corpus.library import Library
from corpus.starter import CATALOGUE, FOLDER, starter_notes
from corpus.study import Appraisal, Proposal, Source, State, Study, StudyFile, TextState
from ingest.receive import Incoming, Reception
from ingest.records.importers import NotRecords
from ingest.records.wanted import CannotOpen, Imports, import_path, import_records
from tests.fakes import LIGHTING
from tests.ingest.records import BIBTEX, RIS, SAMPLES

TITLE = "Belysning på Sturetorget: en utvärdering"


def take(library: Library, text: str, name: str = "lista.ris", **said: str) -> Imports:
    return import_records(library, name, text.encode(), "Anna", **said)  # type: ignore[arg-type]


def received(library: Library, title: str = TITLE, year: int = 2015, file: str = "belysning.pdf") -> Study:
    """A study with a file, described by its first pages."""
    said = [Proposal("title", title, Source.PAGES, 0.8), Proposal("year", year, Source.PAGES, 0.6)]
    said.append(Proposal("authors", ("Ä. Åström",), Source.PAGES, 0.7))
    files = (StudyFile("a" * 64, file, 1, 1),)
    study = Study("r1", resolve(said), ("sv",), TextState.SEARCHABLE, files)
    library.record.add_wanted(study)
    return study


def test_records_of_unknown_works_become_wanted_studies(library: Library) -> None:
    found = take(library, RIS)
    assert found.counts == {"matched": 0, "wanted": 2, "likely": 0, "unchanged": 0, "bad": 0}
    studies = library.record.studies()
    assert [study.title for study in studies] == [TITLE, "Light & squares"]
    assert {study.state for study in studies} == {State.WANTED}
    assert {study.text for study in studies} == {TextState.NO_FILE}
    assert [study.languages for study in studies] == [("sv",), ("en",)]
    assert all(study.id.startswith("w") and len(study.id) == 16 for study in studies)
    assert [(d.by, d.what) for d in deeds(library.record)] == [("Anna", "wanted")] * 2


@pytest.mark.parametrize("name", SAMPLES)
def test_the_same_file_again_makes_nothing_new(library: Library, name: str) -> None:
    take(library, SAMPLES[name], name)
    before, log = library.record.studies(), deeds(library.record)
    again = take(library, SAMPLES[name], name)
    assert {**again.counts, "bad": 0} == {"matched": 0, "wanted": 0, "likely": 0, "unchanged": 2, "bad": 0}
    assert (library.record.studies(), deeds(library.record)) == (before, log)


def test_the_same_works_in_another_form_are_the_same_studies(library: Library) -> None:
    take(library, RIS)
    assert take(library, BIBTEX, "lista.bib").counts["wanted"] == 0
    assert len(library.record.studies()) == 2


def test_a_short_title_without_any_number_is_wanted_once(library: Library) -> None:
    text = "TY  - BOOK\nTI  - Torg\nPY  - 2001\nER  - \n"
    take(library, text)
    assert take(library, text).counts["unchanged"] == 1
    assert len(library.record.studies()) == 1


def test_a_record_of_a_study_we_have_is_added_to_its_proposals(library: Library) -> None:
    held = received(library)
    found = take(library, RIS)
    assert found.counts["matched"] == found.counts["wanted"] == 1
    study = library.study(held.id)
    assert study.description.published_in == "Brå, Rapport 2015:21".replace("Rapport", "rapport")
    assert dict(study.description.identifiers)["urn"] == "urn:nbn:se:bra-624"
    assert dict(study.description.sources)["authors"] == "imported record"
    assert (study.files, study.text, study.state) == (held.files, held.text, held.state)
    (deed,) = deeds(library.record, held.id)
    assert (deed.by, deed.what) == ("Anna", "imported")
    assert dict(deed.detail) == {"file": "lista.ris", "line": "1", "edition": "1"}


def test_a_persons_word_stays(library: Library) -> None:
    held = received(library)
    correct(library, held.id, {"year": 2014, "authors": ["Åström, Änglamark"]}, "Bo")
    take(library, RIS.replace("TI  - Belysning", "CN  - x\nTI  - Belysning").replace("PY  - 2015", "PY  - 2014"))
    described = library.study(held.id).description
    assert (described.year, described.authors) == (2014, ("Åström, Änglamark",))


def test_a_corrected_file_of_the_same_name_takes_back_what_it_said_before(library: Library) -> None:
    take(library, RIS)
    take(library, RIS.replace("Journal of Places", "Journal of Squares"))
    (study,) = [s for s in library.record.studies() if s.title == "Light & squares"]
    assert study.description.published_in == "Journal of Squares 12(3):45-67"
    assert [p.value for p in study.description.proposals if p.field == "published_in"] == [
        "Journal of Squares 12(3):45-67"
    ]


def test_another_file_adds_its_word_beside_the_first(library: Library) -> None:
    take(library, RIS)
    take(library, RIS.replace("Journal of Places", "Journal of Squares"), "annan.ris")
    (study,) = [s for s in library.record.studies() if s.title == "Light & squares"]
    assert len([p for p in study.description.proposals if p.field == "published_in"]) == 2


def test_two_records_of_one_work_in_one_file_are_one_study_and_stay_so(library: Library) -> None:
    twice = RIS + RIS.replace("KW  - torg", "KW  - plats")
    assert take(library, twice).counts == {"matched": 1, "wanted": 2, "likely": 0, "unchanged": 1, "bad": 0}
    before = library.record.studies()
    assert take(library, twice).counts["unchanged"] == 4
    assert library.record.studies() == before


def test_a_record_that_is_perhaps_of_a_study_is_told_and_changes_nothing(library: Library) -> None:
    held = received(library, "Belysning pa Sturetorgat: en utvardering")
    found = take(library, RIS)
    assert (found.counts["likely"], found.counts["wanted"]) == (1, 1)
    line = found.lines[0]
    assert (line.study_id, line.title) == (held.id, TITLE)
    assert str(line.reason("en")).startswith("Perhaps the same as: Belysning pa Sturetorgat: en utvardering (r1).")
    assert library.study(held.id) == held


def test_a_person_may_say_that_likely_records_are_the_same(library: Library) -> None:
    held = received(library, "Belysning pa Sturetorgat: en utvardering")
    assert take(library, RIS, likely="same").counts["matched"] == 1
    assert library.study(held.id).title == TITLE


def test_a_person_may_say_that_likely_records_are_new_works(library: Library) -> None:
    held = received(library, "Belysning pa Sturetorgat: en utvardering")
    assert take(library, RIS, likely="new").counts["wanted"] == 2
    assert library.study(held.id) == held


def test_where_two_studies_match_both_are_named(library: Library) -> None:
    first = received(library)
    library.record.add_wanted(replace(first, id="r2", files=()))
    line = take(library, RIS).lines[0]
    assert (line.became.value, line.study_id) == ("likely", None)
    assert "(r1)" in str(line.reason("en"))
    assert "(r2)" in str(line.reason("sv"))


def test_bad_records_cost_themselves_only_and_stand_in_their_place(library: Library) -> None:
    found = take(library, "TI  - Astray\nER  - \n" + RIS + "TY  - BOOK\nER  - \n")
    assert [line.became.value for line in found.lines] == ["bad", "wanted", "wanted", "bad"]
    assert [line.line for line in found.lines] == [1, 3, 20, 33]
    assert len(library.record.studies()) == 2


def test_a_file_that_cannot_be_imported_changes_nothing(library: Library) -> None:
    with pytest.raises(NotRecords):
        take(library, "%PDF-1.7", "a.pdf")
    assert library.record.studies() == []


def test_a_file_that_is_not_there_is_told(library: Library, tmp_path: Path) -> None:
    with pytest.raises(CannotOpen, match="cannot be opened"):
        import_path(library, tmp_path / "gone.ris", "Anna")


def test_wanted_studies_trouble_neither_search_nor_health(library: Library) -> None:
    take(library, RIS)
    assert library.verify().sound
    assert library.passage_counts() == {}


# The catalogue


def test_the_catalogue_is_120_wanted_studies_and_again_nothing_new(library: Library) -> None:
    assert import_path(library, CATALOGUE, "Anna").counts == {
        "matched": 0,
        "wanted": 120,
        "likely": 0,
        "unchanged": 0,
        "bad": 0,
    }
    assert import_path(library, CATALOGUE, "Anna").counts["unchanged"] == 120


def test_the_evidence_notes_are_not_the_works_of_the_catalogue(library: Library) -> None:
    few = sorted(FOLDER.glob("*.pdf"))[:4]
    with Reception(library) as reception:
        before = [receipt.study_id for receipt in reception.receive_paths(few[:2], starter_notes())]
        assert import_path(library, CATALOGUE, "Anna").counts["wanted"] == 120
        after = [receipt.study_id for receipt in reception.receive_paths(few[2:], starter_notes())]
    assert all(library.study(str(note)).state is not State.WANTED for note in [*before, *after])
    assert not any(str(note).startswith("w") for note in after)
    assert len(library.record.studies()) == 124


def test_what_the_catalogue_says_is_in_the_description(library: Library) -> None:
    import_path(library, CATALOGUE, "Anna")
    by_id = {dict(s.description.identifiers)["catalogue"]: s.description for s in library.record.studies()}
    law = by_id["LAW001"]
    assert dict(law.identifiers)["sfs"] == "2023:196"
    assert (law.valid_from, law.last_checked) == (date(2023, 7, 1), date(2026, 11, 1))
    brooks = by_id["BID004"]
    assert (brooks.evidence_from, brooks.kind, brooks.languages) == ("USA", "quasi-experiment", ("en",))
    assert brooks.remark.startswith("Los Angeles BIDs linked to crime falls of 6-10%")
    assert "free rider" in brooks.topics
    assert "url" not in dict(brooks.identifiers)  # it led to somebody's copy
    assert by_id["BRA001"].evidence_from == "International"  # published in Sweden, but not from there
    assert "sou" not in dict(by_id["SWB024"].identifiers)  # a response to the inquiry, not the inquiry


# A file that comes at last


def test_a_file_takes_the_place_of_the_wanted_study_it_is(library: Library) -> None:
    take(library, "TY  - JOUR\nTI  - Street lighting and crime\nPY  - 2019\nDO  - 10.5555/abc\nER  - \n")
    (wanted,) = library.record.studies()
    library.record.appraise(Appraisal(wanted.id, "Anna", date(2026, 11, 24), design="RCT"))
    with Reception(library) as reception:
        receipt = reception.receive(Incoming("lighting.pdf", LIGHTING))
        again = reception.receive(Incoming("lighting.pdf", LIGHTING))
    assert (receipt.status.value, receipt.study_id, again.status.value) == ("added", wanted.id, "unchanged")
    (study,) = library.record.studies()
    assert (study.state, study.text, study.file_name) == (State.RECEIVED, TextState.SEARCHABLE, "lighting.pdf")
    assert (study.description.year, dict(study.description.identifiers)["doi"]) == (2019, "10.5555/abc")
    appraisal = library.record.appraisal(study.id)
    assert appraisal is not None
    assert appraisal.design == "RCT"
    assert take(library, "TY  - JOUR\nTI  - Street lighting and crime\nPY  - 2019\nDO  - 10.5555/abc\nER  - \n").counts[
        "unchanged"
    ]


def test_a_file_of_another_work_is_a_study_of_its_own(library: Library) -> None:
    take(library, RIS)
    with Reception(library) as reception:
        receipt = reception.receive(Incoming("lighting.pdf", LIGHTING))
    assert not str(receipt.study_id).startswith("w")
    assert len(library.record.studies()) == 3
