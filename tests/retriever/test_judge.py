"""What an answer is judged by, and where the bar lies."""

import math
import tomllib
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

import retriever.judge
from corpus.lexical import Field
from corpus.library import Library
from retriever.judge import SIGNALS, Signals, Verdict, judge, probability, signals
from retriever.matter import Matter, Way
from retriever.reading import Reading, read, understand
from retriever.search import Candidate
from tests.fakes import make_pdf
from tests.retriever.libraries import fill

LIGHT = "Does street lighting reduce property crime?"
NOTHING = Signals(**dict.fromkeys(SIGNALS, 0.0))
LN_5 = math.log(5)
"""The logarithm of one and the four passages of the standing library."""


@pytest.fixture
def question(standing: Library) -> Reading:
    return read(standing, understand(LIGHT))


def study_of(library: Library, file: str) -> str:
    return next(study.id for study in library.record.studies() if study.file_name == file)


def page(
    library: Library, score: float, cosine: float = 0.0, *, file: str = "lighting.pdf", number: int = 1
) -> Candidate:
    """A page of a library with a score, by its first passage."""
    passage = library.record.passages_on(study_of(library, file), number)[0]
    return Candidate(passage, coverage=0.0, page=0.0, cosine=cosine, strength=0.0, score=score)


def pages(library: Library, *scores: float) -> list[Candidate]:
    return [page(library, score) for score in scores]


def matter(word: str, weight: float = 1.0, *, sv: str = "", is_given: bool = False) -> Matter:
    """A single word, by its English and its Swedish stem."""
    ways: dict[Field, tuple[Way, ...]] = {"en": (Way((word,), ()),)}
    return Matter(word, weight, is_given, {**ways, "sv": (Way((sv,), ()),)} if sv else ways)


# The gap


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
def test_the_gap_is_how_far_the_best_stands_above_the_fifth_in_logits(
    standing: Library, question: Reading, scores: tuple[float, ...], gap: float
) -> None:
    assert signals(standing, question, pages(standing, *scores)).gap == pytest.approx(gap, abs=0.001)


@pytest.mark.parametrize("best", [1.0, 1.0 - 1e-16])
def test_a_score_of_one_or_of_nought_has_a_finite_gap(standing: Library, question: Reading, best: float) -> None:
    gap = signals(standing, question, pages(standing, best, 0.5, 0.5, 0.5, 0.0)).gap
    assert gap == pytest.approx(27.631, abs=0.001)  # 2 * ln 1 000 000


# The cosine


def test_the_cosine_is_the_greatest_whatever_its_page_scores(standing: Library, question: Reading) -> None:
    found = [page(standing, 0.9, 0.3), *pages(standing, 0.8, 0.7, 0.6, 0.5), page(standing, 0.1, 0.8)]
    assert signals(standing, question, found).cosine == 0.8


def test_the_cosine_may_lie_below_nought(standing: Library, question: Reading) -> None:
    assert signals(standing, question, [page(standing, 0.9, -0.3), page(standing, 0.5, -0.1)]).cosine == -0.1


# What the question is about


def asked_about(question: Reading, *asked: Matter) -> Reading:
    return replace(question, matters=asked)


def test_asked_is_the_square_root_of_the_weight_over_the_logarithm_of_the_passages(
    standing: Library, question: Reading
) -> None:
    asked = asked_about(question, matter("forti", 9), matter("fear", 4), matter("crime", 12), matter("harbour", 8))
    assert sum(standing.passage_counts().values()) == 4
    assert signals(standing, asked, pages(standing, 0.9)).asked == pytest.approx(math.sqrt(33 / LN_5))


def test_asked_is_the_same_whatever_the_pages_hold(standing: Library, question: Reading) -> None:
    fear = asked_about(question, matter("fear", 4))
    found = [signals(standing, fear, [page(standing, 0.9, number=number)]) for number in (1, 2)]
    assert [one.covered for one in found] == [0, 1]
    assert [one.asked for one in found] == pytest.approx([math.sqrt(4 / LN_5)] * 2)


