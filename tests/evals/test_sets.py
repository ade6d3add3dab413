"""The shipped question sets, held against the PDFs of the starter corpus."""

import hashlib
from collections import Counter
from pathlib import Path

import pytest

from corpus.language import language_of
from corpus.text import letters
from evals.case import PAIRS, Case, Gold, QuestionSet, read_set
from evals.fidelity import reread
from evals.measures import states
from evals.sets import FOLDER, shipped

PDFS = Path(__file__).parent.parent.parent / "corpus" / "starter" / "pdf"


SETS = ("starter", "short")


def shipped_set(name: str) -> QuestionSet:
    path = shipped(name)
    assert path is not None
    return read_set(path)


@pytest.fixture(scope="module", params=SETS)
def questions(request: pytest.FixtureRequest) -> QuestionSet:
    return shipped_set(request.param)


@pytest.fixture(scope="module")
def starter() -> QuestionSet:
    return shipped_set("starter")


@pytest.fixture(scope="module")
def answerable(questions: QuestionSet) -> list[Case]:
    return answerable_in(questions)


def answerable_in(questions: QuestionSet) -> list[Case]:
    return [case for case in questions.cases if case.answerable == "yes"]


@pytest.fixture(scope="module")
def gold(answerable: list[Case]) -> list[tuple[str, Gold]]:
    return [(case.id, page) for case in answerable for page in case.gold]


# Found by name


@pytest.mark.parametrize("name", SETS)
def test_a_shipped_set_is_found_by_its_name(name: str) -> None:
    assert shipped(name) == FOLDER / f"{name}.jsonl"


def test_no_set_is_shipped_that_is_not_held_to_what_follows() -> None:
    assert {path.stem for path in FOLDER.glob("*.jsonl")} == set(SETS)


@pytest.mark.parametrize("name", ["nothing", "", "starter.jsonl", "Short", "../sets/starter", "/starter"])
def test_what_is_no_shipped_sets_name_finds_nothing(name: str) -> None:
    assert shipped(name) is None


# What it holds


@pytest.mark.parametrize("name", SETS)
def test_a_shipped_set_says_what_it_is_and_that_it_may_be_tuned_on(name: str) -> None:
    questions = shipped_set(name)
    assert (questions.name, questions.split) == (name, "dev")
    assert questions.version
    assert questions.about


@pytest.mark.parametrize(
    ("name", "all_in_all", "of_each_pair", "near_miss", "far_off"),
    [("starter", 260, 45, 50, 14), ("short", 100, 12, 30, 20)],
)
def test_a_shipped_set_has_enough_questions_in_each_pair_and_of_each_kind(
    name: str, all_in_all: int, of_each_pair: int, near_miss: int, far_off: int
) -> None:
    cases = shipped_set(name).cases
    pairs, kinds = (Counter(getattr(case, part) for case in cases) for part in ("pair", "answerable"))
    assert len(cases) >= all_in_all
    assert {pair: pairs[pair] for pair in PAIRS if pairs[pair] < of_each_pair} == {}
    assert kinds["near_miss"] >= near_miss
    assert kinds["far_off"] >= far_off


def test_short_questions_are_of_six_words_at_most() -> None:
    assert [case.question for case in shipped_set("short").cases if len(case.question.split()) > 6] == []


def test_what_nothing_answers_is_asked_in_both_languages(questions: QuestionSet) -> None:
    asked = {(case.language, case.answerable) for case in questions.cases if case.answerable != "yes"}
    assert asked == {(language, kind) for language in ("sv", "en") for kind in ("near_miss", "far_off")}


def test_a_pair_is_the_languages_of_the_question_and_of_its_first_gold_page(questions: QuestionSet) -> None:
    said = {case.id: case.pair for case in questions.cases}
    meant = {c.id: f"{c.language}-{c.gold[0].language}" if c.gold else f"none-{c.language}" for c in questions.cases}
    assert said == meant
    assert set(said.values()) == {*PAIRS, "none-sv", "none-en"}


def test_no_question_is_asked_twice(questions: QuestionSet) -> None:
    asked = Counter(letters(case.question) for case in questions.cases)
    assert [question for question, times in asked.items() if times > 1] == []


def test_no_question_is_asked_in_two_sets() -> None:
    asked = Counter(words for name in SETS for words in {letters(case.question) for case in shipped_set(name).cases})
    assert [question for question, times in asked.items() if times > 1] == []


def test_every_question_says_who_wrote_it_when_and_how_hard_it_is(questions: QuestionSet) -> None:
    assert [c.id for c in questions.cases if not (c.author and c.date and c.kind and c.difficulty)] == []


# What it rests on


def test_every_gold_page_is_named_by_the_bytes_of_a_starter_pdf(gold: list[tuple[str, Gold]]) -> None:
    held = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in PDFS.glob("*.pdf")}
    assert len(held) >= 60
    assert [(name, page.file) for name, page in gold if held.get(page.file) != page.sha256] == []


def test_every_starter_pdf_answers_some_question_of_the_starter_set(starter: QuestionSet) -> None:
    answering = {page.file for case in answerable_in(starter) for page in case.gold}
    assert answering == {path.name for path in PDFS.glob("*.pdf")}


def test_pdfium_finds_every_gold_quote_on_its_page(gold: list[tuple[str, Gold]]) -> None:
    assert len(gold) >= 90
    assert [name for name, page in gold if not page.quote.strip()] == []
    lost = [(name, p.file, p.page, p.quote) for name, p in gold if not reread(PDFS / p.file, p.page, p.quote)]
    assert lost == []


def test_a_gold_quote_stands_on_no_other_page_by_chance(gold: list[tuple[str, Gold]]) -> None:
    """The check above is worth something only if it can say no."""
    elsewhere = [name for name, page in gold if reread(PDFS / page.file, page.page + 1, page.quote)]
    assert len(elsewhere) <= 0.05 * len(gold)


def test_a_gold_quote_is_in_the_language_that_is_said(gold: list[tuple[str, Gold]]) -> None:
    assert [(name, page.quote) for name, page in gold if language_of(page.quote) != page.language] == []


def test_every_question_has_a_page_that_answers_it_fully(answerable: list[Case]) -> None:
    assert [case.id for case in answerable if not any(page.grade == 2 for page in case.gold)] == []


def test_every_question_of_the_starter_set_has_a_fact_that_an_answer_needs(starter: QuestionSet) -> None:
    assert [c.id for c in answerable_in(starter) if not any(nugget.vital for nugget in c.nuggets)] == []


def test_every_accepted_form_of_a_fact_stands_in_a_gold_quote_of_its_question(starter: QuestionSet) -> None:
    answerable = answerable_in(starter)
    forms = [(case, form) for case in answerable for nugget in case.nuggets for form in nugget.accepts]
    assert len(forms) >= len(answerable)
    assert [(c.id, form) for c, form in forms if not any(states(page.quote, form) for page in c.gold)] == []


def test_what_nothing_answers_needs_no_fact(questions: QuestionSet) -> None:
    assert [case.id for case in questions.cases if case.answerable != "yes" and case.nuggets] == []
