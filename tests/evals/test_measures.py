"""Measures, held against values worked out by hand, against ir_measures and against scikit-learn."""

import math
from collections.abc import Callable
from itertools import pairwise
from statistics import fmean, quantiles
from typing import Any

import ir_measures
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import RR, R, Success, nDCG
from sklearn.metrics import brier_score_loss, roc_auc_score  # type: ignore[import-untyped]

from evals.case import Nugget
from evals.measures import (
    Bin,
    area_under_risk,
    auroc,
    brier,
    coverage_at_risk,
    ece,
    fact,
    hit,
    holds_span,
    is_supported,
    ndcg,
    ndcg_of_gains,
    nugget_recall,
    percentile,
    recall,
    reciprocal_rank,
    reliability,
    risk_coverage,
    span_gains,
    states,
)

letters = "abcdefghijklmnop"
pages = st.lists(st.sampled_from(letters), unique=True, max_size=16)
judged = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30)


def exactly(value: float) -> Any:
    """As near as two ways of adding up can be."""
    return pytest.approx(value, rel=0, abs=1e-9)


def both(judgements: list[tuple[float, bool]]) -> tuple[list[float], list[bool]]:
    return [confidence for confidence, _ in judgements], [right for _, right in judgements]


# Rankings


@given(pages, st.dictionaries(st.sampled_from(letters), st.integers(1, 2), min_size=1))
def test_every_measure_of_a_ranking_agrees_with_ir_measures(ranking: list[str], grades: dict[str, int]) -> None:
    qrels = [ir_measures.Qrel("q", page, grade) for page, grade in grades.items()]
    run = [ir_measures.ScoredDoc("q", page, float(-rank)) for rank, page in enumerate(ranking)]
    asked = [nDCG @ 10, R @ 1, R @ 5, R @ 10, RR @ 10, Success @ 1, Success @ 5, Success @ 10]
    expected = ir_measures.calc_aggregate(asked, qrels, run)
    assert ndcg(ranking, grades, 10) == exactly(expected[nDCG @ 10])
    assert reciprocal_rank(ranking[:10], grades) == exactly(expected[RR @ 10])
    for k in (1, 5, 10):
        assert recall(ranking, grades, k) == exactly(expected[R @ k])
        assert hit(ranking, grades, k) == expected[Success @ k]


def test_the_reciprocal_rank_is_one_over_the_first_right_rank() -> None:
    assert reciprocal_rank(["x", "b", "a"], {"a", "b"}) == 0.5
    assert reciprocal_rank(["a"], {"a"}) == 1
    assert reciprocal_rank(["x", "y"], {"a"}) == 0


def test_silence_scores_nought() -> None:
    assert reciprocal_rank([], {"a"}) == 0
    assert hit([], {"a"}, 5) == 0


def test_a_hit_is_right_within_its_depth_only() -> None:
    ranking = ["x", "y", "a"]
    assert [hit(ranking, {"a"}, k) for k in (1, 2, 3, 10)] == [0, 0, 1, 1]


@pytest.mark.parametrize(
    ("ranking", "k", "value"),
    [
        (["a", "b"], 10, 1.0),
        (["x", "a"], 10, 0.480),  # (2 / log2 3) / (2 + 1 / log2 3) = 1.262 / 2.631
        (["x", "a", "b"], 10, 0.670),  # (2 / log2 3 + 1 / log2 4) / 2.631 = 1.762 / 2.631
        (["b", "a"], 10, 0.860),  # (1 + 2 / log2 3) / 2.631 = 2.262 / 2.631
        (["b", "a"], 1, 0.5),  # 1 of 2, the best single page
        (["x", "a"], 1, 0.0),
        (["x"], 10, 0.0),
        ([], 10, 0.0),
    ],
)
def test_gain_is_the_grade_discounted_by_rank_beside_the_best_there_can_be(
    ranking: list[str], k: int, value: float
) -> None:
    assert round(ndcg(ranking, {"a": 2, "b": 1}, k), 3) == value


@pytest.mark.parametrize(
    ("gains", "grades", "k", "value"),
    [
        ([0, 2, 0, 1], [2, 1], 10, 0.643),  # (2 / log2 3 + 1 / log2 5) / (2 + 1 / log2 3) = 1.693 / 2.631
        ([0, 2, 0, 1], [1, 2], 10, 0.643),  # the grades may come in any order
        ([0, 2, 0, 1], [2, 1], 2, 0.480),
        ([2, 2], [2, 2, 2], 2, 1.0),
        ([2], [2, 2], 10, 0.613),  # 2 / (2 + 2 / log2 3) = 2 / 3.262
        ([0, 0], [], 10, 0.0),
        ([], [2], 10, 0.0),
    ],
)
def test_gains_are_held_beside_the_best_order_of_all_grades(
    gains: list[int], grades: list[int], k: int, value: float
) -> None:
    assert round(ndcg_of_gains(gains, grades, k), 3) == value