def test_a_word_that_one_passage_knows_counts_about_one_in_any_library(library: Library) -> None:
    asked = []
    for number, word in enumerate(("lamp", "kiosk", "canal", "tram", "bench")):
        quay = f"The {word} was seen from the long quay where the ferries wait for their passengers."
        fill(library, **{f"study-{number}": make_pdf([quay, quay.replace(word, "lantern")])})
        reading = read(library, understand(f"What about the {word}?"))
        assert [m.source for m in reading.matters] == [word]
        asked.append(signals(library, reading, [page(library, 0.9, file=f"study-{number}.pdf")]).asked)
    assert all(0.7 < one < 1.1 for one in asked)  # an idf of ln 2 for two passages, of about ln 7 for ten


def test_covered_is_the_share_of_the_weight_that_the_best_page_holds(standing: Library, question: Reading) -> None:
    asked = asked_about(question, matter("forti", 9), matter("fear", 4), matter("crime", 12), matter("harbour", 8))
    first, second = page(standing, 0.9), page(standing, 0.2, number=2)
    assert signals(standing, asked, [second]).covered == pytest.approx((4 + 12) / 33)
    assert signals(standing, asked, [first, second]).covered == pytest.approx((9 + 12) / 33)


def test_a_page_that_holds_all_of_a_question_covers_it_however_much_it_is(standing: Library, question: Reading) -> None:
    short, long = (matter("crime", 2),), (matter("crime", 2), matter("fear", 6))
    found = [signals(standing, asked_about(question, *m), [page(standing, 0.9, number=2)]) for m in (short, long)]
    assert [one.covered for one in found] == [1, 1]
    assert [one.asked for one in found] == pytest.approx([math.sqrt(2 / LN_5), math.sqrt(8 / LN_5)])


def test_a_page_holds_what_stands_anywhere_on_it_not_in_the_passage_alone(library: Library) -> None:
    quay = "The harbour has a long quay where the ferries wait for their passengers each day.\n"
    fill(library, long=make_pdf([f"Lamps were lit in the old town.\n{quay * 12}Owners paid a levy for them."]))
    best = page(library, 0.9, file="long.pdf")
    asked = asked_about(read(library, understand(LIGHT)), matter("lamp", 9), matter("levi", 16))
    assert "levy" not in best.passage.text
    assert signals(library, asked, [best]).covered == 1


def test_the_first_five_pages_are_read_for_what_the_question_is_about(standing: Library, question: Reading) -> None:
    asked = replace(question, matters=(matter("fear", 4),))
    told = page(standing, 0.2, number=2)
    fifth, sixth = ([*pages(standing, *[0.9] * before), told] for before in (4, 5))
    assert [signals(standing, asked, found).covered for found in (fifth, sixth)] == [1, 0]


def test_swedish_pages_are_met_by_the_swedish_way_of_a_swedish_question(standing: Library) -> None:
    asked = replace(
        read(standing, understand("Hur löser man friåkarproblemet?")), matters=(matter("lamp", 9, sv="ägar"),)
    )
    assert signals(standing, asked, [page(standing, 0.9, file="friakare.pdf")]).covered == 1  # "ägare"
    assert signals(standing, asked, [page(standing, 0.9)]).covered == 1  # "lamps"


def test_a_question_about_nothing_is_held_by_no_page(standing: Library) -> None:
    asked = read(standing, understand("What is it about?"))
    assert asked.matters == ()
    found = signals(standing, asked, pages(standing, 0.9))
    assert (found.covered, found.asked) == (0, 0)


# Names and numbers


def test_absent_is_the_share_of_names_and_numbers_that_no_page_has(standing: Library, question: Reading) -> None:
    def absent(*words: str) -> float:
        asked = replace(question, matters=tuple(matter(word, is_given=True) for word in words))
        return signals(standing, asked, [page(standing, 0.9), page(standing, 0.8, number=2)]).absent

    assert absent("malmö") == 1
    assert absent("malmö", "14") == 0.5
    assert absent("malmö", "14", "forti") == pytest.approx(1 / 3)  # one on the first page, one on the second
    assert absent("14", "forti") == 0


