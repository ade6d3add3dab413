"""Sets of questions, read line by line and written again."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evals.case import (
    BadSet,
    Case,
    EmptySet,
    Gold,
    MixedSet,
    NewerSet,
    Nugget,
    QuestionSet,
    SameId,
    read_set,
    set_lines,
)

HEADER: dict[str, Any] = {"form": 1, "set": "lamps", "version": "3", "split": "test", "about": "Questions on lamps."}
QUESTION: dict[str, Any] = {
    "id": "sv-en-007",
    "question": "Minskar belysning brott?",
    "language": "sv",
    "answerable": "yes",
    "gold": [
        {"file": "a.pdf", "page": 2, "quote": "Crime fell.", "grade": 1, "sha256": "ab12", "language": "en"},
        {"file": "b.pdf", "page": 1},
    ],
    "nuggets": [{"text": "crime fell", "vital": False, "accepts": ["fell", "lower"]}, {"text": "at night"}],
    "pair": "sv-en",
    "kind": "effect",
    "difficulty": "hard",
    "tags": ["lamps", "crime"],
    "author": "Åsa",
    "date": "2026-01-31",
}
SHORT: dict[str, Any] = {
    "id": "short",
    "question": "Does it help?",
    "language": "en",
    "answerable": "yes",
    "gold": [{"file": "a.pdf", "page": 1}],
}
SILENT: dict[str, Any] = {**SHORT, "id": "silent", "answerable": "near_miss", "gold": []}
DEVELOPMENT: dict[str, Any] = {
    "id": "sv-en-07",
    "question": "Minskar belysning brott?",
    "lang": "sv",
    "answerable": True,
    "gold": [{"file": "a.pdf", "pages": [2, 3], "anchor": "Crime fell.", "grade": 1}, {"file": "b.pdf", "pages": [1]}],
    "nuggets": ["crime fell"],
    "kind": "effect",
    "difficulty": "easy",
}


def without(row: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != key}


def written(folder: Path, *lines: str | dict[str, Any], name: str = "set.jsonl") -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), "utf-8")
    return path


def only_case(folder: Path, row: dict[str, Any]) -> Case:
    (case,) = read_set(written(folder, row)).cases
    return case


# This project's form


def test_a_question_has_its_gold_its_facts_and_who_wrote_it(tmp_path: Path) -> None:
    assert only_case(tmp_path, QUESTION) == Case(
        id="sv-en-007",
        question="Minskar belysning brott?",
        language="sv",
        answerable="yes",
        gold=(Gold("a.pdf", 2, "Crime fell.", 1, "ab12", "en"), Gold("b.pdf", 1, "", 2, "", "")),
        nuggets=(Nugget("crime fell", False, ("fell", "lower")), Nugget("at night", True, ())),
        pair="sv-en",
        kind="effect",
        difficulty="hard",
        tags=("lamps", "crime"),
        author="Åsa",
        date="2026-01-31",
        line=1,
    )


def test_a_question_needs_no_more_than_its_gold_page(tmp_path: Path) -> None:
    assert only_case(tmp_path, SHORT) == Case(
        "short", "Does it help?", "en", "yes", (Gold("a.pdf", 1),), pair="en-?", line=1
    )


def test_a_header_gives_the_set_its_name_version_split_and_what_it_is_about(tmp_path: Path) -> None:
    questions = read_set(written(tmp_path, HEADER, QUESTION, SHORT))
    assert (questions.name, questions.version, questions.split) == ("lamps", "3", "test")
    assert questions.about == "Questions on lamps."
    assert [(case.id, case.line) for case in questions.cases] == [("sv-en-007", 2), ("short", 3)]


@pytest.mark.parametrize(
    ("name", "called"), [("lamps.jsonl", "lamps"), ("night/questions.jsonl", "night"), ("night/lamps.jsonl", "lamps")]
)
def test_a_set_without_a_header_bears_the_name_of_its_file_or_of_the_folder_of_questions(
    tmp_path: Path, name: str, called: str
) -> None:
    questions = read_set(written(tmp_path, SHORT, name=name))
    assert (questions.name, questions.version, questions.split, questions.about) == (called, "", "", "")


def test_the_sha256_of_a_set_is_that_of_its_file(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER, QUESTION)
    assert read_set(path).sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("split", ["dev", "test"])
def test_the_split_stands_in_the_header_or_in_every_line(tmp_path: Path, split: str) -> None:
    in_header = written(tmp_path, {**HEADER, "split": split}, SHORT, SILENT, name="a.jsonl")
    in_lines = written(tmp_path, {**SHORT, "split": split}, {**SILENT, "split": split}, name="b.jsonl")
    in_both = written(tmp_path, {**HEADER, "split": split}, {**SHORT, "split": split}, name="c.jsonl")
    assert [read_set(path).split for path in (in_header, in_lines, in_both)] == [split] * 3


@pytest.mark.parametrize(
    ("row", "pair"),
    [
        ({**SHORT, "pair": "en-sv"}, "en-sv"),
        ({**SHORT, "gold": [{"file": "a.pdf", "page": 1, "language": "sv"}]}, "en-sv"),
        (SHORT, "en-?"),  # the library says which language the document is in
        (SILENT, "none-en"),
        ({**SILENT, "language": "sv"}, "none-sv"),
    ],
)
def test_the_pair_is_as_said_or_follows_from_question_and_first_gold_page(
    tmp_path: Path, row: dict[str, Any], pair: str
) -> None:
    assert only_case(tmp_path, row).pair == pair


@pytest.mark.parametrize("kind", ["near_miss", "far_off"])
def test_a_question_that_nothing_answers_is_near_or_far_and_has_no_gold(tmp_path: Path, kind: str) -> None:
    case = only_case(tmp_path, {**SILENT, "answerable": kind})
    assert (case.answerable, case.gold) == (kind, ())


def test_a_gold_page_may_be_named_by_its_bytes_alone(tmp_path: Path) -> None:
    case = only_case(tmp_path, {**SHORT, "gold": [{"sha256": "ab12", "page": 4}]})
    assert case.gold == (Gold("", 4, sha256="ab12"),)


# The development form


def test_the_development_form_has_a_gold_page_for_each_of_its_pages(tmp_path: Path) -> None:
    assert only_case(tmp_path, DEVELOPMENT) == Case(
        id="sv-en-07",
        question="Minskar belysning brott?",
        language="sv",
        answerable="yes",
        gold=(
            Gold("a.pdf", 2, "Crime fell.", 1, language="en"),
            Gold("a.pdf", 3, "Crime fell.", 1, language="en"),
            Gold("b.pdf", 1, "", 2, language="en"),
        ),
        nuggets=(Nugget("crime fell"),),
        pair="sv-en",
        kind="effect",
        difficulty="easy",
        line=1,
    )


def test_an_id_of_the_development_form_that_names_no_pair_leaves_the_document_language_open(tmp_path: Path) -> None:
    case = only_case(tmp_path, {**DEVELOPMENT, "id": "lamps-07"})
    assert (case.pair, {gold.language for gold in case.gold}) == ("sv-?", {""})


def test_what_nothing_answers_in_the_development_form_is_a_near_miss(tmp_path: Path) -> None:
    case = only_case(tmp_path, {**DEVELOPMENT, "id": "none-sv-1", "answerable": False, "gold": []})
    assert (case.answerable, case.gold, case.pair) == ("near_miss", (), "none-sv")


# Lines


@pytest.mark.parametrize(("first", "second"), [(QUESTION, SHORT), (DEVELOPMENT, {**DEVELOPMENT, "id": "sv-en-08"})])
def test_empty_lines_are_passed_over_and_counted(tmp_path: Path, first: dict[str, Any], second: dict[str, Any]) -> None:
    cases = read_set(written(tmp_path, "", first, "  ", second, "")).cases
    assert [case.line for case in cases] == [2, 4]


@pytest.mark.parametrize("separator", ["\u2028", "\u0085", "\x0b"])
@pytest.mark.parametrize("row", [QUESTION, DEVELOPMENT])
def test_a_line_ends_at_a_line_feed_only(tmp_path: Path, row: dict[str, Any], separator: str) -> None:
    question = f"Minskar belysning{separator}brott?"
    line = json.dumps({**row, "question": question}, ensure_ascii=False)
    assert [case.question for case in read_set(written(tmp_path, line)).cases] == [question]


def test_a_byte_order_mark_and_windows_lines_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + b"".join(json.dumps(row).encode() + b"\r\n" for row in (HEADER, SHORT, SILENT)))
    questions = read_set(path)
    assert (questions.name, [case.line for case in questions.cases]) == ("lamps", [2, 3])


# What cannot be read


@pytest.mark.parametrize(
    ("rows", "line", "first"),
    [
        ([HEADER, SHORT, HEADER, SILENT], 3, 1),
        ([HEADER, SHORT, {**HEADER, "version": "4"}], 3, 1),
        ([SHORT, HEADER], 2, 1),
        ([HEADER, SHORT, DEVELOPMENT], 3, 2),
        ([DEVELOPMENT, SHORT], 2, 1),
        ([{**SHORT, "split": "dev"}, {**SILENT, "split": "test"}], 2, 1),
        ([HEADER, SHORT, {**SILENT, "split": "dev"}], 3, 1),
    ],
    ids=["header", "version", "late header", "development", "ours", "split", "split of header"],
)
def test_a_set_of_more_than_one_form_version_or_split_is_refused(
    tmp_path: Path, rows: list[dict[str, Any]], line: int, first: int
) -> None:
    path = written(tmp_path, *rows)
    with pytest.raises(MixedSet) as met:
        read_set(path)
    english, swedish = met.value.sentence("en"), met.value.sentence("sv")
    assert english.startswith(f"Line {line} of {path} is of another form, version or split than line {first}.")
    assert swedish.startswith(f"Rad {line} i {path} har en annan form, version eller del än rad {first}.")


def test_a_set_of_a_newer_form_is_refused_before_its_lines_are_read(tmp_path: Path) -> None:
    path = written(tmp_path, {**HEADER, "form": 2}, {"ask": "Does it help?"})
    with pytest.raises(NewerSet) as met:
        read_set(path)
    assert met.value.sentence("en").startswith(f"Line 1 of {path} says form 2; this program knows form 1.")
    assert met.value.sentence("sv").startswith(f"Rad 1 i {path} säger form 2; det här programmet känner form 1.")


@pytest.mark.parametrize(
    ("rows", "line", "name", "first"),
    [([HEADER, SHORT, SILENT, SHORT], 4, "short", 2), ([DEVELOPMENT, "", DEVELOPMENT], 3, "sv-en-07", 1)],
)
def test_the_same_id_twice_is_named_with_both_its_lines(
    tmp_path: Path, rows: list[str | dict[str, Any]], line: int, name: str, first: int
) -> None:
    path = written(tmp_path, *rows)
    with pytest.raises(SameId) as met:
        read_set(path)
    assert met.value.sentence("en").startswith(f"Line {line} of {path} has the id {name} again, after line {first}.")
    assert met.value.sentence("sv").startswith(f"Rad {line} i {path} har id {name} igen, efter rad {first}.")


@pytest.mark.parametrize("lines", [[], ["", "  "], [HEADER]])
def test_a_set_without_a_question_is_refused(tmp_path: Path, lines: list[str | dict[str, Any]]) -> None:
    path = written(tmp_path, *lines)
    with pytest.raises(EmptySet) as met:
        read_set(path)
    assert met.value.sentence("en") == f"The set {path} holds no question. Write one question a line."
    assert met.value.sentence("sv") == f"Uppsättningen {path} har ingen fråga. Skriv en fråga per rad."


def gold_page(**changed: object) -> dict[str, Any]:
    return {**SHORT, "gold": [{"file": "a.pdf", "page": 1, **changed}]}


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        *((without(SHORT, key), f"'{key}' is missing") for key in ("id", "question", "language", "answerable", "gold")),
        ({**SHORT, "id": ""}, "id is ''"),
        ({**SHORT, "question": "  "}, "question is '  '"),
        ({**SHORT, "question": None}, "question is None"),
        ({**SHORT, "question": ["Does it help?"]}, "question is ["),
        ({**SHORT, "language": "de"}, "language is 'de'; it may be sv, en"),
        ({**SHORT, "answerable": True}, "answerable is True; it may be yes, near_miss, far_off"),
        ({**SHORT, "answerable": "maybe"}, "answerable is 'maybe'"),
        ({**SHORT, "gold": []}, "a question has gold pages if it is answerable, and only then"),
        ({**SHORT, "answerable": "far_off"}, "a question has gold pages if it is answerable, and only then"),
        ({**SHORT, "gold": None}, "NoneType"),
        ({**SHORT, "gold": [{"file": "a.pdf"}]}, "'page' is missing"),
        ({**SHORT, "gold": [{"page": 1}]}, "'file' is missing"),
        (gold_page(page=0), "page is 0; pages are counted from 1"),
        (gold_page(page=-1), "page is -1; pages are counted from 1"),
        (gold_page(page="2"), "page is '2'; pages are counted from 1"),
        (gold_page(page=1.5), "page is 1.5; pages are counted from 1"),
        (gold_page(grade=0), "grade is 0; it is 2 for"),
        (gold_page(grade=3), "grade is 3; it is 2 for"),
        ({**SHORT, "nuggets": [{}]}, "'text' is missing"),
        ({**SHORT, "nuggets": [{"text": ""}]}, "text is ''"),
        ({**SHORT, "nuggets": [{"text": "it fell", "accepts": "fell"}]}, "accepts is a list of texts"),
        ("{not json", ""),
        ("[]", ""),
        ("7", ""),
        ("null", ""),
        ('"a text"', ""),
    ],
)
def test_a_bad_value_is_named_by_its_line_in_both_languages(
    tmp_path: Path, bad: str | dict[str, Any], why: str
) -> None:
    path = written(tmp_path, HEADER, QUESTION, "", bad)
    with pytest.raises(BadSet) as met:
        read_set(path)
    assert met.value.sentence("en").startswith(f"The set of questions {path} cannot be read at line 4 (")
    assert met.value.sentence("sv").startswith(f"Frågorna i {path} går inte att läsa vid rad 4 (")
    assert why in met.value.sentence("en")
    assert why in met.value.sentence("sv")


@pytest.mark.parametrize(
    "bad",
    [
        *(without(DEVELOPMENT, key) for key in ("id", "question", "answerable", "gold")),
        {**DEVELOPMENT, "lang": "de"},
        {**DEVELOPMENT, "gold": None},
        {**DEVELOPMENT, "gold": [{"pages": [1]}]},
        {**DEVELOPMENT, "gold": [{"file": "a.pdf"}]},
        {**DEVELOPMENT, "gold": [{"file": "a.pdf", "pages": 2}]},
        {**DEVELOPMENT, "gold": [{"file": "a.pdf", "pages": ["two"]}]},
        {**DEVELOPMENT, "nuggets": 7},
    ],
)
def test_a_bad_value_of_the_development_form_is_named_by_its_line(tmp_path: Path, bad: dict[str, Any]) -> None:
    path = written(tmp_path, {**DEVELOPMENT, "id": "sv-en-06"}, "", bad)
    with pytest.raises(BadSet) as met:
        read_set(path)
    assert met.value.sentence("en").startswith(f"The set of questions {path} cannot be read at line 3 (")
    assert met.value.sentence("sv").startswith(f"Frågorna i {path} går inte att läsa vid rad 3 (")


@pytest.mark.parametrize("rows", [[{**HEADER, "split": "train"}, SHORT], [{**SHORT, "split": "train"}]])
def test_a_split_is_dev_or_test(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    path = written(tmp_path, *rows)
    with pytest.raises(BadSet, match=r"at line 1 \(split is 'train'; it may be dev or test\)"):
        read_set(path)


def test_a_set_that_is_not_there_or_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "latin.jsonl").write_bytes(b'{"id": "\xe5"}')
    for name in ("missing.jsonl", "latin.jsonl"):
        with pytest.raises(BadSet, match=name):
            read_set(tmp_path / name)


# Written again


def read_again(folder: Path, questions: QuestionSet) -> QuestionSet:
    path = folder / "again.jsonl"
    path.write_text("".join(f"{line}\n" for line in set_lines(questions)), "utf-8")
    return read_set(path)


def test_a_set_that_is_written_reads_the_same(tmp_path: Path) -> None:
    questions = QuestionSet(
        name="lamps",
        version="3",
        split="test",
        about="Frågor om gatlyktor.",
        cases=(
            Case(
                id="a",
                question="Minskar\u2028belysning “brott”?",
                language="sv",
                answerable="yes",
                gold=(Gold("å.pdf", 2, 'Crime\n"fell".', 1, "ab12", "en"), Gold("b.pdf", 1)),
                nuggets=(Nugget("crime fell", False, ("fell", "6–10 procent")), Nugget("at night")),
                pair="sv-en",
                kind="effect",
                difficulty="hard",
                tags=("lamps", "night"),
                author="Åsa",
                date="2026-01-31",
                line=2,
            ),
            Case("b", "Does it help?", "en", "yes", (Gold("b.pdf", 1),), pair="en-?", line=3),
            Case("c", "Vad kostar en bro?", "sv", "far_off", pair="none-sv", line=4),
        ),
    )
    assert replace(read_again(tmp_path, questions), sha256="") == questions


def test_a_set_written_again_is_the_same_to_the_letter(tmp_path: Path) -> None:
    questions = read_set(written(tmp_path, HEADER, QUESTION, SHORT, SILENT))
    assert list(set_lines(read_again(tmp_path, questions))) == list(set_lines(questions))


def test_the_development_form_is_written_in_this_projects_form_and_marked_dev(tmp_path: Path) -> None:
    questions = read_set(written(tmp_path, DEVELOPMENT))
    again = read_again(tmp_path, questions)
    assert (again.name, again.split) == ("set", "dev")
    assert again.cases == tuple(replace(case, line=case.line + 1) for case in questions.cases)  # after the header
