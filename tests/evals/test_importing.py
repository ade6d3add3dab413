"""Question sets from elsewhere, made into this project's form."""

import hashlib
import json
from datetime import date
from pathlib import Path

import pytest

from corpus.library import Library
from evals.case import BadSet, Case, Gold, Nugget, QuestionSet, SameId, read_set, set_lines
from evals.gold import check
from evals.importing import COLUMNS, import_set, read_csv_set
from tests.fakes import FREE_RIDERS, LIGHTING, make_pdf
from tests.retriever.libraries import fill

FINDING = "Street lighting reduced property crime by 14 per cent in the lit squares."
REMEDY = "En obligatorisk avgift löser friåkarproblemet eftersom alla ägare då måste betala."
LIGHTING_SHA = hashlib.sha256(LIGHTING).hexdigest()
FREE_RIDERS_SHA = hashlib.sha256(FREE_RIDERS).hexdigest()
SHORT_HEADER = "id,question,language,answerable,file,page,grade\n"


def csv_of(folder: Path, text: str, name: str = "lamps.csv") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def rewritten(folder: Path, questions: QuestionSet) -> QuestionSet:
    path = folder / f"{questions.name}.jsonl"
    path.write_text("".join(f"{line}\n" for line in set_lines(questions)), "utf-8")
    return read_set(path)


# A CSV


@pytest.mark.parametrize(("separator", "name"), [(",", "a.csv"), (";", "a.CSV"), ("\t", "a.csv"), ("\t", "a.tsv")])
def test_a_row_of_a_csv_is_a_question_whatever_separates_its_columns(
    tmp_path: Path, standing: Library, separator: str, name: str
) -> None:
    values = ["q1", '"Minskar, tänder; släcker?"', "sv", "yes", "lighting.pdf", "2", f'"{FINDING}"', "1"]
    values += ["it fell | by 14 per cent |", "effect", "easy", '"lamps, crime night"']
    text = separator.join(COLUMNS) + "\n" + separator.join(values) + "\n"
    questions = import_set(csv_of(tmp_path, text, name), standing, author="Åsa")
    (case,) = questions.cases
    assert case == Case(
        id="q1",
        question="Minskar, tänder; släcker?",
        language="sv",
        answerable="yes",
        gold=(Gold("lighting.pdf", 2, FINDING, 1, LIGHTING_SHA, "en"),),
        nuggets=(Nugget("it fell"), Nugget("by 14 per cent")),
        pair="sv-en",
        kind="effect",
        difficulty="easy",
        tags=("lamps", "crime", "night"),
        author="Åsa",
        date=case.date,
        line=2,
    )
    assert (questions.name, questions.version, questions.split) == ("a", "1", "dev")


def test_a_byte_order_mark_windows_lines_and_spaces_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "lamps.csv"
    path.write_bytes(b"\xef\xbb\xbfid;question;language;file;page\r\n q1 ;Does it help?; en;a.pdf; 2\r\n")
    assert read_csv_set(path).cases == (
        Case("q1", "Does it help?", "en", "yes", (Gold("a.pdf", 2),), pair="en-?", line=2),
    )


def test_columns_stand_in_any_order_and_others_are_passed_over(tmp_path: Path) -> None:
    text = "page,comment,file,language,question,id\n2,mine,a.pdf,en,Does it help?,q1\n"
    (case,) = read_csv_set(csv_of(tmp_path, text)).cases
    assert (case.id, case.question, case.gold) == ("q1", "Does it help?", (Gold("a.pdf", 2),))


def test_rows_of_the_same_id_add_gold_pages_and_facts_to_one_question(tmp_path: Path) -> None:
    text = (
        "id,question,language,file,page,grade,nuggets\n"
        "q1,Does it help?,en,a.pdf,2,2,it fell\n"
        "q2,Is it dear?,en,a.pdf,1,,\n"
        "q1,Does it help?,en,b.pdf,4,1,it fell|at night\n"
    )
    first, second = read_csv_set(csv_of(tmp_path, text)).cases
    assert (first.id, first.line, second.id, second.line) == ("q1", 2, "q2", 3)
    assert first.gold == (Gold("a.pdf", 2, grade=2), Gold("b.pdf", 4, grade=1))
    assert first.nuggets == (Nugget("it fell"), Nugget("at night"))


