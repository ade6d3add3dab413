"""Sets of questions, read line by line."""

import json
from pathlib import Path
from typing import Any

import pytest

from evals.case import BadSet, Case, read_cases

GOOD: dict[str, Any] = {
    "id": "sv-en-07",
    "question": "Minskar belysning brott?",
    "lang": "sv",
    "answerable": True,
    "gold": [{"file": "a.pdf", "pages": [2, 3], "grade": 1}, {"file": "b.pdf", "pages": [1]}],
}


def written(folder: Path, *lines: str) -> Path:
    path = folder / "set.jsonl"
    path.write_text("\n".join(lines), "utf-8")
    return path


def test_a_case_has_its_gold_pages_and_its_pair_of_languages(tmp_path: Path) -> None:
    assert read_cases(written(tmp_path, json.dumps(GOOD))) == [
        Case(
            id="sv-en-07",
            question="Minskar belysning brott?",
            language="sv",
            answerable=True,
            gold=(("a.pdf", 2, 1), ("a.pdf", 3, 1), ("b.pdf", 1, 2)),
            pair="sv-en",
        )
    ]


def test_any_gold_page_counts_as_right(tmp_path: Path) -> None:
    (case,) = read_cases(written(tmp_path, json.dumps(GOOD)))
    assert case.gold_pages == {("a.pdf", 2), ("a.pdf", 3), ("b.pdf", 1)}


def test_a_question_that_nothing_answers_has_no_gold(tmp_path: Path) -> None:
    (case,) = read_cases(written(tmp_path, json.dumps({**GOOD, "id": "none-sv-1", "answerable": False, "gold": []})))
    assert (case.gold_pages, case.answerable, case.pair) == (frozenset(), False, "none-sv")


def test_empty_lines_are_passed_over(tmp_path: Path) -> None:
    assert len(read_cases(written(tmp_path, "", json.dumps(GOOD), "  ", json.dumps(GOOD), ""))) == 2


@pytest.mark.parametrize("separator", ["\u2028", "\u0085", "\x0b"])
def test_a_line_ends_at_a_line_feed_only(tmp_path: Path, separator: str) -> None:
    question = f"Minskar belysning{separator}brott?"
    line = json.dumps({**GOOD, "question": question}, ensure_ascii=False)
    if separator == "\x0b":
        line = line.replace("\\u000b", " ")
        question = "Minskar belysning brott?"
    assert [case.question for case in read_cases(written(tmp_path, line))] == [question]


def test_a_byte_order_mark_and_windows_lines_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(GOOD).encode() + b"\r\n" + json.dumps(GOOD).encode() + b"\r\n")
    assert len(read_cases(path)) == 2


@pytest.mark.parametrize(
    "bad",
    [
        "{not json",
        "[]",
        "7",
        json.dumps({key: value for key, value in GOOD.items() if key != "question"}),
        json.dumps({key: value for key, value in GOOD.items() if key != "gold"}),
        json.dumps({**GOOD, "gold": [{"file": "a.pdf"}]}),
        json.dumps({**GOOD, "gold": [{"file": "a.pdf", "pages": ["two"]}]}),
        json.dumps({**GOOD, "gold": None}),
    ],
)
def test_a_line_that_cannot_be_read_is_named_by_its_number(tmp_path: Path, bad: str) -> None:
    path = written(tmp_path, json.dumps(GOOD), "", bad)
    with pytest.raises(BadSet) as met:
        read_cases(path)
    assert f"{path} cannot be read at line 3" in met.value.sentence("en")
    assert f"{path} går inte att läsa vid rad 3" in met.value.sentence("sv")


def test_a_set_that_is_not_there_or_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "latin.jsonl").write_bytes(b'{"id": "\xe5"}')
    for name in ("missing.jsonl", "latin.jsonl"):
        with pytest.raises(BadSet, match=name):
            read_cases(tmp_path / name)
