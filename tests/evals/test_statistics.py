"""Intervals, tests and sizes, held against worked examples, against scipy and scikit-learn, and by simulation."""

import math
from collections.abc import Iterator
from statistics import fmean, stdev

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import cohen_kappa_score  # type: ignore[import-untyped]

from evals.statistics import (
    Difference,
    Floats,
    detectable,
    detectable_beforehand,
    difference,
    gap_interval,
    holm,
    kappa,
    mean_interval,
    randomisation,
    share_interval,
    standard_error,
    wilson,
)

counted = st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def apart(n: int) -> list[str]:
    """A document for each question."""
    return [f"d{i}" for i in range(n)]


def together(sizes: list[int]) -> list[str]:
    """Documents of so many questions each."""
    return [f"d{i}" for i, size in enumerate(sizes) for _ in range(size)]


def width(interval: tuple[float, float]) -> float:
    return interval[1] - interval[0]


# Shares


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


@given(counted)
def test_wilson_s_interval_agrees_with_scipy(counts: tuple[int, int]) -> None:
    expected = binomtest(*counts).proportion_ci(method="wilson")
    assert wilson(*counts) == pytest.approx((expected.low, expected.high), abs=1e-7)


def test_of_nothing_measured_anything_may_be_true() -> None:
    assert wilson(0, 0) == share_interval([], []) == mean_interval([], []) == (0, 1)


@given(counted)
def test_an_interval_holds_its_share_and_stays_between_nought_and_one(counts: tuple[int, int]) -> None:
    successes, n = counts
    low, high = wilson(successes, n)
    assert 0 <= low <= successes / n + 1e-12
    assert successes / n - 1e-12 <= high <= 1


@given(st.lists(st.booleans(), min_size=1, max_size=40))
def test_with_a_question_a_document_the_interval_is_wilson_s_own(right: list[bool]) -> None:
    assert share_interval(right, apart(len(right))) == wilson(sum(right), len(right))


@pytest.mark.parametrize(
    ("values", "clusters"),
    [
        ([1.0, 0.0, 1.0, 1.0], ["one"] * 4),
        ([1.0] * 6, ["a", "a", "a", "b", "b", "b"]),
        ([0.0] * 6, ["a", "a", "a", "b", "b", "b"]),
    ],
)
def test_with_one_document_or_all_alike_the_interval_is_wilson_s_own(values: list[float], clusters: list[str]) -> None:
    assert share_interval(values, clusters) == wilson(sum(values), len(values))


def test_documents_that_are_all_right_or_all_wrong_count_as_one_question_each() -> None:
    # 5 of 10 documents right, four questions each: variance 10/9 · 10 · 2² / 40² = 0.02778, design effect
    # 0.02778 / (0.25 / 40) = 4.444, so 9 questions in effect, and t of 9 degrees is 2.262
    values = ([1.0] * 4 + [0.0] * 4) * 5
    assert share_interval(values, together([4] * 10)) == pytest.approx(wilson(4.5, 9, 2.26216), abs=1e-5)


def test_the_more_alike_a_document_s_questions_the_wider_the_interval() -> None:
    mixed = [1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.0, 1.0]
    alike = sorted(mixed, reverse=True)
    documents = together([3] * 4)
    assert width(share_interval(alike, documents)) > width(share_interval(mixed, documents))


@pytest.mark.parametrize("size", [3, 10, 49])
def test_documents_with_the_same_share_do_not_make_a_share_certain(size: int) -> None:
    right = 2 * size // 3
    values = ([1.0] * right + [0.0] * (size - right)) * 5
    low, high = share_interval(values, together([size] * 5))
    assert low < right / size - 0.02
    assert high > right / size + 0.02


documents_and_values = st.lists(
    st.tuples(st.floats(0, 1, allow_subnormal=False), st.sampled_from("abcde")), min_size=1, max_size=30
)