@pytest.mark.parametrize("word", ["yes", "ja", "Ja", "true", "1", "SANT", ""])
def test_yes_is_said_in_either_language_or_by_silence(tmp_path: Path, word: str) -> None:
    (case,) = read_csv_set(csv_of(tmp_path, f"{SHORT_HEADER}q1,Hjälper det?,sv,{word},a.pdf,2,\n")).cases
    assert (case.answerable, case.gold, case.pair) == ("yes", (Gold("a.pdf", 2),), "sv-?")


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        *((word, "near_miss") for word in ("no", "nej", "Nej", "false", "FALSKT", "0", "near_miss", "near-miss")),
        *((word, "far_off") for word in ("far_off", "Far-off")),
    ],
)
def test_no_is_said_in_either_language_and_needs_no_gold(tmp_path: Path, word: str, kind: str) -> None:
    (case,) = read_csv_set(csv_of(tmp_path, f"{SHORT_HEADER}q1,Hjälper det?,sv,{word},,,\n")).cases
    assert (case.answerable, case.gold, case.pair) == (kind, (), "none-sv")


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (",Does it help?,en,yes,a.pdf,2,", "id is empty"),
        ("q2, ,en,yes,a.pdf,2,", "question is empty"),
        ("q2,Does it help?,,yes,a.pdf,2,", "language is empty"),
        ("q2,Does it help?,de,yes,a.pdf,2,", "language is 'de'; it may be sv or en"),
        ("q2,Does it help?,en,kanske,a.pdf,2,", "answerable is 'kanske'; it may be yes, near_miss or far_off"),
        *(
            (f"q2,Does it help?,en,yes,{where},", "an answerable question needs a file and a page, counted from 1")
            for where in (",2", "a.pdf,", "a.pdf,0", "a.pdf,-1", "a.pdf,two", "a.pdf,1.5")
        ),
        ("q2,Does it help?,en,yes,a.pdf,2,3", "grade is '3'; it may be 1 or 2"),
        ("q2", "question is empty"),
    ],
)
def test_a_bad_row_is_named_by_its_line_in_both_languages(tmp_path: Path, row: str, why: str) -> None:
    path = csv_of(tmp_path, f'{SHORT_HEADER}q1,"Does it\nhelp?",en,yes,a.pdf,2,\n{row}\n')
    with pytest.raises(BadSet) as met:
        read_csv_set(path)
    assert met.value.sentence("en") == f"The set of questions {path} cannot be read at line 4 ({why})."
    assert met.value.sentence("sv") == f"Frågorna i {path} går inte att läsa vid rad 4 ({why})."


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("id,question\nq1,Does it help?\n", "columns are missing: language"),
        ("q1|Does it help?|en\n", "columns are missing: id, question, language"),
        ("", "columns are missing: id, question, language"),
        (SHORT_HEADER, "there is no question"),
    ],
)
def test_a_csv_without_its_columns_or_its_questions_is_refused_at_its_first_line(
    tmp_path: Path, text: str, why: str
) -> None:
    with pytest.raises(BadSet) as met:
        read_csv_set(csv_of(tmp_path, text))
    assert (met.value.values["line"], met.value.values["why"]) == (1, why)


def test_another_question_with_the_same_id_is_named_with_both_its_lines(tmp_path: Path) -> None:
    text = f"{SHORT_HEADER}q1,Does it help?,en,yes,a.pdf,2,\nq1,Is it dear?,en,yes,a.pdf,2,\n"
    with pytest.raises(SameId) as met:
        read_csv_set(csv_of(tmp_path, text))
    assert (met.value.values["id"], met.value.values["line"], met.value.values["first"]) == ("q1", 3, 2)


def test_a_csv_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "latin.csv").write_bytes(b"id,question,language\nq1,Hj\xe4lper det?,sv\n")
    with pytest.raises(BadSet, match=r"latin\.csv"):
        read_csv_set(tmp_path / "latin.csv")


# Into this project's form


def test_a_csv_imported_and_written_is_a_set_with_nothing_to_look_at(tmp_path: Path, standing: Library) -> None:
    text = (
        f"id,question,language,answerable,file,page,quote\nq1,Minskar belysning brott?,sv,ja,lighting.pdf,2,{FINDING}\n"
        f"q1,Minskar belysning brott?,sv,ja,friakare.pdf,2,{REMEDY}\nq2,Vad kostar en bro?,sv,nej,,,\n"
    )
    questions = import_set(csv_of(tmp_path, text), standing, name="bridges", split="test")
    again = rewritten(tmp_path, questions)
    assert again.cases == questions.cases
    assert (again.name, again.version, again.split) == ("bridges", "1", "test")
    assert [case.pair for case in again.cases] == ["sv-en", "none-sv"]
    assert list(check(standing, again)) == []