def test_the_best_ranking_of_more_right_pages_than_are_looked_at_gains_all() -> None:
    assert ndcg(["a", "b"], dict.fromkeys("abcdef", 1), 2) == 1


def test_recall_is_the_share_of_right_pages_within_the_depth() -> None:
    ranking = ["a", "x", "b", "y", "c"]
    assert [recall(ranking, {"a", "b", "c", "d"}, k) for k in (1, 2, 3, 5, 100)] == [0.25, 0.25, 0.5, 0.75, 0.75]


def test_where_nothing_is_right_gain_and_recall_are_nought() -> None:
    assert ndcg(["a"], {}, 10) == ndcg(["a"], {"a": 0}, 10) == recall(["a"], set(), 10) == 0


# Spans


SPAN = "Lit squares saw fewer thefts."  # five words, and three of them are half


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("In all, lit squares saw fewer thefts, said the police.", True),
        ("lit squares saw", True),  # the passage ends within the span
        ("fewer thefts; saw fewer thefts", True),  # or begins within it
        ("LIT SQUARES\nSAW", True),
        ("lit squa-\nres saw", True),
        ("fewer thefts", False),  # two words of five
        ("lit squares had fewer thefts", False),  # four of the words, but no three in a row
        ("saw squares lit", False),
        ("", False),
    ],
)
def test_a_text_holds_a_span_when_it_has_half_of_it_in_one_run(text: str, held: bool) -> None:
    assert holds_span(text, SPAN) is held


def test_of_an_even_span_half_is_enough_and_a_dash_is_no_word_of_it() -> None:
    assert holds_span("fewer thefts", "saw fewer thefts – reported")
    assert not holds_span("thefts", "saw fewer thefts – reported")


@pytest.mark.parametrize("span", ["", "  ", "– …"])
def test_a_span_without_words_is_held_by_nothing(span: str) -> None:
    assert not holds_span("any text – …", span)


LEVY = "Every owner pays the levy."


@pytest.mark.parametrize(
    ("texts", "gains"),
    [
        ([SPAN, "no", LEVY], [2, 0, 1]),
        ([LEVY, SPAN], [1, 2]),
        ([SPAN, SPAN, LEVY], [2, 0, 1]),  # the same span counts once
        ([f"{LEVY} {SPAN}", SPAN, LEVY], [2, 0, 0]),  # both at once: the better grade, and neither again
        (["no"], [0]),
        ([], []),
    ],
)
def test_the_first_text_to_hold_a_span_has_its_grade(texts: list[str], gains: list[int]) -> None:
    assert span_gains(texts, {SPAN: 2, LEVY: 1}) == gains


def test_a_span_given_to_one_text_is_not_taken_from_those_who_gave_it() -> None:
    spans = {SPAN: 2}
    span_gains([SPAN], spans)
    assert spans == {SPAN: 2}


# Facts


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("14 per cent", "14 %"),
        ("14 percent", "14 %"),
        ("14 procent", "14 %"),
        ("14%", "14 %"),
        ("14\u00a0%", "14 %"),
        ("14 PROCENT", "14 %"),
        ("1 000 kronor", "1000 kronor"),
        ("1\u00a0000\u202f000 kronor", "1000000 kronor"),
        ("Lit\n  Squares", "lit squares"),
        ("m²", "m2"),
        ("well\u2011being", "well-being"),
    ],
)
def test_a_fact_is_the_same_however_it_is_set(written: str, same: str) -> None:
    assert fact(written) == fact(same)


@pytest.mark.parametrize(
    ("written", "other"),
    [
        ("14 procentenheter", "14 %enheter"),
        ("14 procentenheter", "14 %"),
        ("10 0000", "100000"),
        ("in 2019 200 squares", "in 2019200 squares"),
        ("1,4", "14"),
    ],
)
def test_what_only_looks_alike_is_another_fact(written: str, other: str) -> None:
    assert fact(written) != fact(other)