@given(st.lists(st.tuples(st.booleans(), st.sampled_from("abcde")), min_size=1, max_size=40))
def test_a_clustered_interval_holds_its_share_and_stays_between_nought_and_one(rows: list[tuple[bool, str]]) -> None:
    values = [right for right, _ in rows]
    low, high = share_interval(values, [document for _, document in rows])
    assert 0 <= low <= fmean(values) + 1e-9
    assert fmean(values) - 1e-9 <= high <= 1


# Means


@given(documents_and_values, st.integers(0, 5))
@settings(max_examples=50)
def test_an_interval_is_the_same_for_the_same_values_and_holds_their_mean(
    rows: list[tuple[float, str]], seed: int
) -> None:
    values, clusters = [value for value, _ in rows], [document for _, document in rows]
    low, high = mean_interval(values, clusters, seed, 500)
    assert (low, high) == mean_interval(list(values), list(clusters), seed, 500)
    assert min(values) - 1e-9 <= low <= fmean(values) + 1e-9
    assert fmean(values) - 1e-9 <= high <= max(values) + 1e-9


def test_another_seed_draws_other_sets_and_gives_nearly_the_same_interval() -> None:
    values, documents = [0.0, 0.2, 0.5, 1.0] * 25, apart(100)
    one, other = mean_interval(values, documents, 1), mean_interval(values, documents, 2)
    assert one != other
    assert one == pytest.approx(other, abs=0.02)


