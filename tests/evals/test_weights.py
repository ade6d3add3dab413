"""What words, page and vectors should count for, found on questions made by hand."""

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.embedder import BUNDLED
from corpus.library import Library
from corpus.settings import Settings
from evals.beir import BadBenchmark
from evals.case import PAIRS, Case, Gold
from evals.gold import Shelf
from evals.weights import (
    GRID,
    Example,
    Floats,
    Found,
    curve_of,
    examples_of_benchmark,
    examples_of_cases,
    find,
    find_all,
    logistic,
    mean_by_source,
    page_strengths,
    platt,
    reciprocal_ranks,
    smoothed,
    table,
    toml,
)
from retriever.search import Weights, weights

WORDS = np.array([[1.0, 0.0, 0.0]])
ALL_THREE = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
ON = date(2026, 1, 31)


def example(
    measures: Sequence[tuple[float, float, float]],
    right: Sequence[int],
    *,
    pages: Sequence[int] = (),
    source: str = "made",
    pair: str = "en-en",
    half: int = 0,
) -> Example:
    """Passages with (words, page, vectors), each on its own page if `pages` does not say; `right` names pages."""
    at = list(pages) or list(range(len(measures)))
    return Example(
        source=source,
        pair=pair,
        measures=np.array(measures, float).reshape(-1, 3),
        pages=np.array(at, int),
        right=np.array([page in right for page in range(max(at) + 1)], bool),
        half=half,
    )


def by_words(strengths: Sequence[float], right: Sequence[int], source: str = "made") -> Example:
    return example([(strength, 0.0, 0.0) for strength in strengths], right, source=source)


def ranked(rank: int, source: str = "made") -> Example:
    """An example whose right page stands at this rank by words."""
    return by_words([1 - n / 100 for n in range(rank)], [rank - 1], source)


# The rank of the right page


def test_a_page_is_as_strong_as_its_best_passage_under_each_row_of_weights() -> None:
    made = example([(0.2, 0.5, 0.9), (0.8, 0.5, 0.1), (0.6, 0.0, 0.3)], [0], pages=[0, 0, 1])
    tried = np.vstack([ALL_THREE, [[1.0, 2.0, 1.0]]])
    assert page_strengths(made, tried) == pytest.approx(np.array([[0.8, 0.5, 0.9, 2.1], [0.6, 0.0, 0.3, 0.9]]))


def test_the_reciprocal_rank_is_one_over_the_rank_of_the_best_right_page() -> None:
    assert reciprocal_ranks(by_words([0.9, 0.5, 0.1], [0]), WORDS) == [1]
    assert reciprocal_ranks(by_words([0.9, 0.5, 0.1], [2]), WORDS) == [1 / 3]
    assert reciprocal_ranks(by_words([0.9, 0.5, 0.1], [1, 2]), WORDS) == [1 / 2]


def test_each_row_of_weights_has_its_own_rank() -> None:
    made = example([(0.9, 0.2, 0.3), (0.5, 0.9, 0.2), (0.1, 0.1, 0.1)], [0])
    assert reciprocal_ranks(made, ALL_THREE).tolist() == [1, 1 / 2, 1]


def test_passages_of_one_wrong_page_stand_in_the_way_but_once() -> None:
    made = example([(0.9, 0.0, 0.0), (0.8, 0.0, 0.0), (0.7, 0.0, 0.0), (0.5, 0.0, 0.0)], [1], pages=[0, 0, 0, 1])
    assert reciprocal_ranks(made, WORDS) == [1 / 2]


@pytest.mark.parametrize(
    ("strengths", "rank"),
    [
        ([0.5, 0.5], 1.5),
        ([0.5, 0.5, 0.5], 2),
        ([0.5, 0.9, 0.5], 2.5),  # one page surely before, one tied
        ([0.0, 0.0, 0.0, 0.0, 0.0], 3),
    ],
)
def test_wrong_pages_of_the_same_strength_stand_before_as_often_as_after(
    strengths: Sequence[float], rank: float
) -> None:
    assert reciprocal_ranks(by_words(strengths, [0]), WORDS) == pytest.approx(1 / rank)


def test_right_pages_do_not_stand_in_each_other_s_way() -> None:
    assert reciprocal_ranks(by_words([0.5, 0.5, 0.1], [0, 1]), WORDS) == [1]