def test_the_development_form_becomes_this_projects_form_with_bytes_and_language(
    tmp_path: Path, standing: Library
) -> None:
    rows = [
        {
            "id": "lamps-1",
            "question": "Minskar belysning brott?",
            "lang": "sv",
            "answerable": True,
            "gold": [
                {"file": "lighting.pdf", "pages": [2], "anchor": "property crime by 14 per cent", "grade": 2},
                {"file": "friakare.pdf", "pages": [1, 2], "grade": 1},
            ],
            "nuggets": ["14 per cent"],
        },
        {"id": "none-en-1", "question": "What is a bridge?", "lang": "en", "answerable": False, "gold": []},
    ]
    path = csv_of(tmp_path, "\n".join(map(json.dumps, rows)), "questions.jsonl")
    questions = rewritten(tmp_path, import_set(path, standing, name="old"))
    first, second = questions.cases
    assert first.gold == (
        Gold("lighting.pdf", 2, "property crime by 14 per cent", 2, LIGHTING_SHA, "en"),
        Gold("friakare.pdf", 1, "", 1, FREE_RIDERS_SHA, "sv"),
        Gold("friakare.pdf", 2, "", 1, FREE_RIDERS_SHA, "sv"),
    )
    assert (first.pair, first.nuggets, first.line) == ("sv-en", (Nugget("14 per cent"),), 2)
    assert (second.pair, second.answerable, second.line) == ("none-en", "near_miss", 3)
    assert (questions.split, list(check(standing, questions))) == ("dev", [])


def test_gold_that_the_library_does_not_have_keeps_its_name_and_is_told_of(tmp_path: Path, standing: Library) -> None:
    text = f"{SHORT_HEADER}q1,Does it help?,en,yes,lighting.pdf,2,\nq2,Does it help?,en,yes,missing.pdf,2,\n"
    questions = rewritten(tmp_path, import_set(csv_of(tmp_path, text), standing))
    assert questions.cases[1].gold == (Gold("missing.pdf", 2),)
    assert [trouble.sentence("en") for trouble in check(standing, questions)] == [
        "Line 3 (q2): the file missing.pdf (page 2) is not in the library."
    ]


def test_an_import_dates_and_signs_what_nobody_has(tmp_path: Path, standing: Library) -> None:
    row = {"question": "What is a bridge?", "language": "en", "answerable": "far_off", "gold": []}
    signed = {**row, "id": "q2", "author": "Åsa", "date": "2026-01-31"}
    path = csv_of(tmp_path, json.dumps({**row, "id": "q1"}) + "\n" + json.dumps(signed), "lamps.jsonl")
    before = date.today()
    first, second = import_set(path, standing, author="Bo").cases
    assert first.author == "Bo"
    assert before <= date.fromisoformat(first.date) <= date.today()
    assert (second.author, second.date) == ("Åsa", "2026-01-31")


def test_a_set_keeps_its_name_version_and_split_over_an_import(tmp_path: Path, standing: Library) -> None:
    case = Case("q1", "What is a bridge?", "en", "far_off", pair="none-en", author="Åsa", date="2026-01-31", line=2)
    given = QuestionSet("lamps", "3", "test", (case,), about="Questions on lamps.")
    path = csv_of(tmp_path, "\n".join(set_lines(given)), "a.jsonl")
    again = import_set(path, standing, split="dev", author="Bo")
    assert (again.name, again.version, again.split, again.about) == ("lamps", "3", "test", "Questions on lamps.")
    assert again.cases == given.cases


def test_after_a_file_has_come_with_other_bytes_a_second_import_names_those_its_quote_still_stands_in(
    tmp_path: Path, library: Library
) -> None:
    printed_anew = make_pdf(["Street lighting and crime, second printing\nA new preface.", f"Results\n{FINDING}"])
    fill(library, lighting=printed_anew)
    gone = "We compare forty lit squares with forty squares that kept their old lamps."
    stands, lost = Gold("lighting.pdf", 2, FINDING, 2, LIGHTING_SHA), Gold("lighting.pdf", 1, gone, 1, LIGHTING_SHA)
    case = Case("q1", "Does it help?", "en", "yes", (stands, lost), pair="en-en", date="2026-01-31", line=2)
    old = QuestionSet("lamps", "3", "test", (case,))
    assert [trouble.code for trouble in check(library, old)] == ["gold_other_bytes", "gold_gone"]
    again = import_set(csv_of(tmp_path, "\n".join(set_lines(old)), "lamps.jsonl"), library)
    new_sha = hashlib.sha256(printed_anew).hexdigest()
    assert again.cases[0].gold == (Gold("lighting.pdf", 2, FINDING, 2, new_sha, "en"), lost)
    assert [trouble.code for trouble in check(library, again)] == ["gold_gone"]


def test_a_table_from_a_swedish_spreadsheet_may_be_in_windows_own_encoding(tmp_path: Path) -> None:
    path = tmp_path / "frågor.csv"
    path.write_bytes("id;question;language;answerable\nq1;Får vi färre brott på torget?;sv;nej\n".encode("cp1252"))
    assert read_csv_set(path).cases[0].question == "Får vi färre brott på torget?"