@pytest.mark.parametrize("n", [100, 400, 2500])
def test_an_interval_of_many_values_nears_that_of_the_normal_curve(n: int) -> None:
    half = 1.96 * 0.5 / math.sqrt(n)  # 0.098, 0.049 and 0.0196
    found = mean_interval([0.0, 1.0] * (n // 2), apart(n))
    assert found == pytest.approx((0.5 - half, 0.5 + half), abs=half / 10)


def test_an_interval_shrinks_as_the_documents_grow_more() -> None:
    widths = [width(mean_interval([0.0, 0.2, 1.0] * n, apart(3 * n))) for n in (2, 8, 32, 128)]
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] < widths[0] / 4


def test_questions_of_one_document_tell_no_more_than_the_document() -> None:
    values = [0.0, 0.2, 0.5, 1.0] * 5
    fourfold = [value for value in values for _ in range(4)]
    assert mean_interval(fourfold, together([4] * 20)) == pytest.approx(mean_interval(values, apart(20)))
    assert width(mean_interval(fourfold, apart(80))) < 0.7 * width(mean_interval(values, apart(20)))


def test_an_interval_of_few_documents_is_wider_than_the_plain_percentiles() -> None:
    values = [0.0, 0.2, 0.4, 0.6, 1.0]
    drawn = np.random.default_rng(0).choice(values, (2000, 5)).mean(axis=1)
    low, high = np.percentile(drawn, [2.5, 97.5])
    found = mean_interval(values, apart(5))
    assert found[0] < low
    assert found[1] > high


def test_equal_values_have_an_interval_of_no_width() -> None:
    assert mean_interval([0.5] * 7, apart(7)) == (0.5, 0.5)


def test_values_of_one_document_are_drawn_one_by_one() -> None:
    values = [0.0, 0.2, 0.5, 1.0]
    assert mean_interval(values, ["one"] * 4) == mean_interval(values, apart(4))
    assert width(mean_interval(values, ["one"] * 4)) > 0.3


@given(st.lists(st.floats(0, 1), min_size=2, max_size=30))
def test_with_a_question_a_document_the_standard_error_is_the_plain_one(values: list[float]) -> None:
    expected = stdev(values) / math.sqrt(len(values))
    assert standard_error(values, apart(len(values))) == pytest.approx(expected, abs=1e-9)


def test_the_standard_error_of_documents_of_unlike_size_is_cochran_s() -> None:
    # mean 0.5; sums less mean times size: 2 - 1.5, 0 - 0.5, 1 - 1; 3/2 · (0.25 + 0.25 + 0) / 6² = 0.02083
    values, clusters = [1.0, 1.0, 0.0, 0.0, 1.0, 0.0], ["a", "a", "a", "b", "c", "c"]
    assert standard_error(values, clusters) == pytest.approx(math.sqrt(0.75 / 36))


def test_of_fewer_than_two_documents_the_standard_error_has_no_bound() -> None:
    assert standard_error([0.0, 1.0], ["one", "one"]) == standard_error([], []) == math.inf


def test_the_order_in_which_documents_are_met_is_nothing_to_their_clusters() -> None:
    values, clusters = [1.0, 0.0, 0.5, 0.2, 1.0, 0.0], ["a", "a", "b", "b", "c", "c"]
    mixed = [0, 2, 4, 1, 3, 5]
    a, b = [values[i] for i in mixed], [clusters[i] for i in mixed]
    assert standard_error(a, b) == pytest.approx(standard_error(values, clusters))
    assert randomisation(a, b) == randomisation(values, clusters)
    assert mean_interval(a, b) == pytest.approx(mean_interval(values, clusters))


def test_the_gap_of_two_groups_is_the_first_less_the_second() -> None:
    high, low = [1.0, 0.8, 0.9, 1.0] * 10, [0.1, 0.3, 0.2, 0.0] * 10
    found = gap_interval(high, apart(40), low, apart(40))
    turned = gap_interval(low, apart(40), high, apart(40))
    assert 0.7 < found[0] < 0.775 < found[1] < 0.85  # means 0.925 and 0.15
    assert turned == pytest.approx((-found[1], -found[0]), abs=0.02)


def test_the_gap_of_many_values_nears_that_of_the_normal_curve() -> None:
    half = 1.96 * math.sqrt(0.25 / 400 + 0.25 / 100)  # 0.110
    found = gap_interval([0.0, 1.0] * 200, apart(400), [0.0, 1.0] * 50, apart(100))
    assert found == pytest.approx((-half, half), abs=half / 10)


def test_a_gap_to_a_group_of_none_may_be_any() -> None:
    assert gap_interval([], [], [1.0], ["d"]) == gap_interval([1.0], ["d"], [], []) == (-1, 1)


def test_the_gap_of_a_group_of_one_document_is_not_certain() -> None:
    assert width(gap_interval([1.0, 0.0, 1.0, 0.0], ["a"] * 4, [1.0, 0.0, 0.0], ["b"] * 3)) > 0.3


# Two runs


@pytest.mark.parametrize(
    ("differences", "clusters", "p"),
    [
        ([0.1, 0.2, 0.3], ["a", "b", "c"], 2 / 8),  # +++ and ---
        ([0.1, 0.2, -0.3], ["a", "b", "c"], 8 / 8),  # the sum is 0, and any is as large
        ([0.3, 0.2, -0.1], ["a", "b", "c"], 4 / 8),  # 0.4: ++-, +++ and their opposites
        ([0.1, 0.2, 0.3], ["a", "a", "c"], 2 / 4),  # 0.3 and 0.3: ++ and --
        ([0.1, -0.1, 0.3], ["a", "a", "c"], 1.0),  # a document without difference takes no part: + and -
        ([0.1, 0.2, 0.3, 0.0, 0.0], ["a", "b", "c", "d", "e"], 2 / 8),
        ([0.5] * 5, ["one"] * 5, 1.0),
        ([0.1] * 12, apart(12), 2 / 4096),
    ],
)
def test_p_is_the_share_of_all_sign_changes_that_give_as_large_a_mean(
    differences: list[float], clusters: list[str], p: float
) -> None:
    assert randomisation(differences, clusters) == p
    assert randomisation([-d for d in differences], clusters) == p


def test_no_difference_at_all_has_a_p_of_one() -> None:
    assert randomisation([0.0] * 20, apart(20)) == randomisation([], []) == 1


def test_drawn_sign_changes_near_what_all_of_them_give() -> None:
    differences = [0.5, 0.5, 0.2, -0.1, 0.3, -0.4, 0.5, 0.1, 0.2, -0.2, 0.6, 0.1]
    exact = randomisation(differences, apart(12))
    # a thirteenth of next to nothing changes no order, yet makes the signs be drawn
    assert randomisation([*differences, 1e-6], apart(13)) == pytest.approx(exact, abs=0.015)
    assert 0.02 < exact < 0.2


def test_a_drawn_p_is_never_nought_and_the_same_for_the_same_seed() -> None:
    assert randomisation([0.1] * 30, apart(30), rounds=999) == 1 / 1000
    differences = [0.1, 0.3, -0.2] * 10
    assert randomisation(differences, apart(30), 3, 999) == randomisation(differences, apart(30), 3, 999)
    assert randomisation(differences, apart(30), 3, 999) != randomisation(differences, apart(30), 4, 999)


def test_holm_s_adjustment_multiplies_by_how_many_are_left() -> None:
    # 3 · 0.01, 2 · 0.03, and the last no less than the one before it: max(0.04, 0.06)
    assert holm({"b": 0.04, "a": 0.01, "c": 0.03}) == pytest.approx({"b": 0.06, "a": 0.03, "c": 0.06})
    assert list(holm({"b": 0.04, "a": 0.01})) == ["b", "a"]


def test_an_adjusted_p_is_at_most_one_and_one_alone_stays_as_it_is() -> None:
    assert holm({"a": 0.6, "b": 0.7}) == {"a": 1, "b": 1}
    assert holm({"a": 0.03}) == {"a": 0.03}
    assert holm({}) == {}


@given(st.dictionaries(st.text(max_size=3), st.floats(0, 1), min_size=1, max_size=8))
def test_adjusting_lowers_no_p_and_keeps_their_order(p_values: dict[str, float]) -> None:
    adjusted = holm(p_values)
    names = sorted(p_values, key=lambda name: p_values[name])
    assert [adjusted[name] for name in names] == sorted(adjusted.values())
    assert all(p_values[name] <= adjusted[name] <= 1 for name in names)


def test_a_difference_of_two_point_eight_standard_errors_can_be_told() -> None:
    assert round(detectable(0.01), 4) == 0.0280  # 1.96 + 0.84
    assert detectable(math.inf) == math.inf


@pytest.mark.parametrize(("correlation", "times"), [(0.5, 1.0), (0.0, math.sqrt(2)), (0.875, 0.5), (1.0, 0.0)])
def test_before_a_second_run_its_correlation_with_the_first_is_assumed(correlation: float, times: float) -> None:
    values, documents = [0.0, 0.2, 0.5, 1.0] * 5, apart(20)
    expected = times * detectable(standard_error(values, documents))
    assert detectable_beforehand(values, documents, correlation) == pytest.approx(expected)


def test_a_difference_is_b_less_a_question_by_question() -> None:
    a, b = [0.0, 0.5, 1.0, 0.5], [1.0, 0.5, 1.0, 1.0]
    found = difference(a, b, apart(4))
    assert (found.n, found.a, found.b, found.difference) == (4, 0.5, 0.875, 0.375)
    assert found.interval == mean_interval([1.0, 0.0, 0.0, 0.5], apart(4))
    assert found.p == 2 / 4  # two documents differ: ++, --
    assert found.detectable == detectable(standard_error([1.0, 0.0, 0.0, 0.5], apart(4)))


def test_runs_of_unlike_length_are_refused() -> None:
    with pytest.raises(ValueError, match="longer"):
        difference([1.0], [1.0, 0.0], ["a"])


@pytest.mark.parametrize(
    ("a", "b", "verdict"),
    [
        ([0.0] * 10, [1.0] * 10, "better"),
        ([1.0] * 10, [0.0] * 10, "worse"),
        ([0.5] * 10, [0.5] * 10, "same"),
        ([0.5] * 10, [0.5] * 9 + [1.0], "cannot_tell"),
        ([0.5, 0.5], [0.0, 1.0], "cannot_tell"),  # as much better as worse is not the same
        ([], [], "same"),
    ],
)
def test_a_verdict_says_no_more_than_the_questions_can(a: list[float], b: list[float], verdict: str) -> None:
    found = difference(a, b, apart(len(a)))
    assert found.verdict(found.p) == verdict


def seen(change: float, least: float) -> Difference:
    return Difference(10, 9, 0.5, 0.5 + change, change, (-0.3, 0.3), p=0.04, detectable=least)


def test_a_verdict_goes_by_the_p_it_is_given() -> None:
    found = seen(0.1, least=0.08)
    assert found.verdict(0.04) == found.verdict(0.05) == "better"
    assert found.verdict(0.08) == found.verdict(0.04, alpha=0.01) == "cannot_tell"


def test_a_difference_smaller_than_the_questions_can_tell_is_not_told() -> None:
    assert [seen(change, least=0.1).verdict(0.01) for change in (0.11, 0.09, -0.09, -0.11)] == [
        "better",
        "cannot_tell",
        "cannot_tell",
        "worse",
    ]


# Two raters


def test_kappa_is_the_agreement_beyond_chance() -> None:
    # agreed 7 of 10; chance 0.5 · 0.6 + 0.5 · 0.4 = 0.5; (0.7 - 0.5) / (1 - 0.5)
    first, second = "yyyyynnnnn", "yyyynnnnyy"
    assert kappa(first, second) == pytest.approx(0.4)
    assert kappa("yn", "ny") == -1
    assert kappa("yn", "yn") == 1


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=30))
def test_kappa_agrees_with_scikit_learn(ratings: list[tuple[int, int]]) -> None:
    first, second = [a for a, _ in ratings], [b for _, b in ratings]
    if len({*first, *second}) > 1:
        assert kappa(first, second) == pytest.approx(cohen_kappa_score(first, second), abs=1e-9)
    else:
        assert math.isnan(kappa(first, second))


