"""Figures worked by hand from rows made by hand, and page measures held against ir_measures."""

import json
from statistics import fmean

import ir_measures
import numpy as np
import pytest
from ir_measures import RR, R, Success, nDCG

from evals.case import Case, Gold
from evals.gold import Located, Place
from evals.row import Row, row_of
from evals.statistics import mean_interval
from evals.summary import (
    MEASURES,
    SHARES,
    abstention,
    by,
    calibration,
    fairness,
    fidelity,
    group,
    matrix,
    rounded,
    smallest,
    summarise,
    values_of,
)
from evals.systems import Given, Shown
from tests.evals.runs import a_row, refuse


def hits(*values: float, pair: str = "en-en", document: str = "") -> list[Row]:
    name = f"{pair} {document}"
    return [
        a_row(f"{name}{n}", pair, values={"hit@5": v}, **({"document": document} if document else {}))
        for n, v in enumerate(values)
    ]


# Groups


def test_a_group_has_each_mean_with_its_interval() -> None:
    assert group(hits(1, 0)) == {"n": 2, "hit@5": 0.5, "hit@5_interval": [0.095, 0.905]}  # Wilson's for 1 of 2


def test_a_measure_that_does_not_apply_to_all_says_to_how_many() -> None:
    rows = [a_row("a", values={"answered": 1.0, "span_cited": 1.0}), a_row("b", values={"answered": 0.0})]
    form = group(rows)
    assert (form["n"], form["answered"], form["span_cited"], form["span_cited_n"]) == (2, 0.5, 1.0, 1)
    assert "answered_n" not in form


def test_a_mean_that_is_no_share_has_the_interval_of_the_bootstrap() -> None:
    values = (1.0, 0.5, 0.25, 0.0)
    form = group([a_row(str(n), values={"MRR@10": value}) for n, value in enumerate(values)], seed=3)
    assert form["MRR@10"] == 0.438  # 1.75 / 4
    assert form["MRR@10_interval"] == [round(bound, 3) for bound in mean_interval(values, "0123", seed=3)]
    assert 0 <= form["MRR@10_interval"][0] < 0.438 < form["MRR@10_interval"][1] <= 1


def test_questions_about_one_document_tell_less_than_as_many_about_several() -> None:
    alike = [*hits(1, 1, document="a"), *hits(0, 0, document="b")]
    # Two documents that say the opposite: effective n = 4 / 4 = 1, and t of 1 degree of freedom is 12.706.
    assert group(alike)["hit@5_interval"] == [0.002, 0.998]
    assert group(hits(1, 1, 0, 0))["hit@5_interval"] == [0.15, 0.85]  # Wilson's for 2 of 4


def test_groups_come_in_the_order_of_the_pairs_and_what_has_no_name_is_left_out() -> None:
    rows = [a_row(pair or "none", pair) for pair in ("en-en", "", "en-both", "sv-en", "en-sv", "sv-sv")]
    assert list(by(rows, lambda r: r.pair)) == ["sv-sv", "sv-en", "en-sv", "en-en", "en-both"]


def test_shares_are_measures_of_nought_or_one() -> None:
    assert {*SHARES} - {*MEASURES} == {"wrongly_answered"}


@pytest.mark.parametrize(("value", "figure"), [(float("nan"), None), (2 / 3, 0.667), (-0.0001, 0.0), (1.0, 1.0)])
def test_a_figure_has_three_decimals_and_what_is_none_is_null(value: float, figure: float | None) -> None:
    assert str(rounded(value)) == str(figure)  # as text, so that -0.0 is told from 0.0


# Saying no

SURE = [
    a_row("a", values={"hit@1": 1.0}, answered=True, right=True, confidence=0.9),
    a_row("b", values={"hit@1": 1.0}, answered=True, right=False, confidence=0.5),
    a_row("c", values={"hit@1": 0.0}, answered=False, right=True, confidence=0.8),
    a_row("d", "none-en", answerable="near_miss", answered=True, confidence=0.1),
    a_row("e", "none-en", answerable="far_off", answered=False, confidence=0.7),
]


def test_answers_are_counted_by_whether_there_is_one() -> None:
    form = abstention(SURE)
    assert form["answered_of_answerable"] == [2, 3]
    assert form["answered_of_unanswerable"] == [1, 2]
    assert form["answers_citing_gold"] == [1, 3]


def test_shares_of_answers_have_their_count_and_interval() -> None:
    form = abstention(SURE)
    assert form["answered_share"] == {"count": 2, "n": 3, "share": 0.667, "interval": [0.208, 0.939]}
    assert form["near_miss_answered"] == {"count": 1, "n": 1, "share": 1.0, "interval": [0.207, 1.0]}
    assert form["far_off_answered"] == {"count": 0, "n": 1, "share": 0.0, "interval": [0.0, 0.793]}
    assert (form["wrong_of_answers"]["count"], form["wrong_of_answers"]["n"]) == (2, 3)  # b and d