def test_beyond_the_tenth_rank_a_page_counts_for_nothing() -> None:
    assert [reciprocal_ranks(ranked(rank), WORDS)[0] for rank in (9, 10, 11)] == [1 / 9, 1 / 10, 0]


def test_a_question_without_wrong_pages_is_always_right() -> None:
    assert reciprocal_ranks(by_words([0.1], [0]), WORDS) == [1]


# Means


def test_the_mean_of_one_source_is_the_mean_of_its_questions() -> None:
    assert mean_by_source([ranked(1), ranked(2), ranked(4)], WORDS) == pytest.approx([(1 + 1 / 2 + 1 / 4) / 3])


def test_a_source_of_four_times_as_many_questions_counts_twice() -> None:
    large, small = [ranked(1, "large")] * 4, [ranked(2, "small")]
    assert mean_by_source([*large, *small], WORDS) == pytest.approx([(2 * 1 + 1 * 0.5) / 3])
    assert mean_by_source([*small, *large], WORDS) == pytest.approx([(2 * 1 + 1 * 0.5) / 3])


def test_each_row_of_weights_has_its_own_mean() -> None:
    made = [example([(0.9, 0.2, 0.3), (0.5, 0.9, 0.2)], [0]), example([(0.9, 0.9, 0.1), (0.5, 0.2, 0.2)], [0])]
    assert mean_by_source(made, ALL_THREE) == pytest.approx([1, 0.75, 0.75])


# The grid


def test_the_grid_varies_words_page_and_vectors_and_has_no_row_twice() -> None:
    assert GRID.min() >= 0
    assert [len(set(column)) > 2 for column in GRID.T.tolist()] == [True, True, True]
    assert len({tuple(row) for row in GRID.tolist()}) == len(GRID)


def test_words_may_outweigh_vectors_in_the_grid_and_vectors_words() -> None:
    ratios = GRID[:, 0] / GRID[:, 2]
    assert ratios.min() <= 0.2
    assert ratios.max() >= 2.5


def test_equal_scores_stay_as_they_are_when_smoothed_and_a_lucky_one_loses_to_a_good_neighbourhood() -> None:
    assert smoothed(np.full(len(GRID), 0.4)) == pytest.approx(np.full(len(GRID), 0.4))
    lucky = int(np.argmin(GRID[:, 0] + GRID[:, 1]))
    good = GRID[:, 0] >= 0.8
    scores = np.where(good, 0.8, 0.3)
    scores[lucky] = 0.85
    assert not good[lucky]
    assert good[int(smoothed(scores).argmax())]


# Scores as probabilities


def test_the_curve_is_found_again_from_what_it_gave() -> None:
    random = np.random.default_rng(7)
    strengths = random.uniform(-1, 2, 5000)
    outcomes = (random.random(5000) < 1 / (1 + np.exp(-(4 * strengths - 2)))).astype(float)
    slope, intercept = platt(strengths, outcomes)
    assert slope == pytest.approx(4, abs=0.3)
    assert intercept == pytest.approx(-2, abs=0.3)


def test_the_curve_goes_through_the_shares_that_were_right() -> None:
    strengths = np.array([0.0] * 10 + [1.0] * 10)
    slope, intercept = platt(strengths, np.array([1.0] * 2 + [0.0] * 8 + [1.0] * 9 + [0.0]))
    curve = Weights(1.0, 0.0, 0.0, slope, intercept)
    assert curve.score(0.0) == pytest.approx(0.2, abs=0.01)
    assert curve.score(1.0) == pytest.approx(0.9, abs=0.01)


def test_the_stronger_the_likelier_also_where_strength_parts_right_from_wrong_wholly() -> None:
    slope, intercept = platt(np.array([0.9] * 20 + [0.5] * 200), np.array([1.0] * 20 + [0.0] * 200))
    curve = Weights(1.0, 0.0, 0.0, slope, intercept)
    scores = [curve.score(strength) for strength in np.linspace(0, 1.5, 16)]
    assert scores == sorted(scores)
    assert curve.score(0.5) < 0.1
    assert curve.score(0.9) > 0.9


