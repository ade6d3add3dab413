"""Words of questions that the term list does not know: noted for staff, counted, and forgotten on request."""

from datetime import date
from pathlib import Path

import pytest

from corpus.unknown import UnknownWords


@pytest.fixture
def words(tmp_path: Path) -> UnknownWords:
    return UnknownWords(tmp_path / UnknownWords.FILE)


def today() -> str:
    return f"{date.today():%Y-%m-%d}"


def test_nothing_is_noted_at_first(words: UnknownWords) -> None:
    assert words.counted() == []
    assert not words.path.exists()


def test_a_word_is_noted_on_a_line_with_the_day(words: UnknownWords) -> None:
    before = today()
    words.add(["blorpan", "å-flimp"])
    assert words.path.read_text("utf-8") in (f"{day}\tblorpan\n{day}\tå-flimp\n" for day in (before, today()))


def test_words_are_counted_the_most_asked_for_first_and_then_by_the_alphabet(words: UnknownWords) -> None:
    words.add(["plugh", "xyzzy"])
    words.add(["xyzzy"])
    words.add(["fnord"])
    words.add([])
    assert [(word, count) for word, count, _ in words.counted()] == [("xyzzy", 2), ("fnord", 1), ("plugh", 1)]


def test_the_day_of_a_word_is_the_last_it_was_asked_with(words: UnknownWords) -> None:
    words.path.write_text("2026-01-02\tplugh\n2026-01-03\txyzzy\n2026-02-01\tplugh\n", "utf-8")
    assert words.counted() == [("plugh", 2, "2026-02-01"), ("xyzzy", 1, "2026-01-03")]


def test_notes_are_added_to_those_of_earlier_days(words: UnknownWords) -> None:
    words.path.write_text("2020-01-02\tplugh\n", "utf-8")
    words.add(["plugh"])
    (word, count, day) = words.counted()[0]
    assert (word, count) == ("plugh", 2)
    assert day > "2020-01-02"


def test_notes_outlive_the_one_who_took_them(words: UnknownWords) -> None:
    words.add(["xyzzy"])
    assert [word for word, _, _ in UnknownWords(words.path).counted()] == ["xyzzy"]


def test_a_question_without_unknown_words_makes_no_file(words: UnknownWords) -> None:
    words.add([])
    assert not words.path.exists()


def test_a_word_of_more_than_60_letters_is_not_noted(words: UnknownWords) -> None:
    words.add(["x" * 61, "y" * 60])
    assert [word for word, _, _ in words.counted()] == ["y" * 60]


def test_a_full_file_takes_no_more_notes(words: UnknownWords) -> None:
    line = "2026-01-02\tplugh\n"
    words.path.write_text(line * (1_000_000 // len(line) + 1), "utf-8")
    size = words.path.stat().st_size
    words.add(["xyzzy"])
    assert words.path.stat().st_size == size
    assert [word for word, _, _ in words.counted()] == ["plugh"]


def test_lines_that_are_no_notes_are_passed_over(words: UnknownWords) -> None:
    words.path.write_bytes("2026-01-02\tplugh\n\nno tab here\n2026-01-03\tskåp\n".encode() + b"2026-01-04\tk\xe4rna\n")
    assert {word for word, _, _ in words.counted()} == {"plugh", "skåp", "k\ufffdrna"}


def test_a_folder_that_cannot_be_written_keeps_no_notes_and_stops_nobody(tmp_path: Path) -> None:
    words = UnknownWords(tmp_path / "none" / UnknownWords.FILE)
    words.add(["xyzzy"])
    assert words.counted() == []


def test_words_are_forgotten_on_request_and_noted_anew(words: UnknownWords) -> None:
    words.add(["xyzzy"])
    words.forget()
    assert words.counted() == []
    assert not words.path.exists()
    words.add(["plugh"])
    assert [word for word, _, _ in words.counted()] == ["plugh"]


def test_forgetting_where_nothing_was_noted_does_no_harm(words: UnknownWords) -> None:
    words.forget()
    assert words.counted() == []