def test_of_no_ratings_there_is_no_kappa() -> None:
    assert math.isnan(kappa([], []))


def test_raters_of_unlike_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="longer"):
        kappa("y", "yn")


# How often they hold: a thousand made sets of questions, of which the truth is known

SETS = 1000
RANKS = np.array([1, 1 / 2, 1 / 3, 1 / 5, 1 / 10, 0])
AS_IT_IS = np.array([0.50, 0.15, 0.10, 0.08, 0.05, 0.12])
IMPROVED = np.array([0.62, 0.13, 0.07, 0.06, 0.04, 0.08])
LIKENESS = 0.1  # correlation of two questions of one document

Sets = Iterator[tuple[Floats, list[str]]]


def sizes(random: np.random.Generator, documents: int, questions: int) -> list[int]:
    """How many questions each document has: about so many, and one at least."""
    return [1 + int(more) for more in random.poisson(questions - 1, documents)]


def share_sets(documents: int, questions: int, share: float) -> Sets:
    """Right or wrong; each document's own share is drawn, where it has more than one question."""
    random = np.random.default_rng(1)
    spread = (1 - LIKENESS) / LIKENESS
    for _ in range(SETS):
        size = sizes(random, documents, questions)
        shares = random.beta(share * spread, (1 - share) * spread, documents)
        each = np.repeat(shares, size) if questions > 1 else np.full(documents, share)
        yield (random.random(len(each)) < each).astype(float), together(size)