@pytest.mark.parametrize(
    ("text", "accepted", "stated"),
    [
        ("Thefts fell by 14 per cent.", "14 %", True),
        ("Stölderna minskade med 14 procent.", "14 per cent", True),
        ("(14%)", "14 percent", True),
        ("Thefts fell by 114 per cent.", "14 %", False),
        ("Thefts fell by 3.14 per cent.", "14 %", False),
        ("Thefts fell by 3,14 per cent.", "14 %", False),
        ("It was 14.", "14", True),  # a full stop ends the sentence, not the number
        ("It was 14.5.", "14", False),
        ("It was 14,5.", "14", False),
        ("It cost 14 000 kronor.", "14", False),
        ("It cost 14 000 kronor.", "14000 kronor", True),
        ("A LEVY is paid", "levy", True),
        ("A levy, which", "levy", True),
        ("Levying", "levy", False),
        ("outlevy", "levy", False),
        ("a.levy", "levy", False),
        ("c++ (a)", "c++", True),  # no pattern, but a text
        ("accc", "c+", False),
    ],
)
def test_a_form_is_stated_by_itself_and_not_within_a_longer_word_or_number(
    text: str, accepted: str, stated: bool
) -> None:
    assert states(text, accepted) is stated


@pytest.mark.parametrize("accepted", ["", "  ", "\n"])
def test_an_empty_form_is_never_stated(accepted: str) -> None:
    assert not states("anything", accepted)


FELL = Nugget("Thefts fell by 14 per cent.", vital=True, accepts=("14 %", "a seventh"))
PAID = Nugget("Owners pay.", vital=True, accepts=("levy",))
YEAR = Nugget("It was in 2019.", vital=False, accepts=("2019",))
WHERE = Nugget("Where the squares were lit.", vital=True)  # proved by a gold span


@pytest.mark.parametrize(
    ("quotes", "nuggets", "vital", "every"),
    [
        (["fell by 14 per cent"], [FELL, PAID, YEAR], 1 / 2, 1 / 3),
        (["fell by a seventh", "the levy, 2019"], [FELL, PAID, YEAR], 1, 1),
        (["since 2019"], [FELL, PAID, YEAR], 0, 1 / 3),
        (["since 2019"], [YEAR], 1, 1),  # none is vital, so all are what counts
        (["lit squares saw"], [FELL, WHERE], 1 / 2, 1 / 2),
        (["fewer thefts"], [FELL, WHERE], 0, 0),
        ([SPAN], [FELL], 0, 0),  # the gold span proves no nugget that has forms of its own
        ([], [FELL, WHERE], 0, 0),
        (["fell by 14 %"], [], 0, 0),
    ],
)
def test_nugget_recall_is_the_share_of_vital_and_of_all_that_the_quotes_hold(
    quotes: list[str], nuggets: list[Nugget], vital: float, every: float
) -> None:
    assert nugget_recall(quotes, nuggets, [SPAN]) == (exactly(vital), exactly(every))


def test_a_nugget_is_held_by_one_quote_and_not_by_two_halves() -> None:
    assert nugget_recall(["a", "seventh"], [FELL], []) == (0, 0)


# Sentences


QUOTE = "Street lighting reduced property crime by 14 per cent in the lit squares."


@pytest.mark.parametrize(
    ("sentence", "supported"),
    [
        (QUOTE, True),
        ("Reduced property crime, by 14 per cent", True),  # verbatim but for marks and case
        ("In the lit squares, crime fell by 14 %.", True),  # lit, squares, crime, 14 of those and "fell"
        ("Property crime fell elsewhere.", True),  # two of four words are half
        ("Crime fell elsewhere.", False),  # one of three
        ("In the lit squares, crime fell by 15 %.", False),  # another number
        ("In the lit squares, crime fell by 1 %.", False),
        ("In the lit squares, crime fell by 14.5 %.", False),
        ("It was in the.", False),  # no word that carries matter
        ("", False),
        ("Property crime by 1", False),  # the beginning of a longer number
        ("4 per cent in the lit squares", False),  # the end of one
        ("Property crime by 1.4 per cent", False),  # and a point is part of a number
    ],
)
def test_a_sentence_is_supported_by_its_words_and_all_its_numbers(sentence: str, supported: bool) -> None:
    assert is_supported(sentence, [QUOTE], "en") is supported


def test_the_quotes_of_a_sentence_support_it_together() -> None:
    sentence = "Lighting reduced crime and owners pay a levy."  # lighting, reduced, crime, owners, pay, levy
    assert is_supported(sentence, ["Lighting was new.", "Crime and owners."], "en")  # three of six
    assert not is_supported(sentence, ["Lighting was new."], "en")


@pytest.mark.parametrize("sentence", ["Crime fell.", "", "14"])
def test_a_sentence_that_cites_nothing_is_not_supported(sentence: str) -> None:
    assert not is_supported(sentence, [], "en")


