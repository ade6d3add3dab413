"""What an answer is judged by, and where the bar lies."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import retriever.judge
from corpus.library import Library
from corpus.study import Passage
from retriever.judge import Verdict, features, judge
from retriever.reading import Reading, read, understand
from retriever.search import Candidate

FIT = '["{model}"]\nbar = {bar}\ngap = {gap}\ncosine = {cosine}\nintercept = {intercept}\n'


def page(score: float, cosine: float = 0.0) -> Candidate:
    """The best passage of a page."""
    passage = Passage(1, "study", 1, 0, 4, "text", "en")
    return Candidate(passage, coverage=0.0, page=0.0, cosine=cosine, strength=0.0, score=score)


def pages(*scores: float) -> list[Candidate]:
    return [page(score) for score in scores]


# Features


@pytest.mark.parametrize(
    ("scores", "gap"),
    [
        ((0.9, 0.7, 0.6, 0.55, 0.5), 2.197),  # ln (0.9 / 0.1) - ln (0.5 / 0.5) = ln 9
        ((0.9, 0.7, 0.6, 0.55, 0.1), 4.394),  # ln 9 - ln (1 / 9) = 2 ln 9
        ((0.9, 0.7, 0.6, 0.55, 0.5, 0.1, 0.1), 2.197),  # those after the fifth do not count
        ((0.8, 0.8, 0.8, 0.8, 0.8), 0.0),  # five alike
        ((0.5,), 4.0),  # of fewer than five: ln 1 - -4
        ((0.9, 0.9, 0.9, 0.9), 6.197),  # ln 9 - -4
        ((0.01, 0.01), 0.0),  # ln (1 / 99) = -4.6 lies below -4, and the gap is never less than nought
    ],
)
def test_the_gap_is_how_far_the_best_stands_above_the_fifth_in_logits(scores: tuple[float, ...], gap: float) -> None:
    assert features(pages(*scores))[0] == pytest.approx(gap, abs=0.001)


def test_the_cosine_is_that_of_the_best_page_not_the_best_cosine() -> None:
    assert features([page(0.9, 0.3), page(0.5, 0.8)])[1] == 0.3


def test_the_order_in_which_pages_come_does_not_matter() -> None:
    scored = [page(score, cosine) for score, cosine in ((0.9, 0.1), (0.8, 0.2), (0.7, 0.3), (0.6, 0.4), (0.5, 0.5))]
    given = scored.copy()
    assert features(scored[2:] + scored[:2]) == features(scored[::-1]) == features(scored)
    assert scored == given


@pytest.mark.parametrize("best", [1.0, 1.0 - 1e-16])
def test_a_score_of_one_or_of_nought_has_a_finite_gap(best: float) -> None:
    gap, _ = features(pages(best, 0.5, 0.5, 0.5, 0.0))
    assert gap == pytest.approx(27.631, abs=0.001)  # 2 * ln 1 000 000


# The bar


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder whose `judge.toml` the judge reads."""
    monkeypatch.setattr(retriever.judge, "__file__", str(tmp_path / "judge.py"))
    retriever.judge._fit.cache_clear()
    yield tmp_path
    retriever.judge._fit.cache_clear()


@pytest.fixture
def question(standing: Library) -> Reading:
    return read(standing, understand("Does street lighting reduce property crime?"))


def fit(
    folder: Path, model: str = "*", *, bar: float = 0.5, gap: float = 0, cosine: float = 0, rest: float = 0
) -> None:
    """Add a table to `judge.toml`."""
    table = FIT.format(model=model, bar=bar, gap=gap, cosine=cosine, intercept=rest)
    with (folder / "judge.toml").open("a", encoding="utf-8") as file:
        file.write(table)


@pytest.mark.parametrize(
    ("rest", "confidence", "answered"),
    [
        (0, 0.5, True),  # 1 / (1 + 1), at the bar
        (0.01, 0.502, True),
        (-0.01, 0.498, False),
        (1000, 1.0, True),
        (-500, 0.0, False),
    ],
)
def test_an_answer_is_given_from_the_bar_upwards(
    standing: Library, question: Reading, folder: Path, rest: float, confidence: float, answered: bool
) -> None:
    fit(folder, rest=rest)
    assert judge(standing, question, pages(0.5), 1) == Verdict(answered, confidence, ())


@pytest.mark.parametrize(("bar", "answered"), [(0.85, True), (0.9, True), (0.91, False)])
def test_the_bar_is_that_of_the_table(
    standing: Library, question: Reading, folder: Path, bar: float, answered: bool
) -> None:
    fit(folder, bar=bar, gap=1)
    five = pages(0.901, 0.5, 0.5, 0.5, 0.5)  # with a gap of one logit each, as sure as the best page's score
    verdict = judge(standing, question, five, 1)
    assert (verdict.answered, verdict.confidence) == (answered, 0.901)


def test_the_confidence_adds_gap_and_cosine_as_the_table_weighs_them(
    standing: Library, question: Reading, folder: Path
) -> None:
    fit(folder, gap=0.5, cosine=2, rest=-3)
    judged = judge(standing, question, [page(0.5, cosine=0.75)], 1)
    assert judged.confidence == 0.622  # 0.5 * 4 + 2 * 0.75 - 3 = 0.5, and 1 / (1 + exp(-0.5))


def test_a_model_has_its_own_fit_and_one_that_is_not_named_the_common_one(
    standing: Library, question: Reading, folder: Path
) -> None:
    fit(folder, rest=-1)
    fit(folder, "org/other-model", rest=1)
    assert not judge(standing, question, pages(0.5), 1).answered
    fit(folder, standing.embedder.identity.name, rest=2)
    retriever.judge._fit.cache_clear()
    assert judge(standing, question, pages(0.5), 1).confidence == 0.881  # 1 / (1 + exp(-2))


def test_without_pages_there_is_no_confidence_and_no_answer(standing: Library, question: Reading, folder: Path) -> None:
    fit(folder, rest=5)
    assert judge(standing, question, [], 0) == Verdict(answered=False, confidence=0.0, unknown=())


def test_without_a_sentence_there_is_no_answer_but_the_confidence_is_told(
    standing: Library, question: Reading, folder: Path
) -> None:
    fit(folder, rest=1)
    verdicts = [judge(standing, question, pages(0.5), chosen) for chosen in (0, 1, 3)]
    assert [verdict.answered for verdict in verdicts] == [False, True, True]
    assert {verdict.confidence for verdict in verdicts} == {0.731}  # 1 / (1 + 1 / e)
