"""Swedish asks, English answers, and the other way round: measured on texts nobody here wrote, with the real model."""

from pathlib import Path

import pytest

from corpus.settings import Settings
from evals.benchmark import benchmark, means
from evals.coverage import measure

pytestmark = pytest.mark.slow


@pytest.fixture
def real() -> Settings:
    return Settings(language="en", _env_file=None)


@pytest.mark.parametrize(
    ("folder", "name", "least"),
    [
        ("xling_squad/sv-en", "MRR@10", 0.85),
        ("xling_squad/en-sv", "MRR@10", 0.85),
        ("xling_ntrex/sv-en", "MRR@10", 0.82),
        ("xling_ntrex/en-sv", "MRR@10", 0.82),
        ("xling_squad/mixed", "all_languages@10", 0.85),
        ("ir_sv_swefaq", "nDCG@10", 0.72),
    ],
)
def test_an_answer_is_found_whatever_language_it_is_in(
    shared: Path, real: Settings, folder: str, name: str, least: float
) -> None:
    measured = means(benchmark(shared / "text" / folder, real).rows)[name]
    assert measured["mean"] >= least, measured


@pytest.mark.parametrize("folder", ["text/xling_squad/sv-sv", "text/ir_sv_swefaq", "text/ir_sv_g0vse", "pdf_swedish"])
def test_the_term_list_knows_nearly_every_running_word_of_real_swedish(
    shared: Path, real: Settings, folder: str
) -> None:
    found = measure([shared / folder], real)
    assert found.whole.share >= 0.97, found.unknown.most_common(20)