def test_confidence_tells_three_things_apart() -> None:
    form = abstention(SURE)
    assert form["auroc"] == 0.667  # a and b before c, d and e: 3 + 1 of 6 pairs
    assert form["auroc_answerable"] == 0.833  # a, b and c before d and e: 2 + 1 + 2 of 6
    assert form["auroc_right"] == 1.0  # a and c before b, d and e


def test_risk_grows_with_coverage() -> None:
    form = abstention(SURE)  # in order of confidence: a right, c right, e wrong, b wrong, d wrong
    assert form["risk_coverage"] == [[0.2, 0.0], [0.4, 0.0], [0.6, 0.333], [0.8, 0.5], [1.0, 0.6]]
    assert form["aurc"] == 0.287  # 0.2 * (0 + 0 + 1/3 + 1/2 + 3/5)
    assert form["coverage_at_5_percent_risk"] == 0.4


def test_a_quote_that_was_withheld_is_no_answer_that_cites_gold() -> None:
    assert abstention([a_row("c", right=True, answered=False)])["answers_citing_gold"] == [0, 0]


def test_calibration_is_worked_out_over_all_questions() -> None:
    form = calibration(SURE)
    assert form["n"] == 5
    assert form["brier"] == 0.16  # (0.1² + 0.5² + 0.2² + 0.1² + 0.7²) / 5 = 0.8 / 5
    assert form["ece"] == 0.32  # each a bin of its own: (0.1 + 0.5 + 0.2 + 0.1 + 0.7) / 5
    assert form["reliability"][0] == {"n": 1, "confidence": 0.1, "right": 0.0}
    assert form["reliability"][-1] == {"n": 1, "confidence": 0.9, "right": 1.0}


# Quotes


def test_quotes_shown_and_quotes_found_again_are_summed() -> None:
    rows = [
        a_row("a", quotes=3, found_strictly=2, found_loosely=3),
        a_row("b", quotes=1),
        a_row("without a PDF", quotes=2, found_strictly=None, found_loosely=None),
    ]
    form = fidelity(rows)
    assert (form["quotes"], form["found"], form["found_strictly"]) == (4, 3, 2)
    assert (form["loose"], form["loose_interval"]) == (0.75, [0.301, 0.954])  # Wilson's for 3 of 4
    assert (form["strict"], form["strict_interval"]) == (0.5, [0.15, 0.85])


def test_answers_have_a_mean_length_and_a_mean_support() -> None:
    long = {"sentences": [{"text": "one two three"}, {"text": "four five"}]}
    rows = [
        a_row("a", answered=True, given=long, values={"sentence_support": 1.0}),
        a_row("b", answered=True, given={"sentences": [{"text": "six"}]}, values={"sentence_support": 0.5}),
        a_row("silent"),
    ]
    form = fidelity(rows)
    assert (form["words_an_answer"], form["sentence_support"]) == (3.0, 0.75)  # (5 + 1) / 2


def test_without_quotes_there_is_no_share_of_them() -> None:
    form = fidelity([a_row("silent")])
    assert (form["quotes"], form["loose"], form["strict"]) == (0, None, None)
    assert (form["words_an_answer"], form["sentence_support"]) == (None, None)


# Languages


def test_the_matrix_has_the_gap_between_the_own_language_and_the_other() -> None:
    rows = [*hits(1, 1), *hits(0, 0, 0, pair="en-sv"), *hits(1, 0, pair="sv-sv")]
    form = matrix(rows)["hit@5"]
    assert (form["en"], form["sv"]) == ({"sv": 0.0, "en": 1.0}, {"sv": 0.5})
    assert form["gaps"] == {"en": {"gap": 1.0, "interval": [1.0, 1.0]}}  # nothing Swedish was asked of English


def test_fairness_is_told_for_each_language_of_question() -> None:
    ranking = (("s", 1, "sv"), ("s", 2, "en"), ("t", 1, ""), *[("u", n, "en") for n in range(7)], ("v", 1, "sv"))
    rows = [
        a_row("a", "en-sv", answered=True, ranking=ranking),
        a_row("b", "en-en"),
        a_row("c", "none-en", answerable="far_off", answered=True),
        a_row("d", "sv-sv", answered=True),
    ]
    form = fairness(rows)
    assert (form["en"]["n"], form["en"]["gold_in_swedish"]) == (3, 0.5)
    assert (form["en"]["answered_share"]["count"], form["en"]["answered_share"]["n"]) == (1, 2)
    assert form["en"]["hits_in_swedish"] == 0.111  # 1 of 9 that have a language; the eleventh does not count
    assert (form["sv"]["n"], form["sv"]["hits_in_swedish"], form["sv"]["gold_in_swedish"]) == (1, None, 1.0)


