"""Measures, held against values worked out by hand and against ir_measures."""

import math

import ir_measures
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import RR, Success

from evals.measures import auroc, hit, reciprocal_rank, wilson

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