@given(st.lists(st.tuples(st.floats(0, 3), st.booleans()), min_size=1, max_size=40))
def test_a_curve_is_always_found_and_its_probabilities_are_as_many_as_were_right(
    made: list[tuple[float, bool]],
) -> None:
    strengths, outcomes = (np.array(column, float) for column in zip(*made, strict=True))
    slope, intercept = platt(strengths, outcomes)
    curve = Weights(1.0, 0.0, 0.0, slope, intercept)
    expected = sum(curve.score(float(strength)) for strength in strengths)
    assert expected == pytest.approx(outcomes.sum(), abs=0.2)


def test_a_curve_over_one_feature_is_that_of_strengths() -> None:
    random = np.random.default_rng(3)
    strengths, outcomes = random.uniform(0, 2, 50), (random.random(50) < 0.4).astype(float)
    assert platt(strengths, outcomes) == tuple(logistic(strengths[:, np.newaxis], outcomes))


def test_each_feature_has_a_coefficient_and_the_intercept_stands_last() -> None:
    # A third is right without features, two thirds with the first alone, a ninth with the second alone:
    # odds 1/2, 2 and 1/8, so the intercept is -ln 2, the first ln 4 and the second -ln 4.
    features = np.array([(0, 0)] * 900 + [(1, 0)] * 900 + [(0, 1)] * 900, float)
    outcomes = np.concatenate([np.arange(900) < right for right in (300, 600, 100)]).astype(float)
    assert logistic(features, outcomes) == pytest.approx([np.log(4), -np.log(4), -np.log(2)], abs=0.001)


def test_without_features_the_intercept_is_the_odds_that_were_right() -> None:
    assert logistic(np.zeros((1000, 0)), (np.arange(1000) < 800).astype(float)) == pytest.approx([np.log(4)], abs=0.001)


def test_what_tells_nothing_counts_for_nothing() -> None:
    features = np.array([(0, -1), (0, 1), (1, -1), (1, 1)] * 2, float)
    gap, nothing, _ = logistic(features, features[:, 0])
    assert gap > 5
    assert nothing == pytest.approx(0, abs=1e-6)


def test_a_curve_is_found_where_few_questions_are_wholly_parted() -> None:
    features, outcomes = np.array([(0, 0.75), (1, 0), (7, 0), (0.5, 1)], float), np.array([0.0, 0.0, 1.0, 1.0])
    fitted = logistic(features, outcomes)
    assert (features @ fitted[:2] + fitted[2] > 0).tolist() == [False, False, True, True]


@given(st.lists(st.tuples(st.floats(0, 18), st.floats(-0.2, 1), st.booleans()), min_size=1, max_size=40))
def test_a_curve_is_found_whatever_the_features(made: list[tuple[float, float, bool]]) -> None:
    gaps, cosines, outcomes = (np.array(column, float) for column in zip(*made, strict=True))
    fitted = logistic(np.column_stack([gaps, cosines]), outcomes)
    expected = 1 / (1 + np.exp(-(fitted[0] * gaps + fitted[1] * cosines + fitted[2])))
    assert expected.sum() == pytest.approx(outcomes.sum(), abs=0.2)


def test_what_an_outcome_counts_for_is_as_many_of_it() -> None:
    random = np.random.default_rng(5)
    features, outcomes = random.uniform(0, 2, (40, 2)), (random.random(40) < 0.4).astype(float)
    many = random.integers(1, 4, 40)
    repeated = logistic(np.repeat(features, many, axis=0), np.repeat(outcomes, many))
    assert logistic(features, outcomes, many.astype(float)) == pytest.approx(repeated, abs=1e-4)
    assert logistic(features, outcomes) != pytest.approx(repeated, abs=0.01)


def test_an_outcome_counts_for_one_where_nothing_is_said() -> None:
    random = np.random.default_rng(6)
    features, outcomes = random.uniform(0, 2, (40, 2)), (random.random(40) < 0.4).astype(float)
    assert logistic(features, outcomes, np.ones(40)).tolist() == logistic(features, outcomes).tolist()


def test_four_outcomes_at_a_quarter_are_one() -> None:
    outcomes = np.array([1.0] * 300 + [0.0] * 400)
    counts = np.array([1.0] * 300 + [0.25] * 400)  # 300 right against 100 wrong: odds of 3
    assert logistic(np.zeros((700, 0)), outcomes, counts) == pytest.approx([np.log(3)], abs=0.001)