def test_a_language_that_nobody_asked_in_is_not_there() -> None:
    assert list(fairness([a_row("a")])) == ["en"]


# How much a set can tell


def test_the_smallest_difference_follows_from_the_spread_of_documents() -> None:
    # variance of the mean 4/3 * (4 * 0.5²) / 4² = 1/12, and 2.8016 * sqrt(1/12) = 0.809
    assert smallest(hits(1, 0, 1, 0)) == {"hit@5": 0.809}


def test_one_document_tells_no_difference_at_all() -> None:
    assert smallest(hits(1, 0, document="a")) == {"hit@5": None}


# All of it


def test_means_are_of_what_can_be_answered_alone() -> None:
    rows = [*hits(1, 1), a_row("none", "none-en", answerable="far_off", values={"wrongly_answered": 1.0})]
    form = summarise(rows)
    assert (form["overall"]["n"], form["pairs"]["en-en"]["n"], list(form["pairs"])) == (2, 2, ["en-en"])
    assert (form["calibration"]["n"], form["fairness"]["en"]["n"]) == (3, 3)
    assert form["detectable"]["wrongly_answered"] is None


def test_kinds_and_difficulties_are_groups_too() -> None:
    rows = [
        a_row("a", kind="effect", difficulty="hard", values={"hit@5": 1.0}),
        a_row("b", kind="cost", values={"hit@5": 0.0}),
    ]
    form = summarise(rows)
    assert {name: found["hit@5"] for name, found in form["kinds"].items()} == {"effect": 1.0, "cost": 0.0}
    assert {name: found["n"] for name, found in form["difficulty"].items()} == {"hard": 1}


@pytest.mark.parametrize(
    "rows", [[], hits(1), hits(0, 0), SURE[:1], SURE[3:], SURE], ids=["none", "one", "wrong", "right", "silent", "all"]
)
def test_a_summary_is_json_whatever_the_rows(rows: list[Row]) -> None:
    form = json.loads(json.dumps(summarise(rows)), parse_constant=refuse)
    assert list(form) == [
        "overall",
        "pairs",
        "difficulty",
        "kinds",
        "abstention",
        "calibration",
        "fidelity",
        "matrix",
        "fairness",
        "detectable",
    ]
    assert form == summarise(rows)


# Held against ir_measures


def a_run(questions: int = 60) -> tuple[list[Row], list[ir_measures.Qrel], list[ir_measures.ScoredDoc]]:
    """Rankings of 0 to 30 pages and 1 to 4 gold pages each, drawn with a seed."""
    draw = np.random.default_rng(5)
    rows: list[Row] = []
    qrels: list[ir_measures.Qrel] = []
    run: list[ir_measures.ScoredDoc] = []
    for number in range(questions):
        name = f"q{number}"
        pages: list[Place] = [(f"s{n % 7}", int(n)) for n in draw.permutation(35)[: draw.integers(0, 31)]]
        grades: dict[Place, int] = {
            (f"s{n % 7}", int(n)): int(draw.integers(1, 3)) for n in draw.permutation(35)[: draw.integers(1, 5)]
        }
        case = Case(name, name, "en", "yes", tuple(Gold(s, p, grade=g) for (s, p), g in grades.items()), pair="en-en")
        given = Given("en", tuple(Shown(s, p, "") for s, p in pages), False, 0.0, "", (), (), 0.0, 0.0)
        rows.append(row_of(Located(case, grades, {}), given, lambda _: None))
        qrels += [ir_measures.Qrel(name, f"{s}/{p}", grade) for (s, p), grade in grades.items()]
        run += [ir_measures.ScoredDoc(name, f"{s}/{p}", float(-rank)) for rank, (s, p) in enumerate(pages)]
    return rows, qrels, run


def test_the_page_measures_of_a_whole_run_agree_with_ir_measures() -> None:
    rows, qrels, run = a_run()
    theirs = {
        "hit@1": Success @ 1,
        "hit@5": Success @ 5,
        "hit@10": Success @ 10,
        "MRR@10": RR @ 10,
        "nDCG@10": nDCG @ 10,
        "Recall@5": R @ 5,
        "Recall@10": R @ 10,
        "Recall@20": R @ 20,
    }
    expected = ir_measures.calc_aggregate(theirs.values(), qrels, run)
    overall = summarise(rows)["overall"]
    for ours, measure in theirs.items():
        mean = fmean(values_of(rows, ours)[0])
        assert 0.05 < mean < 0.95, ours  # a run that is all right or all wrong would prove little
        assert mean == pytest.approx(expected[measure], abs=1e-9), ours
        assert overall[ours] == round(mean, 3), ours
