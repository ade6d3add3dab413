"""Two runs side by side, every figure worked by hand."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

import retriever.judge
from corpus.library import Library
from evals.case import PAIRS, Case, Gold, QuestionSet
from evals.compare import LESS_IS_BETTER, MAIN, OVERALL, Compared, Comparison, NothingInCommon, compare
from evals.row import Row
from evals.run import run
from evals.summary import MEASURES
from tests.evals.runs import a_row, a_run, kept, refuse, rows_of

LIGHT = "Does street lighting reduce property crime?"
FELL = "Street lighting reduced property crime by 14 per cent in the lit squares."


def both(before: Sequence[Row], after: Sequence[Row]) -> Comparison:
    return compare(a_run(before, "a"), a_run(after, "b"))


def of(found: Comparison, measure: str, group: str = "all") -> Compared:
    (compared,) = [c for c in found.measures if (c.group, c.measure) == (group, measure)]
    return compared


# Differences


def test_a_difference_is_worked_out_question_by_question() -> None:
    found = both(rows_of("hit@5", 0, 0, 1, 1), rows_of("hit@5", 1, 1, 1, 0))
    d = of(found, "hit@5").difference
    assert (d.n, d.changed, d.a, d.b, d.difference) == (4, 3, 0.5, 0.75, 0.25)  # +1 +1 0 -1, over 4
    assert d.p == 1.0  # whatever the signs, three ones make a sum of at least one
    # Variance of the mean 4/3 * (2 * 0.75² + 0.25² + 1.25²) / 4² = 0.2292; its root times 2.8016.
    assert d.detectable == pytest.approx(1.341, abs=0.001)
    assert d.interval[0] < 0.25 < d.interval[1]


def test_questions_about_one_document_change_sign_together() -> None:
    before, after = ([*rows_of("hit@5", v, v, document="one"), *rows_of("hit@5", v, v, pair="sv-sv")] for v in (0, 1))
    assert of(both(before, after), "hit@5").difference.p == 0.25  # three documents: 2 of 2³


def test_each_pair_is_compared_in_the_main_measures_and_all_together_in_some_more() -> None:
    every = dict.fromkeys((*MEASURES, "quotes_strict", "sentence_support"), 1.0)
    rows = [a_row(pair, pair, values=every) for pair in PAIRS]
    rows.append(a_row("none", "none-sv", values={"wrongly_answered": 0.0}))
    looked_at = [(c.group, c.measure) for c in both(rows, rows).measures]
    assert {measure for group, measure in looked_at if group == "all"} == {*MAIN, *OVERALL}
    assert [c for c in looked_at if c[0] != "all"] == [(pair, measure) for pair in PAIRS for measure in MAIN]


def test_a_pair_of_languages_has_its_own_difference() -> None:
    found = both(
        [*rows_of("hit@5", 0, 0), *rows_of("hit@5", 1, 1, pair="sv-en")],
        [*rows_of("hit@5", 1, 1), *rows_of("hit@5", 0, 1, pair="sv-en")],
    )
    assert [of(found, "hit@5", group).difference.difference for group in ("all", "en-en", "sv-en")] == [0.25, 1, -0.5]


def test_a_measure_that_one_run_has_not_is_left_out_of_its_mean() -> None:
    """A quote that is not shown is neither true nor false."""
    before = [a_row("q", values={"quotes_strict": 1.0}), a_row("r", values={"quotes_strict": 1.0})]
    found = both(before, [a_row("q", values={"quotes_strict": 0.5}), a_row("r")])
    assert (of(found, "quotes_strict").difference.n, of(found, "quotes_strict").difference.difference) == (1, -0.5)
    assert [c.measure for c in both(before, [a_row("q"), a_row("r")]).measures] == []


# How sure it is


def test_holms_correction_is_over_the_measures_of_a_group() -> None:
    # Eight documents better: p = 2 / 2⁸ = 0.0078. Five of eight: p = 2 / 2⁵ = 0.0625. Each twice, in all and in en-en.
    before = [a_row(str(n), values={"hit@5": 0.0, "MRR@10": 0.0}) for n in range(8)]
    after = [a_row(str(n), values={"hit@5": 1.0, "MRR@10": float(n < 5)}) for n in range(8)]
    found = both(before, after)
    assert [(c.measure, c.difference.p) for c in found.measures] == [
        ("hit@5", 0.0078125),
        ("MRR@10", 0.0625),
        ("hit@5", 0.0078125),
        ("MRR@10", 0.0625),
    ]
    # In each group the lesser of two times 2, the other times 1.
    assert [c.p_holm for c in found.measures] == [0.015625, 0.0625, 0.015625, 0.0625]
    assert [c.verdict for c in found.measures] == ["better", "cannot_tell", "better", "cannot_tell"]


@pytest.mark.parametrize(("before", "after", "verdict"), [(0, 1, "better"), (1, 0, "worse"), (1, 1, "same")])
def test_a_sure_difference_is_told_by_name(before: float, after: float, verdict: str) -> None:
    found = both(rows_of("hit@5", *[before] * 9), rows_of("hit@5", *[after] * 9))
    assert {c.verdict for c in found.measures} == {verdict}


@pytest.mark.parametrize(("lost", "of_questions", "verdict"), [(6, 20, "worse"), (6, 100, "cannot_tell")])
def test_a_difference_below_what_the_set_can_tell_cannot_be_told(lost: int, of_questions: int, verdict: str) -> None:
    # Six changed documents: p = 2 / 2⁶ = 0.031, and nothing else is compared. The standard error of a share is
    # sqrt(share * (1 - share) / (n - 1)): 2.8016 * 0.1051 = 0.295 < 0.3, but 2.8016 * 0.0239 = 0.067 > 0.06.
    before = rows_of("wrongly_answered", *[0.0] * of_questions, pair="none-en")
    after = rows_of("wrongly_answered", *[1.0] * lost, *[0.0] * (of_questions - lost), pair="none-en")
    found = of(both(before, after), "wrongly_answered")
    assert (found.p_holm, found.verdict) == (0.03125, verdict)
    assert (found.difference.difference < found.difference.detectable) == (verdict == "cannot_tell")


@pytest.mark.parametrize(("before", "after", "verdict"), [(0, 1, "worse"), (1, 0, "better")])
def test_more_wrong_answers_are_worse(before: float, after: float, verdict: str) -> None:
    rows = [rows_of("wrongly_answered", *[value] * 9, pair="none-sv") for value in (before, after)]
    assert {"wrongly_answered"} == LESS_IS_BETTER
    assert of(both(*rows), "wrongly_answered").verdict == verdict


def test_the_same_rows_are_the_same_in_all() -> None:
    rows = [*rows_of("hit@5", 0, 1, 1), *rows_of("wrongly_answered", 1, 0, pair="none-en")]
    found = both(rows, rows)
    assert (found.turned, found.left_out) == ((), ())
    for compared in found.measures:
        form = compared.form()
        assert (form["difference"], form["interval"], form["p"], form["p_holm"]) == (0.0, [0.0, 0.0], 1.0, 1.0)
        assert (form["verdict"], form["changed"]) == ("same", 0)


def test_a_seed_draws_the_same_each_time() -> None:
    before, after = a_run(rows_of("MRR@10", *[0.5] * 20)), a_run(rows_of("MRR@10", *[0.0, 1.0, 0.7, 0.4] * 5))
    assert compare(before, after, 3).measures == compare(before, after, 3).measures
    assert compare(before, after, 3).measures != compare(before, after, 4).measures


# Which questions


GOLD = {"file": "lighting.pdf", "page": 2, "quote": FELL, "grade": 2, "language": "en"}


def test_questions_that_are_not_in_both_runs_with_the_same_gold_are_left_out_by_name() -> None:
    def asked(name: str, value: float = 1.0, page: int = 2, **more: Any) -> Row:
        return a_row(name, values={"hit@5": value}, given=kept(gold=[{**GOLD, "page": page}]), **more)

    found = both(
        [asked("same"), asked("other gold"), asked("other words"), asked("gone"), asked("no longer")],
        [
            asked("new"),
            asked("other gold", 0.0, page=3),
            asked("other words", 0.0, question="What else?"),
            asked("no longer", 0.0, answerable="far_off"),
            asked("same"),
        ],
    )
    assert found.left_out == ("other gold", "other words", "gone", "no longer", "new")
    assert found.form()["left_out"] == list(found.left_out)
    assert [c.difference.n for c in found.measures] == [1, 1]  # "same", in all and in its pair
    assert found.turned == ()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([], []),
        (rows_of("hit@5", 1), []),
        (rows_of("hit@5", 1), rows_of("hit@5", 1, pair="sv-sv")),
        (rows_of("hit@5", 1), [replace(rows_of("hit@5", 1)[0], given=kept(gold=[GOLD]))]),
    ],
    ids=["both empty", "one empty", "other questions", "other gold"],
)
def test_runs_with_nothing_in_common_are_not_compared(before: list[Row], after: list[Row]) -> None:
    with pytest.raises(NothingInCommon, match=r"runs/a and runs/b have no question in common") as caught:
        both(before, after)
    assert "har ingen fråga gemensam" in caught.value.sentence("sv")


# Won and lost


@pytest.mark.parametrize(
    ("measure", "pair", "before", "after", "won"),
    [
        ("answered_right", "en-en", 0.0, 1.0, True),
        ("answered_right", "en-en", 1.0, 0.0, False),
        ("wrongly_answered", "none-en", 0.0, 1.0, False),
        ("wrongly_answered", "none-en", 1.0, 0.0, True),
        ("nugget_recall", "sv-en", 0.5, 0.75, True),
        ("nDCG@10", "sv-sv", 0.8, 0.7, False),
    ],
)
def test_a_question_is_won_or_lost(measure: str, pair: str, before: float, after: float, won: bool) -> None:
    (turned,) = both(rows_of(measure, before, pair=pair), rows_of(measure, after, pair=pair)).turned
    assert (turned.measure, turned.before, turned.after, turned.won) == (measure, before, after, won)


def test_an_answer_decides_before_facts_and_facts_before_the_ranking() -> None:
    def values(*each: float) -> list[Row]:
        names = ("answered_right", "nugget_recall", "nDCG@10")
        return [a_row("q", values=dict(zip(names, each, strict=True)))]

    assert [t.measure for t in both(values(0, 1, 1), values(1, 0, 0)).turned] == ["answered_right"]
    assert [t.measure for t in both(values(1, 1, 0), values(1, 0, 1)).turned] == ["nugget_recall"]
    assert [t.measure for t in both(values(1, 1, 1), values(1, 1, 0)).turned] == ["nDCG@10"]
    assert both(values(1, 1, 1), values(1, 1, 1)).turned == ()


def test_a_win_shows_both_answers_and_the_text_of_their_pages() -> None:
    first = {"study_id": "s", "page": 1, "label": "i", "title": "Lighting", "text": "This study asks."}
    second = {"study_id": "s", "page": 2, "label": "ii", "title": "Lighting", "text": FELL}
    quote = {"study_id": "s", "page": 2, "file": "lighting.pdf", "text": FELL}
    silent = a_row(
        "q",
        values={"answered_right": 0.0},
        confidence=0.4,
        ranking=(("s", 1, "en"), ("s", 2, "en")),
        given=kept(quotes=[quote], gold=[GOLD]),
    )
    said = replace(silent, values={"answered_right": 1.0}, answered=True, confidence=0.7)
    before, after = (a_run([row], pages={("s", 1): first, ("s", 2): second}) for row in (silent, said))
    form = compare(before, after).form()
    assert form["losses"] == []
    assert form["wins"] == [
        {
            "id": "q",
            "question": "What of q?",
            "measure": "answered_right",
            "a": {"value": 0.0, "answered": False, "confidence": 0.4, "quotes": [], "pages": [first]},
            "b": {"value": 1.0, "answered": True, "confidence": 0.7, "quotes": [quote], "pages": [second]},
            "gold": [GOLD],
        }
    ]
    assert [loss["id"] for loss in compare(after, before).form()["losses"]] == ["q"]


def test_a_page_that_two_quotes_are_from_is_shown_once_and_one_that_was_not_kept_by_its_number() -> None:
    quotes = [{"study_id": "s", "page": page, "text": "A quote."} for page in (3, 2, 3)]
    rows = [
        a_row("q", values={"answered_right": value}, answered=True, given=kept(quotes=quotes)) for value in (1.0, 0.0)
    ]
    (loss,) = both(rows[:1], rows[1:]).form()["losses"]
    assert [(page["study_id"], page["page"], page["text"]) for page in loss["a"]["pages"]] == [
        ("s", 3, ""),
        ("s", 2, ""),
    ]


def test_a_question_that_finds_nothing_at_all_has_no_page() -> None:
    (loss,) = both(rows_of("nDCG@10", 1), rows_of("nDCG@10", 0)).form()["losses"]
    assert (loss["b"]["pages"], loss["b"]["quotes"]) == ([], [])


# Runs of a library


def test_a_run_that_says_nothing_loses_what_was_answered(
    standing: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gold = (Gold("lighting.pdf", 2, FELL, language="en"),)
    cases = (Case("q1", LIGHT, "en", "yes", gold, pair="en-en"), Case("q2", "?", "en", "far_off", pair="none-en"))
    asked = QuestionSet("small", "1", "dev", cases, "s")
    before = run(standing, asked, tmp_path / "before")
    assert compare(before, run(standing, asked, tmp_path / "again")).turned == ()
    fit = retriever.judge._fit
    monkeypatch.setattr(retriever.judge, "_fit", lambda model: {**fit(model), "bar": 2.0})
    form = compare(before, run(standing, asked, tmp_path / "silent")).form()
    (loss,) = form["losses"]
    assert (form["wins"], form["left_out"], form["differ_in"], loss["id"]) == ([], [], [], "q1")
    assert [quote["text"] for quote in loss["a"]["quotes"]] == [FELL]
    assert FELL in " ".join(loss["a"]["pages"][0]["text"].split())
    assert (loss["b"]["answered"], loss["b"]["quotes"]) == (False, [])
    assert loss["b"]["pages"][0]["title"] == "Street lighting and crime"


# As JSON


@pytest.mark.parametrize(
    "rows",
    [
        rows_of("hit@5", 1),
        rows_of("hit@5", 1, 0, 1, document="one"),
        rows_of("wrongly_answered", 0, pair="none-en"),
        [a_row("q")],
    ],
    ids=["one question", "one document", "one that nothing answers", "nothing measured"],
)
def test_a_comparison_is_json_however_little_there_is(rows: list[Row]) -> None:
    other = [replace(row, values={name: 1 - value for name, value in row.values.items()}) for row in rows]
    form = json.loads(json.dumps(both(rows, other).form()), parse_constant=refuse)
    assert {m["detectable"] for m in form["measures"]} <= {None}  # one document tells no difference at all
    assert {m["verdict"] for m in form["measures"]} <= {"cannot_tell"}


def test_a_comparison_names_both_runs_and_where_they_differ() -> None:
    rows = rows_of("hit@5", 1)
    form = compare(a_run(rows, "before"), a_run(rows, "after", studies={"s": "a.pdf"})).form()
    assert form["a"] == {"run": "runs/before", "fingerprint": "before", "set": a_run(rows).summary["set"]}
    assert (form["b"]["fingerprint"], form["differ_in"]) == ("after", ["corpus"])


def test_a_figure_of_a_comparison_is_rounded_as_a_runs_are() -> None:
    found = of(both(rows_of("MRR@10", 1, 0, 0), rows_of("MRR@10", 1, 1, 0)), "MRR@10")
    form = found.form()
    assert (form["a"], form["b"], form["difference"]) == (0.333, 0.667, 0.333)
    assert form["interval"] == [round(bound, 3) for bound in asdict(found.difference)["interval"]]
    assert (form["n"], form["changed"], form["group"]) == (3, 1, "all")