def test_a_word_that_is_neither_name_nor_number_is_not_absent(standing: Library, question: Reading) -> None:
    asked = replace(question, matters=(matter("harbour", 9),))
    assert signals(standing, asked, pages(standing, 0.9)).absent == 0


def test_a_question_without_names_or_numbers_lacks_none(standing: Library) -> None:
    asked = read(standing, understand("Do ferries wait for passengers?"))
    assert signals(standing, asked, pages(standing, 0.9)).absent == 0


def test_the_first_three_pages_are_read_for_names_and_numbers(standing: Library, question: Reading) -> None:
    asked = replace(question, matters=(matter("14", is_given=True),))
    told = page(standing, 0.2, number=2)
    assert signals(standing, asked, [*pages(standing, 0.9, 0.9), told]).absent == 0
    assert signals(standing, asked, [*pages(standing, 0.9, 0.9, 0.9), told]).absent == 1


@pytest.mark.parametrize(("asked", "absent"), [("1999", 1), ("14", 0)])
def test_a_number_in_the_words_of_a_question_is_looked_for(standing: Library, asked: str, absent: float) -> None:
    reading = read(standing, understand(f"Did lighting reduce crime by {asked} per cent?"))
    assert signals(standing, reading, [page(standing, 0.9, number=2)]).absent == absent


# Whether a figure is asked for


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        (LIGHT, 0.0),
        ("By how much does street lighting reduce property crime?", 1.0),
        ("Minskar gatubelysning brott?", 0.0),
        ("Hur mycket minskar gatubelysning brott?", 1.0),
    ],
)
def test_only_a_question_for_a_figure_has_a_number(standing: Library, asked: str, number: float) -> None:
    assert signals(standing, read(standing, understand(asked)), pages(standing, 0.9)).number == number


# All of them


def test_the_order_in_which_pages_come_does_not_matter(standing: Library, question: Reading) -> None:
    scored = [page(standing, 0.9 - n / 10, n / 10, number=1 + n % 2) for n in range(7)]
    kept = scored.copy()
    expected = signals(standing, question, scored)
    assert signals(standing, question, scored[2:] + scored[:2]) == signals(standing, question, scored[::-1]) == expected
    assert scored == kept


def test_the_table_has_a_number_for_each_signal_the_bar_and_the_intercept() -> None:
    tables = tomllib.loads(Path(retriever.judge.__file__).with_name("judge.toml").read_text("utf-8"))
    assert "*" in tables
    assert {frozenset(table) for table in tables.values()} == {frozenset({*SIGNALS, "bar", "intercept"})}


@pytest.mark.parametrize("name", SIGNALS)
@pytest.mark.parametrize(("weight", "value"), [(2.0, 1.0), (4.0, 0.5), (-1.0, -2.0)])
def test_the_probability_weighs_each_signal_as_the_fit_does(name: str, weight: float, value: float) -> None:
    fit = {**asdict(NOTHING), name: weight, "intercept": -3.0}
    assert probability(fit, NOTHING) == pytest.approx(0.0474, abs=0.0001)  # 1 / (1 + exp(3))
    assert probability(fit, replace(NOTHING, **{name: value})) == pytest.approx(0.2689, abs=0.0001)  # 2 - 3 = -1


FIT = {**asdict(NOTHING), "asked": 0.5, "cosine": 2.0, "gap": 0.25, "absent": -1.5, "number": -0.5, "intercept": -3.0}


def test_the_probability_adds_all_signals_and_the_intercept() -> None:
    given = replace(NOTHING, asked=4, cosine=0.5, gap=8, absent=1, number=1)
    assert probability(FIT, given) == 0.5  # 2 + 1 + 2 - 1.5 - 0.5 - 3 = 0