def test_words_that_carry_no_matter_are_those_of_the_language() -> None:
    # Swedish leaves "trygghet" and "ökade": one of two. Read as English, "och", "den" and "inte" count: one of five.
    assert is_supported("Och den ökade inte trygghet", ["trygghet"], "sv")
    assert not is_supported("Och den ökade inte trygghet", ["trygghet"], "en")
    assert not is_supported("Och den ökade inte trygghet", ["trygghet"], "fi")  # of another, as English


# Saying no


def test_auroc_of_one_kind_alone_is_not_a_number() -> None:
    assert math.isnan(auroc([], [0.5]))
    assert math.isnan(auroc([0.5], []))


def test_auroc_counts_pairs_and_ties_half() -> None:
    # pairs: 0.9 beats 0.5 and 0.1; 0.5 ties with 0.5 and beats 0.1: (1 + 1 + 0.5 + 1) / 4
    assert auroc([0.9, 0.5], [0.5, 0.1]) == 0.875
    assert auroc([0.9], [0.1]) == 1
    assert auroc([0.1], [0.9]) == 0
    assert auroc([0.3, 0.3], [0.3]) == 0.5


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_auroc_turned_round_is_its_complement(positives: list[float], negatives: list[float]) -> None:
    assert auroc(positives, negatives) + auroc(negatives, positives) == pytest.approx(1)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=20), st.lists(st.integers(0, 9), min_size=1, max_size=20))
def test_auroc_agrees_with_scikit_learn(positives: list[int], negatives: list[int]) -> None:
    truth = [1] * len(positives) + [0] * len(negatives)
    assert auroc(positives, negatives) == exactly(roc_auc_score(truth, positives + negatives))


def test_risk_falls_as_less_is_answered() -> None:
    # the surest is right, the next wrong, the last two right: none wrong of 1, 1 of 2, 1 of 3, 1 of 4
    points = [(0.25, 0.0), (0.5, 0.5), (0.75, 1 / 3), (1.0, 0.25)]
    assert risk_coverage([0.6, 0.9, 0.2, 0.8], [True, True, True, False]) == [
        (exactly(coverage), exactly(risk)) for coverage, risk in points
    ]


def test_questions_of_the_same_confidence_are_answered_together() -> None:
    assert risk_coverage([0.9, 0.9, 0.1, 0.1], [True, False, False, False]) == [(0.5, 0.5), (1.0, 0.75)]


@pytest.mark.parametrize(
    ("confidences", "right", "area"),
    [
        ([0.9, 0.8, 0.7, 0.6], [True, False, True, True], (0 + 1 / 2 + 1 / 3 + 1 / 4) / 4),
        ([0.9, 0.9, 0.5, 0.1], [True, False, True, False], 0.5 * 1 / 2 + 0.25 * 1 / 3 + 0.25 * 1 / 2),
        ([0.5] * 4, [True, True, True, False], 0.25),  # one confidence: the share of wrong, whatever is answered
        ([0.9, 0.1], [True, True], 0),
        ([0.9, 0.1], [False, False], 1),
    ],
)
def test_the_area_is_the_mean_risk_over_all_coverages(confidences: list[float], right: list[bool], area: float) -> None:
    assert area_under_risk(confidences, right) == exactly(area)


@given(st.lists(st.booleans(), min_size=1, max_size=30))
def test_without_ties_the_area_is_the_mean_of_the_running_shares_of_wrong(right: list[bool]) -> None:
    falling = [1 / rank for rank in range(1, len(right) + 1)]
    running = [right[:k].count(False) / k for k in range(1, len(right) + 1)]
    assert area_under_risk(falling, right) == exactly(fmean(running))


@given(st.lists(st.booleans(), min_size=1, max_size=30))
def test_no_order_has_a_smaller_area_than_the_one_that_puts_all_right_ones_first(right: list[bool]) -> None:
    falling = [1 / rank for rank in range(1, len(right) + 1)]
    assert area_under_risk(falling, sorted(right, reverse=True)) <= area_under_risk(falling, right) + 1e-12


@pytest.mark.parametrize(
    ("risk", "coverage"),
    [(0.0, 0.25), (0.05, 0.25), (0.24, 0.25), (0.25, 1.0), (1 / 3, 1.0), (1.0, 1.0)],
)
def test_coverage_is_the_most_that_can_be_answered_at_a_risk(risk: float, coverage: float) -> None:
    # none wrong of 1, 1 of 2, 1 of 3, 1 of 4: more answered may again be less wrong
    assert coverage_at_risk([0.9, 0.8, 0.7, 0.6], [True, False, True, True], risk) == coverage