def test_what_counts_for_nothing_is_as_if_it_were_not_there() -> None:
    random = np.random.default_rng(7)
    features, outcomes = random.uniform(0, 2, (60, 2)), (random.random(60) < 0.4).astype(float)
    counts = (np.arange(60) < 40).astype(float)
    assert logistic(features, outcomes, counts) == pytest.approx(logistic(features[:40], outcomes[:40]), abs=1e-4)


# Finding weights


def telling(column: int, *, pair: str = "en-en", source: str = "made") -> list[Example]:
    """Sixty questions in whose passages one measure tells right from wrong, and the other two are chance."""
    random = np.random.default_rng(column)
    made = []
    for n in range(60):
        measures: Floats = random.uniform(0, 1, (12, 3))
        measures[:, column] = random.uniform(0, 0.5, 12)
        measures[0, column] = 0.9
        made.append(Example(source, pair, measures, np.arange(12), np.arange(12) == 0, n % 2))
    return made


def test_words_outweigh_vectors_where_only_words_tell() -> None:
    found = find(telling(0), "en-en", BUNDLED)
    assert found
    assert found.weights.words >= 2 * found.weights.vectors
    assert found.fitted > 0.8


def test_vectors_outweigh_words_where_only_vectors_tell() -> None:
    found = find(telling(2), "en-en", BUNDLED)
    assert found
    assert found.weights.vectors >= 2 * found.weights.words
    assert found.weights.page <= 0.15
    assert found.fitted > 0.8


def test_the_page_counts_for_more_where_it_tells() -> None:
    telling_page, chance = find(telling(1), "en-en", BUNDLED), find(telling(2), "en-en", BUNDLED)
    assert telling_page
    assert chance
    assert telling_page.weights.page > chance.weights.page


def test_weights_found_come_from_the_grid_and_score_right_pages_above_wrong_ones() -> None:
    made = telling(2)
    found = find(made, "en-en", BUNDLED)
    assert found
    w = found.weights
    assert [w.words, w.page, w.vectors] in GRID.tolist()
    assert w.slope > 0
    assert w.score(w.strength(0.5, 0.5, 0.9)) > w.score(w.strength(0.5, 0.5, 0.25))


def test_what_was_found_is_held_against_the_other_half_and_against_the_weights_in_use() -> None:
    made = telling(2)
    found = find(made, "en-en", BUNDLED)
    assert found
    now = weights(BUNDLED)["en-en"]
    assert found.questions == 60
    assert found.before == pytest.approx(mean_by_source(made, np.array([(now.words, now.page, now.vectors)]))[0])
    chosen = np.array([(found.weights.words, found.weights.page, found.weights.vectors)])
    assert found.fitted == pytest.approx(mean_by_source(made, chosen)[0])
    assert 0.8 < found.crossed <= 1


def test_weights_that_suit_one_half_alone_do_badly_when_crossed() -> None:
    one = [e for e in telling(0) if e.half == 0]
    other = [e for e in telling(2) if e.half == 1]
    found = find([*one, *other], "en-en", BUNDLED)
    assert found
    assert found.crossed < found.fitted - 0.1


def test_each_half_is_tried_with_the_other_s_weights() -> None:
    one, other = [e for e in telling(0) if e.half == 0], [e for e in telling(1) if e.half == 1]
    there = find([*one, *other], "en-en", BUNDLED)
    back = find([replace(e, half=1 - e.half) for e in (*one, *other)], "en-en", BUNDLED)
    assert there
    assert there == back


@pytest.mark.parametrize("half", [0, 1])
def test_nothing_is_found_where_a_half_has_no_question(half: int) -> None:
    assert find([e for e in telling(0) if e.half == half], "en-en", BUNDLED) is None
    assert find(telling(0), "sv-en", BUNDLED) is None


def test_each_pair_is_found_from_its_own_questions() -> None:
    words, vectors = telling(0, pair="sv-sv"), telling(2, pair="sv-en")
    found = find_all([*words, *vectors], BUNDLED)
    assert found == [find(words, "sv-sv", BUNDLED), find(vectors, "sv-en", BUNDLED)]
    assert find_all([], BUNDLED) == []


# The table

MADE = [
    Found("sv-en", Weights(0.4, 0.5, 1.0, 8.514, -7.406), 120, 0.71, 0.69, 0.66),
    Found("en-en", Weights(2.5, 0.0, 1.0, 11.0, 0.25), 300, 0.9, 0.88, 0.85),
]


