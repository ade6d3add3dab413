"""How long an answer takes: the arithmetic, and one program started for real."""

import pytest

from corpus.library import Library
from corpus.settings import Settings
from corpus.unknown import UnknownWords
from evals.latency import cold_starts, latency
from tests.fakes import LIGHTING
from tests.retriever.libraries import fill


def test_warm_times_are_spread_without_the_first_which_waits_for_the_model() -> None:
    form = latency([(900.0, 2000.0), (10.0, 100.0), (20.0, 200.0), (30.0, 300.0)], [])
    assert form["questions"] == 3
    assert form["search_ms"] == {"p50": 20.0, "p95": 29.0}  # 20 + 0.9 * (30 - 20)
    assert form["ask_ms"] == {"p50": 200.0, "p95": 290.0}
    assert form["answers_per_second"] == 5.0  # 3 answers in 0.6 s


def test_one_question_alone_is_not_left_out() -> None:
    form = latency([(10.0, 250.0)], [])
    assert (form["questions"], form["ask_ms"]) == (1, {"p50": 250.0, "p95": 250.0})
    assert form["answers_per_second"] == 4.0


def test_cold_starts_are_spread_by_themselves_and_all_count() -> None:
    form = latency([(1.0, 2.0), (1.0, 2.0)], [1000.0, 2000.0, 3000.04])
    assert (form["cold_starts"], form["cold_ms"]) == (3, {"p50": 2000.0, "p95": 2900.0})


def test_without_questions_there_are_no_times() -> None:
    assert latency([], []) == {
        "questions": 0,
        "search_ms": None,
        "ask_ms": None,
        "answers_per_second": None,
        "cold_starts": 0,
        "cold_ms": None,
    }


def test_answers_that_took_no_time_have_no_rate() -> None:
    assert latency([(0.0, 0.0), (0.0, 0.0)], [])["answers_per_second"] is None


def test_without_questions_nothing_is_started(settings: Settings) -> None:
    assert cold_starts(settings, []) == []
    assert not settings.data.exists()


@pytest.mark.slow
def test_a_cold_start_is_a_program_that_asks_this_library(settings: Settings) -> None:
    with Library(settings, write=True) as library:
        fill(library, lighting=LIGHTING)
    (taken,) = cold_starts(settings, ["Does street lighting reduce xylofonmord?"])
    assert 300 < taken < 120_000
    assert "xylofonmord" in (settings.data / UnknownWords.FILE).read_text("utf-8")