def ranks(random: np.random.Generator, size: list[int], mix: Floats, clustered: bool) -> Floats:
    """Reciprocal ranks; each document's own mix of them is drawn about `mix`."""
    spread = (1 - LIKENESS) / LIKENESS
    mixes = random.dirichlet(spread * mix, len(size)) if clustered else np.tile(mix, (len(size), 1))
    return np.concatenate([random.choice(RANKS, n, p=own) for n, own in zip(size, mixes, strict=True)])


def rank_sets(documents: int, questions: int) -> Sets:
    random = np.random.default_rng(2)
    for _ in range(SETS):
        size = sizes(random, documents, questions)
        yield ranks(random, size, AS_IT_IS, questions > 1), together(size)


def paired_sets(documents: int, questions: int, mix: Floats) -> Iterator[tuple[Floats, Floats, list[str]]]:
    """Two runs that give every other question the same rank, and the rest their own; run B's are from `mix`."""
    random = np.random.default_rng(3)
    for _ in range(SETS):
        size = sizes(random, documents, questions)
        a = ranks(random, size, AS_IT_IS, questions > 1)
        anew = ranks(random, size, mix, questions > 1)
        yield a, np.where(random.random(len(a)) < 0.5, a, anew), together(size)


def share_of(held: Iterator[bool]) -> float:
    found = list(held)
    assert len(found) == SETS
    return fmean(found)


