"""Measures, held against values worked out by hand and against ir_measures."""

import math
from statistics import fmean

import ir_measures
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ir_measures import RR, R, Success, nDCG

from evals.measures import auroc, bootstrap, hit, ndcg, recall, reciprocal_rank, wilson

pages = st.lists(st.sampled_from("abcdefghijklmnop"), unique=True, max_size=16)


@given(pages, st.sets(st.sampled_from("abcdefghijklmnop"), min_size=1))
def test_rank_and_hit_agree_with_ir_measures(ranking: list[str], gold: set[str]) -> None:
    qrels = [ir_measures.Qrel("q", page, 1) for page in gold]
    run = [ir_measures.ScoredDoc("q", page, float(-rank)) for rank, page in enumerate(ranking)]
    expected = ir_measures.calc_aggregate([RR @ 10, Success @ 5], qrels, run)
    assert reciprocal_rank(ranking[:10], gold) == pytest.approx(expected[RR @ 10])
    assert hit(ranking, gold, 5) == expected[Success @ 5]


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


@given(pages, st.dictionaries(st.sampled_from("abcdefghijklmnop"), st.integers(1, 3), min_size=1))
def test_gain_and_recall_agree_with_ir_measures(ranking: list[str], grades: dict[str, int]) -> None:
    qrels = [ir_measures.Qrel("q", page, grade) for page, grade in grades.items()]
    run = [ir_measures.ScoredDoc("q", page, float(-rank)) for rank, page in enumerate(ranking)]
    expected = ir_measures.calc_aggregate([nDCG @ 10, R @ 10, R @ 5], qrels, run)
    assert ndcg(ranking, grades, 10) == pytest.approx(expected[nDCG @ 10])
    assert recall(ranking, grades, 10) == pytest.approx(expected[R @ 10])
    assert recall(ranking, grades, 5) == pytest.approx(expected[R @ 5])


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


def test_the_best_ranking_of_more_right_pages_than_are_looked_at_gains_all() -> None:
    assert ndcg(["a", "b"], dict.fromkeys("abcdef", 1), 2) == 1


def test_recall_is_the_share_of_right_pages_within_the_depth() -> None:
    ranking = ["a", "x", "b", "y", "c"]
    assert [recall(ranking, {"a", "b", "c", "d"}, k) for k in (1, 2, 3, 5, 100)] == [0.25, 0.25, 0.5, 0.75, 0.75]


def test_where_nothing_is_right_gain_and_recall_are_nought() -> None:
    assert ndcg(["a"], {}, 10) == ndcg(["a"], {"a": 0}, 10) == recall(["a"], set(), 10) == 0


# Intervals


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
@settings(max_examples=50)
def test_a_bootstrap_is_the_same_for_the_same_values_and_holds_their_mean(values: list[float]) -> None:
    low, high = bootstrap(values)
    assert (low, high) == bootstrap(list(values))
    assert min(values) - 1e-9 <= low <= fmean(values) + 1e-9
    assert fmean(values) - 1e-9 <= high <= max(values) + 1e-9


@pytest.mark.parametrize("n", [100, 400, 2500])
def test_a_bootstrap_of_many_values_nears_the_interval_of_the_normal_curve(n: int) -> None:
    half = 1.96 * 0.5 / math.sqrt(n)  # 0.098, 0.049 and 0.0196
    assert bootstrap([0.0, 1.0] * (n // 2)) == pytest.approx((0.5 - half, 0.5 + half), abs=half / 10)


def test_a_bootstrap_shrinks_as_the_questions_grow_more() -> None:
    widths = [high - low for low, high in (bootstrap([0.0, 0.2, 1.0] * n) for n in (2, 8, 32, 128))]
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] < widths[0] / 4


def test_a_bootstrap_of_equal_values_has_no_width_and_of_none_any_value_is_in_it() -> None:
    assert bootstrap([0.5] * 7) == (0.5, 0.5)
    assert bootstrap([]) == (0, 1)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (8, 10, 0.490, 0.943),
        (5, 10, 0.237, 0.763),
        (0, 10, 0.000, 0.278),
        (10, 10, 0.722, 1.000),
        (81, 263, 0.255, 0.366),  # the worked example of Newcombe 1998, Statistics in Medicine 17:857
    ],
)
def test_the_interval_is_wilson_s(successes: int, n: int, low: float, high: float) -> None:
    assert [round(x, 3) for x in wilson(successes, n)] == [low, high]


def test_of_nothing_measured_anything_may_be_true() -> None:
    assert wilson(0, 0) == (0, 1)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_holds_its_share_and_stays_between_nought_and_one(counted: tuple[int, int]) -> None:
    successes, n = counted
    low, high = wilson(successes, n)
    assert 0 <= low <= successes / n + 1e-12
    assert successes / n - 1e-12 <= high <= 1


def test_auroc_counts_pairs_and_ties_half() -> None:
    # pairs: 0.9 beats 0.5 and 0.1; 0.5 ties with 0.5 and beats 0.1: (1 + 1 + 0.5 + 1) / 4
    assert auroc([0.9, 0.5], [0.5, 0.1]) == 0.875
    assert auroc([0.9], [0.1]) == 1
    assert auroc([0.1], [0.9]) == 0
    assert auroc([0.3, 0.3], [0.3]) == 0.5


def test_auroc_of_one_kind_alone_is_not_a_number() -> None:
    assert math.isnan(auroc([], [0.5]))
    assert math.isnan(auroc([0.5], []))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_auroc_turned_round_is_its_complement(positives: list[float], negatives: list[float]) -> None:
    assert auroc(positives, negatives) + auroc(negatives, positives) == pytest.approx(1)
