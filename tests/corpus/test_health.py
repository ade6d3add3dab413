"""What the doctor looks at besides the indexes, and what it says to do."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from corpus.desk import want, withdraw
from corpus.health import Finding, Level, examine
from corpus.library import Library
from corpus.study import Appraisal, Description, Link, LinkKind, TextState, Withdrawal, Withdrawn

pytestmark = pytest.mark.slow

TODAY = date(2026, 11, 24)


def found(library: Library, *, thorough: bool = False) -> dict[str, Finding]:
    return {finding.code: finding for finding in examine(library, TODAY, thorough=thorough)}


def values(finding: Finding) -> dict[str, object]:
    return dict(finding.values)


def first_pdf(library: Library) -> Path:
    return library.pdf_path(library.record.studies()[0].files[0].sha256)


def test_a_whole_library_has_gaps_for_people_and_no_faults(small_library: Library) -> None:
    assert {finding.level for finding in found(small_library).values()} <= {Level.GAP, Level.NOTE}


def test_a_missing_pdf_is_a_fault_and_is_named(small_library: Library) -> None:
    name = small_library.record.studies()[0].file_name
    first_pdf(small_library).unlink()
    missing = found(small_library)["pdf_missing"]
    assert (missing.level, values(missing)) == (Level.FAULT, {"count": 1, "names": name})


def test_a_pdf_of_another_size_is_a_fault(small_library: Library) -> None:
    first_pdf(small_library).write_bytes(b"%PDF something else")
    assert values(found(small_library)["pdf_changed"])["count"] == 1


def test_a_changed_pdf_of_the_same_size_is_found_by_reading_it(small_library: Library) -> None:
    data = bytearray(first_pdf(small_library).read_bytes())
    data[200] ^= 1
    first_pdf(small_library).write_bytes(data)
    assert "pdf_changed" not in found(small_library)
    assert values(found(small_library, thorough=True)["pdf_changed"])["count"] == 1


def test_a_file_that_belongs_to_no_study_is_told(small_library: Library) -> None:
    small_library.pdf_path("f" * 64).write_bytes(b"%PDF")
    assert values(found(small_library)["pdf_stray"])["count"] == 1


def test_too_little_room_is_a_fault_before_the_disk_is_full(
    small_library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(small_library.folder)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=100 << 20))
    room = found(small_library)["little_room"]
    assert (room.level, values(room)["free"]) == (Level.FAULT, 100)


def test_gaps_are_counted(small_library: Library) -> None:
    gaps = found(small_library)
    assert values(gaps["no_year"])["count"] == 2
    assert values(gaps["no_authors"])["count"] == 2
    assert values(gaps["not_described"])["count"] == 2


def test_studies_without_text_and_without_a_file_are_told_apart(small_library: Library) -> None:
    study = small_library.record.studies()[0]
    small_library.record.change_study(replace(study, text=TextState.NEEDS_OCR))
    want(small_library, Description("A work that is not here yet"), "Eva")
    told = found(small_library)
    assert values(told["needs_ocr"])["count"] == 1
    assert (values(told["wanted"])["count"], told["wanted"].level) == (1, Level.NOTE)


def test_decisions_that_wait_for_a_person_are_counted(small_library: Library) -> None:
    one, other = (study.id for study in small_library.record.studies())
    small_library.record.appraise(Appraisal(one, "catalogue", TODAY, design="panel", confirmed=False))
    link = Link(one, other, LinkKind.VERSION, 0.4)
    with small_library.record.transaction() as connection:
        connection.execute(
            "INSERT INTO links (first, second, kind, likeness, why, pages, state, said_by)"
            " VALUES (?, ?, ?, ?, '[]', '[]', ?, '')",
            (link.first, link.second, link.kind, link.likeness, link.state),
        )
    told = found(small_library)
    assert values(told["links_proposed"])["count"] == 1
    assert values(told["appraisals_provisional"])["count"] == 1


@pytest.mark.parametrize(("valid_to", "told"), [(date(2026, 11, 23), True), (TODAY, False), (None, False)])
def test_a_law_that_has_lapsed_is_told_until_it_is_withdrawn(
    small_library: Library, valid_to: date | None, told: bool
) -> None:
    study = small_library.record.studies()[0]
    small_library.record.change_study(replace(study, description=replace(study.description, valid_to=valid_to)))
    assert ("lapsed" in found(small_library)) is told
    withdraw(small_library, study.id, Withdrawal(Withdrawn.OTHER, "lapsed", "Eva", TODAY))
    assert "lapsed" not in found(small_library)


def test_faults_stand_first(small_library: Library) -> None:
    first_pdf(small_library).unlink()
    levels = [finding.level for finding in examine(small_library, TODAY)]
    assert levels == sorted(levels, key=list(Level).index)
    assert levels[0] is Level.FAULT


def test_every_finding_says_what_to_do_in_both_languages(small_library: Library) -> None:
    first_pdf(small_library).unlink()
    for finding in examine(small_library, TODAY):
        assert finding.sentence("sv") != finding.sentence("en")
        assert finding.form("en")["message"] == finding.sentence("en")
        assert finding.sentence("en").count(".") >= 2
