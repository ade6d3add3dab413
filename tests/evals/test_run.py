"""A set of cases over a library: a row for each question, then a table."""

import json
from typing import NoReturn

import pytest

from corpus.library import Library
from evals.case import Case
from evals.run import Report, Row, run

RIGHT = Case("en-en-1", "Does street lighting reduce property crime?", "en", True, (("lighting.pdf", 2, 2),), "en-en")
SECOND = Case("en-en-2", "Does street lighting reduce property crime?", "en", True, (("lighting.pdf", 1, 2),), "en-en")
SWEDISH = Case("sv-sv-1", "Hur löser man friåkarproblemet?", "sv", True, (("friakare.pdf", 2, 2),), "sv-sv")
UNANSWERABLE = Case("none-en-1", "Do congestion charges shorten harbour queues?", "en", False, (), "none-en")
CASES = [RIGHT, SECOND, SWEDISH, UNANSWERABLE]


@pytest.fixture(scope="module")
def report(standing: Library) -> Report:
    return run(standing, CASES)


def refuse(constant: str) -> NoReturn:
    raise AssertionError(f"{constant} is not JSON")


def test_each_question_has_a_row_in_the_order_of_the_set(report: Report) -> None:
    assert [row.id for row in report.rows] == ["en-en-1", "en-en-2", "sv-sv-1", "none-en-1"]


def test_a_row_tells_where_the_first_right_page_came(report: Report) -> None:
    right, second, swedish, unanswerable = report.rows
    assert (right.hit_1, right.hit_5, right.reciprocal_rank) == (1, 1, 1)
    assert (second.hit_1, second.hit_5, second.reciprocal_rank) == (0, 1, 0.5)
    assert (swedish.hit_1, swedish.reciprocal_rank) == (1, 1)
    assert (unanswerable.hit_10, unanswerable.reciprocal_rank) == (0, 0)


def test_a_row_tells_whether_a_gold_page_was_cited_and_every_quote_was_found_again(report: Report) -> None:
    right, _, swedish, unanswerable = report.rows
    assert right.answered
    assert right.cites_gold
    assert swedish.cites_gold
    assert right.quotes == right.quotes_found >= 1
    assert (unanswerable.answered, unanswerable.quotes, unanswerable.cites_gold) == (False, 0, False)


def test_the_summary_has_a_line_for_each_pair_of_languages_and_none_for_what_has_no_answer(report: Report) -> None:
    summary = report.summary()
    assert list(summary) == ["en-en", "sv-sv"]
    assert summary["en-en"] == {
        "n": 2,
        "hit@1": 0.5,
        "hit@5": 1.0,
        "hit@5_interval": [0.342, 1.0],
        "hit@10": 1.0,
        "MRR@10": 0.75,
    }


def row(name: str, *, answerable: bool = True, hit_1: float = 0.0, answered: bool = False, sure: float = 0.5) -> Row:
    return Row(name, "en-en", answerable, hit_1, hit_1, hit_1, hit_1, answered, sure, False, 0, 0)


def test_abstention_is_counted_by_hand() -> None:
    rows = (
        row("a", hit_1=1, answered=True, sure=0.9),
        row("b", hit_1=1, answered=True, sure=0.5),
        row("c", answered=False, sure=0.5),
        row("d", answerable=False, answered=True, sure=0.1),
    )
    assert Report(rows, "f").abstention() == {
        "answered_of_answerable": [2, 3],
        "answered_of_unanswerable": [1, 1],
        "answers_citing_gold": [0, 3],
        "auroc": 0.875,  # three pairs won and one tied, of four
    }


def test_quotes_shown_and_quotes_found_again_are_summed(report: Report) -> None:
    shown = sum(row.quotes for row in report.rows)
    assert shown >= 2
    assert report.fidelity() == {"quotes": shown, "found": shown}


def test_a_report_is_json_even_when_nothing_was_wrong(standing: Library, report: Report) -> None:
    for given in (report, run(standing, [RIGHT]), run(standing, [])):
        form = json.loads(json.dumps(given.form()), parse_constant=refuse)
        assert form.keys() == {"fingerprint", "pairs", "abstention", "fidelity", "rows"}
        assert len(form["rows"]) == len(given.rows)
    assert run(standing, [RIGHT]).abstention()["auroc"] is None


def test_a_report_names_what_it_was_made_from(standing: Library, report: Report) -> None:
    assert report.fingerprint == standing.fingerprint
    assert list(report.table())[-1] == f"fingerprint {standing.fingerprint}"


def test_the_table_has_a_row_for_each_pair(report: Report) -> None:
    lines = list(report.table())
    assert lines[1].split()[:4] == ["en-en", "2", "0.500", "1.000"]
    assert lines[2].split()[:4] == ["sv-sv", "1", "1.000", "1.000"]