@pytest.mark.parametrize("share", [0.6, 0.8])
@pytest.mark.parametrize(("documents", "questions"), [(20, 7), (34, 3), (140, 1)])
def test_nineteen_of_twenty_intervals_of_a_share_hold_the_true_one(
    documents: int, questions: int, share: float
) -> None:
    found = (share_interval(values.tolist(), clusters) for values, clusters in share_sets(documents, questions, share))
    assert 0.93 <= share_of(low <= share <= high for low, high in found) <= 0.97


def test_without_regard_to_documents_fewer_intervals_hold_the_true_share() -> None:
    found = (wilson(values.sum(), len(values)) for values, _ in share_sets(20, 7, 0.8))
    assert share_of(low <= 0.8 <= high for low, high in found) < 0.90


@pytest.mark.slow
@pytest.mark.parametrize(("documents", "questions"), [(20, 7), (34, 3), (60, 1)])
def test_nineteen_of_twenty_intervals_of_a_mean_rank_hold_the_true_one(documents: int, questions: int) -> None:
    true = float(RANKS @ AS_IT_IS)
    found = (mean_interval(v.tolist(), c, seed, 1000) for seed, (v, c) in enumerate(rank_sets(documents, questions)))
    assert 0.93 <= share_of(low <= true <= high for low, high in found) <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize(("documents", "questions"), [(20, 7), (34, 3)])
def test_nineteen_of_twenty_intervals_of_a_difference_hold_the_true_one(documents: int, questions: int) -> None:
    true = 0.5 * float(RANKS @ (IMPROVED - AS_IT_IS))
    sets = enumerate(paired_sets(documents, questions, IMPROVED))
    found = (difference(a.tolist(), b.tolist(), clusters, seed).interval for seed, (a, b, clusters) in sets)
    assert 0.93 <= share_of(low <= true <= high for low, high in found) <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize(("documents", "questions"), [(10, 7), (20, 7), (34, 3), (60, 1)])
def test_where_two_runs_are_alike_one_in_twenty_differences_is_found(documents: int, questions: int) -> None:
    sets = enumerate(paired_sets(documents, questions, AS_IT_IS))
    found = (randomisation((b - a).tolist(), clusters, seed, 999) for seed, (a, b, clusters) in sets)
    assert 0.03 <= share_of(p <= 0.05 for p in found) <= 0.07


@pytest.mark.slow
@pytest.mark.parametrize(("documents", "questions"), [(20, 7), (34, 3), (100, 1)])
def test_a_detectable_difference_is_found_in_four_of_five_sets(documents: int, questions: int) -> None:
    """Differences of documents spread by 0.1 and of questions by 0.3, so that the standard error is known."""
    random = np.random.default_rng(4)
    size = [questions] * documents
    error = math.sqrt(0.1**2 / documents + 0.3**2 / (documents * questions))
    clusters = together(size)

    def found(seed: int) -> float:
        own = np.repeat(random.normal(detectable(error), 0.1, documents), size)
        return randomisation((own + random.normal(0, 0.3, len(own))).tolist(), clusters, seed, 999)

    assert 0.70 <= share_of(found(seed) <= 0.05 for seed in range(SETS)) <= 0.90