@pytest.mark.parametrize("name", SIGNALS)
@pytest.mark.parametrize(("value", "sure"), [(1e6, 1.0), (-1e6, 0.0), (1e300, 1.0), (-1e300, 0.0)])
def test_a_signal_without_measure_is_quite_sure_and_not_too_large(name: str, value: float, sure: float) -> None:
    assert probability({**FIT, name: 1.0}, replace(NOTHING, **{name: value})) == sure


@pytest.mark.parametrize("total", [-30.0, -5.0, -0.5, 0.0, 0.5, 5.0, 30.0])
def test_the_probability_is_the_logistic_of_the_sum(total: float) -> None:
    fit = {**asdict(NOTHING), "intercept": total}
    assert probability(fit, NOTHING) == pytest.approx(1 / (1 + math.exp(-total)), abs=1e-12)


def test_the_bar_of_a_fit_is_no_part_of_the_probability() -> None:
    assert probability({**FIT, "bar": 0.9}, NOTHING) == probability(FIT, NOTHING)


# The bar


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder whose `judge.toml` the judge reads."""
    monkeypatch.setattr(retriever.judge, "__file__", str(tmp_path / "judge.py"))
    retriever.judge._fit.cache_clear()
    yield tmp_path
    retriever.judge._fit.cache_clear()


def fit(folder: Path, model: str = "*", *, bar: float = 0.5, rest: float = 0, **coefficients: float) -> None:
    """Add a table to `judge.toml`; a signal that is not named counts for nothing."""
    table = {"bar": bar, **asdict(NOTHING), **coefficients, "intercept": rest}
    with (folder / "judge.toml").open("a", encoding="utf-8") as file:
        file.write("\n".join([f'["{model}"]', *(f"{name} = {value}" for name, value in table.items()), ""]))


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
    assert judge(standing, question, NOTHING, 1) == Verdict(answered, confidence, ())


@pytest.mark.parametrize(("bar", "answered"), [(0.85, True), (0.9, True), (0.91, False)])
def test_the_bar_is_that_of_the_table(
    standing: Library, question: Reading, folder: Path, bar: float, answered: bool
) -> None:
    fit(folder, bar=bar, gap=1)
    verdict = judge(standing, question, replace(NOTHING, gap=2.209), 1)  # 1 / (1 + exp(-2.209))
    assert (verdict.answered, verdict.confidence) == (answered, 0.901)


def test_the_confidence_is_the_probability_under_the_table(standing: Library, question: Reading, folder: Path) -> None:
    fit(folder, gap=0.5, cosine=2, absent=-1, rest=-2)
    judged = judge(standing, question, replace(NOTHING, gap=4, cosine=0.75, absent=1), 1)
    assert judged.confidence == 0.622  # 0.5 * 4 + 2 * 0.75 - 1 - 2 = 0.5, and 1 / (1 + exp(-0.5))


def test_a_model_has_its_own_fit_and_one_that_is_not_named_the_common_one(
    standing: Library, question: Reading, folder: Path
) -> None:
    fit(folder, rest=-1)
    fit(folder, "org/other-model", rest=1)
    assert not judge(standing, question, NOTHING, 1).answered
    fit(folder, standing.embedder.identity.name, rest=2)
    retriever.judge._fit.cache_clear()
    assert judge(standing, question, NOTHING, 1).confidence == 0.881  # 1 / (1 + exp(-2))


def test_without_pages_there_is_no_confidence_and_no_answer(standing: Library, question: Reading, folder: Path) -> None:
    fit(folder, rest=5)
    assert judge(standing, question, None, 0) == Verdict(answered=False, confidence=0.0, unknown=())


def test_without_a_sentence_there_is_no_answer_but_the_confidence_is_told(
    standing: Library, question: Reading, folder: Path
) -> None:
    fit(folder, rest=1)
    verdicts = [judge(standing, question, NOTHING, chosen) for chosen in (0, 1, 3)]
    assert [verdict.answered for verdict in verdicts] == [False, True, True]
    assert {verdict.confidence for verdict in verdicts} == {0.731}  # 1 / (1 + 1 / e)
