"""The record: one SQLite file, the only truth."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.record import SCHEMA_VERSION, CannotWrite, NewerLibrary, NotALibrary, Record, Vectors
from corpus.study import Appraisal, Description, Draft, Page, PassageKind, Reader, State, Study, StudyFile, TextState

SHORT = "Ägare betalar. 😀 Alla ser på ön."


def a_study(name: str = "one", title: str = "Avgifter") -> Study:
    return Study(
        id=name,
        description=Description(
            title=title,
            authors=("Åsa Öberg", "Li"),
            year=2021,
            published_in="Brå",
            evidence_from="Sweden",
            kind="report",
            identifiers=(("doi", "10.1/å"),),
            sources=(("title", "page 1"),),
        ),
        languages=("sv", "en"),
        text=TextState.SEARCHABLE,
        files=(StudyFile(f"sha-{name}", f"{name}.pdf", 10, 1),),
    )


def a_page(name: str = "one", text: str = SHORT, number: int = 1) -> Page:
    return Page(name, number, "iv", text, Reader.PDFIUM, "letters")


def draft(start: int, end: int, text: str = SHORT, kind: PassageKind = PassageKind.BODY) -> Draft:
    return Draft(1, start, end, text[start:end], "sv", kind)


def rows(count: int, dimension: int = 3) -> Vectors:
    return np.arange(count * dimension, dtype=np.float32).reshape(count, dimension)


def add_one(record: Record, name: str = "one", title: str = "Avgifter") -> list[int]:
    """A study of two passages: "Ägare betalar." and "😀 Alla ser på ön."."""
    return record.add(a_study(name, title), [a_page(name)], [draft(0, 14), draft(15, 32)], rows(2))


def pragma(record: Record, name: str) -> object:
    return record._connection().execute(f"PRAGMA {name}").fetchone()[0]


# The file


def test_what_is_acknowledged_is_on_disk(record: Record) -> None:
    full = 2
    assert (pragma(record, "journal_mode"), pragma(record, "synchronous")) == ("wal", full)
    assert (pragma(record, "foreign_keys"), pragma(record, "user_version")) == (1, SCHEMA_VERSION)


def test_a_record_is_the_same_when_opened_again(tmp_path: Path) -> None:
    with closing(Record(tmp_path / "r")) as record:
        add_one(record)
    with closing(Record(tmp_path / "r")) as record:
        assert record.studies() == [a_study()]
        assert record.counts() == {"studies": 1, "pages": 1, "passages": 2, "vectors": 2}
        assert record.faults() == []


@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_a_record_of_a_later_version_is_refused_and_left_as_it_is(tmp_path: Path, journal: str) -> None:
    path = tmp_path / "r"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA journal_mode = {journal}")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
        connection.execute("CREATE TABLE later (x)")
    before = path.read_bytes()
    with pytest.raises(NewerLibrary) as refusal:
        Record(path)
    assert refusal.value.values == {"path": path, "version": SCHEMA_VERSION + 1, "known": SCHEMA_VERSION}
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["r"]


@pytest.mark.parametrize("writable", [True, False])
def test_a_file_of_something_else_is_no_library(tmp_path: Path, writable: bool) -> None:
    path = tmp_path / "r"
    path.write_bytes(b"this is no database at all, " * 100)
    before = path.read_bytes()
    with pytest.raises(NotALibrary) as refusal:
        Record(path, writable=writable)
    assert refusal.value.values["path"] == path
    assert path.read_bytes() == before


def test_a_record_in_a_folder_that_is_not_there_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite):
        Record(tmp_path / "nowhere" / "r")


def test_a_damaged_record_says_so(tmp_path: Path) -> None:
    path = tmp_path / "r"
    with closing(Record(path)) as record:
        add_one(record)
    with path.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xff" * 4096 * 3)
    with closing(Record(path)) as record:
        assert record.faults() != []


def test_a_reader_writes_nothing(tmp_path: Path) -> None:
    with closing(Record(tmp_path / "r")) as record:
        add_one(record)
    with closing(Record(tmp_path / "r", writable=False)) as reader:
        assert reader.studies() == [a_study()]
        with pytest.raises(CannotWrite):
            add_one(reader, "two")


def test_a_reader_sees_what_another_has_written_since(tmp_path: Path) -> None:
    with closing(Record(tmp_path / "r")) as record, closing(Record(tmp_path / "r", writable=False)) as reader:
        assert reader.studies() == []
        add_one(record)
        assert reader.studies() == [a_study()]


# Studies


def test_a_study_is_read_back_as_it_was_written(record: Record) -> None:
    add_one(record)
    assert record.study("one") == a_study()
    assert record.page("one", 1) == a_page()
    assert (record.study("two"), record.page("one", 2)) == (None, None)


def test_studies_are_listed_by_title_whatever_the_case(record: Record) -> None:
    for name, title in (("x", "belysning"), ("y", "Avgifter"), ("z", "Cykel")):
        add_one(record, name, title)
    assert [study.id for study in record.studies()] == ["y", "x", "z"]


def test_a_study_is_found_by_the_bytes_of_its_file(record: Record) -> None:
    add_one(record)
    assert record.study_of_file("sha-one") == a_study()
    assert record.study_of_file("sha-two") is None


def test_the_same_bytes_may_come_under_two_names_each_kept_once(record: Record) -> None:
    add_one(record)
    for _ in range(2):
        record.add_file("one", StudyFile("sha-one", "copy.pdf", 10, 1))
    study = record.study("one")
    assert study is not None
    assert [file.name for file in study.files] == ["one.pdf", "copy.pdf"]


def test_removing_a_study_takes_everything_with_it(record: Record) -> None:
    add_one(record)
    kept = add_one(record, "two")
    assert record.remove("one") is True
    assert record.counts() == {"studies": 1, "pages": 1, "passages": 2, "vectors": 2}
    assert record.passage_ids() == set(kept)
    assert record.study_of_file("sha-one") is None
    assert record.faults() == []


def test_removing_what_is_not_there_removes_nothing(record: Record) -> None:
    add_one(record)
    assert record.remove("two") is False
    assert record.counts()["studies"] == 1


def test_an_id_is_never_used_again(record: Record) -> None:
    ids = add_one(record)
    record.remove("one")
    assert min(add_one(record)) > max(ids)


def test_a_study_with_the_same_id_replaces_the_old_one(record: Record) -> None:
    old = add_one(record)
    new = record.add(a_study(title="Nytt"), [a_page(text="Kort.")], [draft(0, 5, "Kort.")], rows(1))
    assert [study.title for study in record.studies()] == ["Nytt"]
    assert [passage.text for passage in record.all_passages()] == ["Kort."]
    assert not set(old) & set(new)
    assert record.counts() == {"studies": 1, "pages": 1, "passages": 1, "vectors": 1}


@pytest.mark.parametrize(
    ("drafts", "vectors"),
    [
        ([draft(0, 14), draft(0, 14)], rows(2)),
        ([draft(0, 14), Draft(9, 0, 5, "Ägare", "sv")], rows(2)),
        ([draft(0, 14), draft(15, 32)], rows(1)),
        ([draft(0, 14)], rows(2)),
    ],
    ids=["the same place twice", "a page that is not there", "a vector too few", "a vector too many"],
)
def test_a_study_that_cannot_be_written_whole_leaves_nothing(
    record: Record, drafts: list[Draft], vectors: Vectors
) -> None:
    kept = add_one(record)
    with pytest.raises((sqlite3.IntegrityError, ValueError)):
        record.add(a_study("two"), [a_page("two")], drafts, vectors)
    assert record.study("two") is None
    assert record.passage_ids() == set(kept)


def test_a_replacement_that_fails_leaves_the_old_study(record: Record) -> None:
    kept = add_one(record)
    with pytest.raises(ValueError, match="zip"):
        record.add(a_study(title="Nytt"), [a_page()], [draft(0, 14)], rows(3))
    assert record.studies() == [a_study()]
    assert record.passage_ids() == set(kept)


def test_the_record_can_be_written_after_a_failure(record: Record) -> None:
    with pytest.raises(ValueError, match="zip"):
        record.add(a_study(), [a_page()], [draft(0, 14)], rows(3))
    assert len(add_one(record)) == 2


# Passages


def test_a_passage_is_the_page_from_start_to_end(record: Record) -> None:
    first, second = add_one(record)
    found = record.passages([second, first, 999])
    assert {i: passage.text for i, passage in found.items()} == {first: "Ägare betalar.", second: "😀 Alla ser på ön."}
    assert (found[second].start, found[second].end, found[second].language) == (15, 32, "sv")


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1), st.data())
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_characters_are_counted_as_python_counts_them(record: Record, text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    record.add(a_study(), [a_page(text=text)], [draft(start, end, text)], rows(1))
    assert [passage.text for passage in record.all_passages()] == [text[start:end]]


def test_more_passages_than_sqlite_takes_at_once_are_found(record: Record) -> None:
    text = "a" * 1200
    ids = record.add(a_study(), [a_page(text=text)], [draft(i, i + 1, text) for i in range(1200)], rows(1200))
    assert len(record.passages(ids)) == len(record.vectors_of(ids)) == 1200


def test_passages_come_in_order_of_id(record: Record) -> None:
    ids = [*add_one(record), *add_one(record, "two")]
    assert [passage.id for passage in record.all_passages()] == ids == sorted(ids)
    assert record.passage_ids_of("two") == ids[2:]


def test_a_reference_list_is_a_passage_without_a_vector(record: Record) -> None:
    body, references = record.add(
        a_study(), [a_page()], [draft(0, 14), draft(15, 32, kind=PassageKind.REFERENCES)], rows(1)
    )
    assert list(record.vectors_of([body, references])) == [body]
    assert record.passages([references])[references].kind is PassageKind.REFERENCES


def test_passages_are_counted_by_language(record: Record) -> None:
    english = Draft(1, 15, 32, SHORT[15:32], "en")
    record.add(a_study(), [a_page()], [draft(0, 6), draft(7, 14), english], rows(3))
    assert record.passage_counts() == {"en": 1, "sv": 2}


# Vectors


def test_vectors_are_kept_bit_for_bit(record: Record) -> None:
    ids = add_one(record)
    assert list(record.vectors()) == [(i, "sv", row.tobytes()) for i, row in zip(ids, rows(2), strict=True)]


def test_vectors_can_be_read_from_where_one_left_off(record: Record) -> None:
    first, last = add_one(record)
    assert [row[0] for row in record.vectors(after=first)] == [last]
    assert (record.vector_count(), record.vector_count(first), record.vector_count(0)) == (2, 1, 0)


def test_a_sample_is_some_of_the_vectors_up_to_an_id(record: Record) -> None:
    ids = [i for name in "abcdef" for i in add_one(record, name)]
    sample = record.vector_sample(ids[5], 4)
    assert len(sample) == 4
    assert {row[0] for row in sample} <= set(ids[:6])
    assert set(sample) <= set(record.vectors())


def test_all_vectors_are_replaced_together_with_the_name_of_their_model(record: Record) -> None:
    ids = add_one(record)
    record.replace_vectors(ids, rows(2, 5), model="new")
    assert record.vectors_of(ids) == {i: row.tobytes() for i, row in zip(ids, rows(2, 5), strict=True)}
    assert record.note("model") == "new"


def test_vectors_that_cannot_all_be_replaced_are_left_as_they_were(record: Record) -> None:
    ids = add_one(record)
    record.set_notes(model="old")
    before = list(record.vectors())
    with pytest.raises(sqlite3.IntegrityError):
        record.replace_vectors([*ids, 999], rows(3), model="new")
    assert (list(record.vectors()), record.note("model")) == (before, "old")


# The library itself


def test_a_note_is_kept_and_may_be_changed(record: Record) -> None:
    assert record.note("model") is None
    record.set_notes(model="a", dimension="3")
    record.set_notes(model="b")
    assert (record.note("model"), record.note("dimension")) == ("b", "3")


def test_the_revision_changes_whenever_a_study_comes_or_goes(record: Record) -> None:
    seen = [record.revision()]
    add_one(record)
    seen.append(record.revision())
    add_one(record)
    seen.append(record.revision())
    record.remove("one")
    seen.append(record.revision())
    assert seen == [(0, 0), (1, 2), (1, 4), (0, 4)]


def test_the_generation_is_another_after_any_change_whoever_made_it(record: Record) -> None:
    first = record.generation()
    assert record.generation() == first
    add_one(record)
    second = record.generation()
    record.change_study(replace(a_study(), state=State.PUBLISHED))
    third = record.generation()
    record.appraise(Appraisal("one", "Eva", date(2026, 5, 1)))
    fourth = record.generation()
    assert len({first, second, third, fourth}) == 4
    assert record.generation() == fourth
    with closing(Record(record.path)) as other:
        assert record.generation() == fourth
        other.change_study(a_study(title="Otherwise"))
    assert record.generation() != fourth


def test_the_generation_is_another_after_a_change_by_another_thread(record: Record) -> None:
    add_one(record)
    before = record.generation()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(record.appraise, Appraisal("one", "Eva", date(2026, 5, 1))).result()
    assert record.generation() != before


def test_a_change_that_is_undone_leaves_no_generation_behind(record: Record) -> None:
    add_one(record)
    with pytest.raises(KeyError), record.transaction():
        record.change_study(a_study(title="Never"))
        within = record.generation()
        raise KeyError
    assert record.generation() != within


def test_the_vectors_of_some_passages_are_read_with_their_language(record: Record) -> None:
    first, second = add_one(record)
    assert [(i, language) for i, language, _ in record.vectors_among([second, 999])] == [(second, "sv")]
    assert list(record.vectors_among([first, second])) == list(record.vectors())