def test_the_risk_is_one_in_twenty_where_none_is_named() -> None:
    falling = [1 / rank for rank in range(1, 41)]
    assert coverage_at_risk(falling, [True] * 19 + [False] * 21) == 0.5  # 1 wrong of 20, then 2 of 21


def test_where_the_surest_answer_is_wrong_nothing_can_be_answered_at_little_risk() -> None:
    assert coverage_at_risk([0.9, 0.1], [False, True]) == 0
    assert coverage_at_risk([0.5] * 10, [True] * 9 + [False]) == 0
    assert coverage_at_risk([], []) == 0


# Meaning what one says


def test_the_brier_score_is_the_mean_squared_distance() -> None:
    # (0.2² + 0.6² + 0.5²) / 3 = (0.04 + 0.36 + 0.25) / 3
    assert brier([0.8, 0.6, 0.5], [True, False, True]) == exactly(0.65 / 3)


@given(judged)
def test_the_brier_score_agrees_with_scikit_learn(judgements: list[tuple[float, bool]]) -> None:
    confidences, right = both(judgements)
    assert brier(confidences, right) == exactly(brier_score_loss(right, confidences, labels=[False, True]))


def test_a_confidence_without_an_outcome_is_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        brier([0.5, 0.5], [True])


def test_bins_are_of_as_equal_size_as_can_be_and_the_least_sure_come_first() -> None:
    found = reliability([0.9, 0.1, 0.8, 0.2, 0.3], [True, False, False, True, False], 2)
    assert found == [Bin(3, exactly(0.2), exactly(1 / 3)), Bin(2, exactly(0.85), 0.5)]


@given(judged, st.integers(1, 12))
def test_bins_hold_every_question_once(judgements: list[tuple[float, bool]], bins: int) -> None:
    confidences, right = both(judgements)
    found = reliability(confidences, right, bins)
    sizes = [b.n for b in found]
    assert len(found) == min(bins, len(confidences))
    assert max(sizes) - min(sizes) <= 1
    assert sum(sizes) == len(confidences)
    assert sum(b.n * b.confidence for b in found) == exactly(sum(confidences))
    assert sum(b.n * b.right for b in found) == exactly(sum(right))
    assert all(a.confidence <= b.confidence + 1e-12 for a, b in pairwise(found))


def test_calibration_error_is_the_distance_of_each_bin_by_its_size() -> None:
    # bins of 3 and 2: 3/5 · |0.2 - 1/3| + 2/5 · |0.85 - 0.5| = 0.08 + 0.14
    assert ece([0.9, 0.1, 0.8, 0.2, 0.3], [True, False, False, True, False], 2) == exactly(0.22)


def test_one_who_is_right_as_often_as_said_has_no_calibration_error() -> None:
    confidences = [0.25] * 4 + [0.75] * 4
    right = [True, False, False, False, True, True, True, False]
    assert ece(confidences, right, 2) == 0
    assert ece([1.0, 0.0], [True, False]) == 0
    assert ece([1.0, 0.0], [False, True]) == 1


@given(judged)
def test_one_bin_has_the_distance_of_mean_confidence_and_share_right(judgements: list[tuple[float, bool]]) -> None:
    confidences, right = both(judgements)
    assert ece(confidences, right, 1) == exactly(abs(fmean(confidences) - fmean(right)))


@pytest.mark.parametrize("measure", [area_under_risk, brier, ece])
def test_of_no_question_the_measure_is_not_a_number(measure: Callable[[list[float], list[bool]], float]) -> None:
    assert math.isnan(measure([], []))
    assert not risk_coverage([], [])
    assert not reliability([], [])


@pytest.mark.parametrize(
    ("share", "value"),
    [(0.0, 1.0), (0.5, 3.0), (0.95, 4.8), (1.0, 5.0), (0.125, 1.5)],  # four steps: 0.95 · 4 = 3.8 from the first
)
def test_a_percentile_lies_between_its_neighbours(share: float, value: float) -> None:
    assert percentile([5.0, 1.0, 4.0, 2.0, 3.0], share) == exactly(value)


@given(st.lists(st.floats(0, 100), min_size=2, max_size=30))
def test_percentiles_agree_with_the_standard_library(values: list[float]) -> None:
    cuts = quantiles(values, n=20, method="inclusive")
    assert [percentile(values, k / 20) for k in range(1, 20)] == pytest.approx(cuts, abs=1e-9)


def test_a_percentile_of_nothing_is_not_a_number() -> None:
    assert math.isnan(percentile([], 0.5))
    assert percentile([7.0], 0.95) == 7
