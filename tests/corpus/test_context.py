"""A passage in the light of its page, with values worked by hand."""

from collections.abc import Hashable, Sequence

import numpy as np
import pytest

from corpus.context import PAGE_SHARE, in_context
from corpus.record import Vectors


def rows(*vectors: Sequence[float]) -> Vectors:
    return np.array(vectors, np.float32)


def test_two_passages_of_a_page_lean_towards_each_other() -> None:
    # The mean of (1, 0) and (0, 1) points to (0.7071, 0.7071). With a share of 1, the first becomes
    # (1.7071, 0.7071), which is 1.8478 long.
    leaning = in_context(rows([1, 0], [0, 1]), ["p", "p"], share=1)
    assert leaning == pytest.approx(rows([0.92388, 0.38268], [0.38268, 0.92388]), abs=1e-4)


def test_a_small_share_leans_less() -> None:
    # (1, 0) + 0.6 * (0.7071, 0.7071) = (1.4243, 0.4243), which is 1.4861 long.
    leaning = in_context(rows([1, 0], [0, 1]), ["p", "p"], share=0.6)
    assert leaning[0] == pytest.approx([0.95837, 0.28549], abs=1e-4)


def test_the_mean_counts_by_its_direction_however_short_it_is() -> None:
    # (0.6, 0.8) and (-0.6, 0.8) have the mean (0, 0.8), which is taken as (0, 1):
    # (0.6, 1.8) is 1.8974 long.
    leaning = in_context(rows([0.6, 0.8], [-0.6, 0.8]), ["p", "p"], share=1)
    assert leaning == pytest.approx(rows([0.31623, 0.94868], [-0.31623, 0.94868]), abs=1e-4)


def test_a_page_with_more_passages_leans_towards_most_of_them() -> None:
    # The sum (2, 1) points to (0.89443, 0.44721); (0, 1) with it is (0.89443, 1.44721), which is 1.7013 long.
    leaning = in_context(rows([1, 0], [1, 0], [0, 1]), ["p", "p", "p"], share=1)
    assert leaning[2] == pytest.approx([0.52573, 0.85065], abs=1e-4)


def test_a_passage_alone_on_its_page_stays_as_it_is() -> None:
    own = rows([0.6, 0.8], [1, 0])
    assert in_context(own, ["p", "q"]) == pytest.approx(own, abs=1e-6)


@pytest.mark.parametrize("pages", [["p", "q", "p", "q"], [(1, "a"), (1, "b"), (1, "a"), (1, "b")]])
def test_passages_lean_only_towards_their_own_page_wherever_it_stands_in_the_order(pages: list[Hashable]) -> None:
    own = rows([1, 0, 0], [0, 0, 1], [0, 1, 0], [0, 0, 1])
    leaning = in_context(own, pages, share=1)
    assert leaning[[0, 2]] == pytest.approx(rows([0.92388, 0.38268, 0], [0.38268, 0.92388, 0]), abs=1e-4)
    assert leaning[[1, 3]] == pytest.approx(own[[1, 3]], abs=1e-6)


def test_no_share_is_no_context() -> None:
    own = rows([1, 0], [0, 1])
    assert in_context(own, ["p", "p"], share=0) == pytest.approx(own, abs=1e-6)


def test_the_share_that_is_used_where_none_is_given() -> None:
    own = rows([1, 0], [0, 1])
    assert in_context(own, ["p", "p"]) == pytest.approx(in_context(own, ["p", "p"], share=PAGE_SHARE))
    assert 0.3 <= PAGE_SHARE <= 1


def test_passages_that_cancel_out_leave_each_other_alone() -> None:
    own = rows([1, 0], [-1, 0])
    assert in_context(own, ["p", "p"]) == pytest.approx(own, abs=1e-6)


def test_what_comes_out_are_unit_vectors_in_single_precision_and_what_went_in_is_unchanged() -> None:
    own = np.random.default_rng(7).standard_normal((20, 8)).astype(np.float32)
    own /= np.linalg.norm(own, axis=1, keepdims=True)
    before = own.copy()
    leaning = in_context(own, [n % 3 for n in range(20)])
    assert leaning.dtype == np.float32
    assert leaning.shape == (20, 8)
    assert np.linalg.norm(leaning, axis=1) == pytest.approx(np.ones(20), abs=1e-5)
    assert np.array_equal(own, before)


def test_no_passages_stay_none() -> None:
    assert in_context(np.zeros((0, 8), np.float32), []).shape == (0, 8)


def test_a_page_has_to_be_named_for_every_passage() -> None:
    with pytest.raises(ValueError, match="zip"):
        in_context(rows([1, 0], [0, 1]), ["p"])