def test_the_table_is_toml_of_which_the_retriever_s_weights_are_made() -> None:
    tables = tomllib.loads(table(MADE, "org/other-model", ["squad/en-en"] * 3, ON))
    assert {pair: Weights(**values) for pair, values in tables["org/other-model"].items()} == {
        **weights("org/other-model"),
        "sv-en": Weights(0.4, 0.5, 1.0, 8.51, -7.41),
        "en-en": Weights(2.5, 0.0, 1.0, 11.0, 0.25),
    }


@pytest.mark.parametrize("model", [BUNDLED, "org/other-model"])
def test_a_pair_without_questions_keeps_the_weights_it_has_and_the_table_says_so(model: str) -> None:
    made = table(MADE, model, [], ON)
    values = tomllib.loads(made)[model]
    assert list(values) == ["sv-en", "en-en", "sv-sv", "en-sv"]
    for pair in ("sv-sv", "en-sv"):
        assert Weights(**values[pair]) == weights(model)[pair]
    assert "As they were, without questions: sv-sv, en-sv." in " ".join(made.replace("\n# ", " ").split())
    assert all(len(line) <= 120 for line in made.split("\n"))


def test_where_every_pair_has_questions_none_is_said_to_be_as_it_was() -> None:
    made = table([replace(MADE[0], pair=pair) for pair in PAIRS], BUNDLED, [], ON)
    assert "As they were" not in made
    assert {Weights(**values) for values in tomllib.loads(made)[BUNDLED].values()} == {
        Weights(0.4, 0.5, 1.0, 8.51, -7.41)
    }


def test_a_line_of_the_table_is_the_same_whoever_writes_it() -> None:
    line = '"sv-en" = { words = 0.4, page = 0.5, vectors = 1, slope = 8.51, intercept = -7.41 }'
    assert MADE[0].toml() == toml("sv-en", MADE[0].weights) == line


def test_the_table_ends_with_an_empty_line_and_has_none_within() -> None:
    *lines, last = table(MADE, BUNDLED, ["a"], ON).split("\n")
    assert all(lines)
    assert last == ""


def test_the_table_may_stand_beside_those_in_use() -> None:
    import retriever.search

    in_use = (Path(retriever.search.__file__).parent / "weights.toml").read_text("utf-8")
    both = tomllib.loads(f"{in_use}\n{table(MADE, 'org/other-model', [], ON)}")
    assert both.keys() == tomllib.loads(in_use).keys() | {"org/other-model"}


def test_weights_that_were_really_found_read_back_as_they_were() -> None:
    found = find_all(telling(2), BUNDLED)
    values = tomllib.loads(table(found, BUNDLED, ["made"], ON))[BUNDLED]["en-en"]
    made = found[0].weights
    assert (values["words"], values["page"], values["vectors"]) == (made.words, made.page, made.vectors)
    assert (values["slope"], values["intercept"]) == pytest.approx((made.slope, made.intercept), abs=0.005)


def test_the_table_says_when_on_what_and_how_well_it_was_found() -> None:
    comments = [line for line in table(MADE, BUNDLED, ["a", "b", "a"], ON).split("\n") if line.startswith("#")]
    text = " ".join(comments)
    assert "2026-01-31" in text
    assert "a (2), b (1)" in text
    assert "sv-en 0.710 / 0.690 (n 120)" in text


def test_a_line_for_the_reader_has_the_pair_the_weights_and_how_good_they_are() -> None:
    assert MADE[0].line().split() == (
        "sv-en words 0.40 page 0.50 vectors 1.00 n 120 MRR@10 0.710, crossed 0.690, in use now 0.660".split()
    )


# Examples from questions over a library

LIGHTING = Case("q1", "Does street lighting reduce property crime?", "en", "yes", (Gold("lighting.pdf", 2),))
LEVY = Case("q2", "Hur löser man friåkarproblemet?", "sv", "yes", (Gold("friakare.pdf", 2),))


def examples(library: Library, *cases: Case) -> list[Example]:
    shelf = Shelf(library)
    return list(examples_of_cases(library, "small", map(shelf.locate, cases)))


def test_a_question_is_an_example_in_the_language_of_its_answer(standing: Library) -> None:
    lighting, levy = examples(standing, LIGHTING, LEVY)
    assert (lighting.source, lighting.pair) == ("small", "en-en")
    assert (levy.source, levy.pair) == ("small", "sv-sv")


def test_an_example_has_three_measures_of_each_passage_and_one_right_page(standing: Library) -> None:
    (found,) = examples(standing, LIGHTING)
    assert found.measures.shape == (2, 3)  # both pages of the English study, a passage each
    assert sorted(found.pages) == [0, 1]
    assert found.right.sum() == 1
    assert 0 <= found.measures.min() <= found.measures.max() <= 1 + 1e-6
    right, wrong = page_strengths(found, ALL_THREE)[np.argsort(~found.right)]
    assert right[0] > wrong[0]
    assert reciprocal_ranks(found, np.array([[0.6, 0.3, 1.0]])) == [1]


def test_a_question_asked_in_the_other_language_has_a_pair_of_two_languages(standing: Library) -> None:
    swedish = Case("q3", "Minskar gatubelysning brott?", "sv", "yes", (Gold("lighting.pdf", 2),))
    assert [found.pair for found in examples(standing, swedish)] == ["sv-en"]


def test_a_question_with_answers_in_both_languages_is_two_examples(standing: Library) -> None:
    gold = (Gold("lighting.pdf", 1), Gold("lighting.pdf", 2, grade=1), Gold("friakare.pdf", 2))
    both = Case("q4", "Vad minskar brott, och hur löser man friåkarproblemet?", "sv", "yes", gold)
    found = {e.pair: int(e.right.sum()) for e in examples(standing, both)}
    assert found == {"sv-sv": 1, "sv-en": 2}


def test_gold_that_is_named_by_its_bytes_alone_makes_the_same_example(standing: Library) -> None:
    bytes_of = {file.name: file.sha256 for study in standing.record.studies() for file in study.files}
    nameless = replace(LIGHTING, gold=(Gold("", 2, sha256=bytes_of["lighting.pdf"]),))
    (named,), (by_bytes,) = examples(standing, LIGHTING), examples(standing, nameless)
    assert by_bytes.right.tolist() == named.right.tolist()
    assert by_bytes.measures.tolist() == named.measures.tolist()


@pytest.mark.parametrize(
    "case",
    [
        Case("none-en-1", "Do congestion charges shorten harbour queues?", "en", "near_miss"),
        Case("q5", "Does street lighting reduce crime?", "en", "yes", (Gold("not-here.pdf", 1),)),
        Case("q6", "Does street lighting reduce crime?", "en", "yes", (Gold("lighting.pdf", 9),)),
        Case("q7", "Welche Wirkung hat die Straßenbeleuchtung?", "de", "yes", (Gold("lighting.pdf", 2),)),
    ],
    ids=["no answer", "no such file", "no such page", "refused"],
)
def test_a_question_that_no_page_of_the_library_answers_or_that_is_refused_is_no_example(
    standing: Library, case: Case
) -> None:
    assert examples(standing, case) == []


def test_a_question_always_falls_in_the_same_half_whatever_is_asked_beside_it(standing: Library) -> None:
    named = [replace(LIGHTING, id=f"q-{n}") for n in range(12)]
    halves = [found.half for found in examples(standing, *named)]
    assert set(halves) == {0, 1}
    assert [found.half for found in examples(standing, *named[::-1])] == halves[::-1]


def test_the_swedish_and_the_english_version_of_a_question_fall_in_the_same_half(standing: Library) -> None:
    for n in range(12):
        first, second = examples(standing, replace(LIGHTING, id=f"question{n}-en"), replace(LEVY, id=f"question{n}-sv"))
        assert first.half == second.half


def test_a_folder_that_is_no_benchmark_gives_no_examples_but_is_refused(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(BadBenchmark, match=r"corpus\.jsonl"):
        list(examples_of_benchmark(tmp_path, settings))


def test_the_curve_is_the_mean_of_the_benchmarks_and_of_the_libraries() -> None:
    library = [example([(s, 0, 0), (s - 0.3, 0, 0)], [0]) for s in (0.5, 0.6, 0.7)]
    folder = [replace(example([(s, 0, 0), (s - 0.1, 0, 0)], [0]), benchmark=True) for s in (0.3, 0.9)]
    chosen = np.array((1.0, 0.0, 0.0))
    one, other, together = (curve_of(given, chosen) for given in (library, folder, [*library, *folder]))
    assert together == pytest.approx([(a + b) / 2 for a, b in zip(one, other, strict=True)])
    assert one != other
