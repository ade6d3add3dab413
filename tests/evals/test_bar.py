"""What the judge's confidence is made of and where its bar lies, found on questions made by hand."""

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import retriever.judge
from corpus.embedder import BUNDLED
from corpus.library import Library
from evals.bar import BARS, FOLDS, TWINS_COUNT, Asked, Bar, asked_of_cases, bar_table, confidence, find_bar, fold_of
from evals.case import Case, Gold
from evals.gold import Shelf
from retriever.ask import consider
from retriever.judge import SIGNALS, Signals, judge
from retriever.reading import read, understand

ON = date(2026, 1, 31)
LOW = Signals(**dict.fromkeys(SIGNALS, 0.0))
MIDDLE, HIGH = replace(LOW, cosine=1), replace(LOW, gap=1)
"""Three kinds of question for two coefficients and an intercept, so that a fit meets each share."""


def some(right: int, of: int, kind: Signals, *, quoted: bool = True) -> list[Asked]:
    """Questions of one kind, of which some can be answered and are; the others are quoted or not."""
    yes = Asked("made", kind, quoted=True, right=True, answerable=True, fold=0)
    no = replace(yes, right=False, answerable=False, quoted=quoted)
    return [yes] * right + [no] * (of - right)


def twins(many: int, kind: Signals) -> list[Asked]:
    """Questions of one kind, asked again without what answers them."""
    return [replace(one, twin=True) for one in some(0, many, kind)]


def in_fold(n: int, asked: Iterable[Asked]) -> list[Asked]:
    return [replace(one, fold=n) for one in asked]


def in_every_fold(asked: Sequence[Asked]) -> list[Asked]:
    return [one for n in range(FOLDS) for one in in_fold(n, asked)]


def found(asked: Sequence[Asked], wrong_costs: float = 1.0) -> Bar:
    bar = find_bar(asked, wrong_costs)
    assert bar
    return bar


def counts(bar: Bar) -> tuple[int, int, int]:
    return bar.answered, bar.right, bar.wrong


TWO_KINDS = in_every_fold(some(1, 8, LOW) + some(7, 8, HIGH))
THREE_KINDS = in_every_fold(some(1, 8, LOW) + some(5, 8, MIDDLE) + some(7, 8, HIGH))


# Folds


@given(st.text())
def test_a_fold_is_one_of_five_and_always_the_same(document: str) -> None:
    assert fold_of(document) in range(FOLDS)
    assert fold_of(document) == fold_of(document)


def test_the_fold_comes_from_a_hash_that_stays_from_run_to_run() -> None:
    assert fold_of("") == 2  # sha256 begins with e3, 227 = 45 * 5 + 2
    assert fold_of("abc") == 1  # ba, 186 = 37 * 5 + 1


def test_documents_spread_over_all_folds() -> None:
    folds = [fold_of(f"{n}.pdf") for n in range(500)]
    assert all(60 <= folds.count(fold) <= 140 for fold in range(FOLDS))  # a hundred each by chance


# Confidence


def test_confidence_is_the_logistic_of_the_signals() -> None:
    asked = some(2, 2, replace(LOW, asked=2, cosine=0.5, gap=3, absent=1, number=1))
    fit = {**asdict(LOW), "asked": 1, "cosine": 2, "gap": 1, "absent": -2, "number": -1, "intercept": -3}
    assert confidence(asked, fit).tolist() == [0.5, 0.5]  # 2 * 1 + 0.5 * 2 + 3 * 1 - 2 - 1 - 3 = 0
    assert confidence(asked, {**fit, "intercept": -2}) == pytest.approx([0.731, 0.731], abs=0.001)  # 1 / (1 + 1/e)


def test_of_no_questions_there_are_no_confidences() -> None:
    assert confidence([], dict.fromkeys((*SIGNALS, "intercept"), 0.0)).shape == (0,)


# Finding the bar


def test_the_bar_stands_between_those_that_are_mostly_right_and_those_that_are_mostly_wrong() -> None:
    assert found(TWO_KINDS).bar == 0.5  # between 1/8 and 7/8, 0.15 to 0.85 are as good


ONE_OF_EACH = some(1, 1, LOW) + some(1, 1, MIDDLE) + some(1, 1, HIGH)


def test_the_fit_meets_the_shares_that_can_be_answered() -> None:
    assert confidence(ONE_OF_EACH, found(THREE_KINDS).fit) == pytest.approx([1 / 8, 5 / 8, 7 / 8], abs=0.001)


def test_the_fit_has_a_coefficient_for_each_signal_and_the_intercept_last() -> None:
    assert tuple(found(THREE_KINDS).fit) == (*SIGNALS, "intercept")


@pytest.mark.parametrize("name", SIGNALS)
@pytest.mark.parametrize("more", [1, -1])
def test_each_signal_may_tell_and_those_that_do_not_count_for_nothing(name: str, more: int) -> None:
    telling = replace(LOW, **{name: 1.0})
    low, high = (1, 7) if more > 0 else (7, 1)
    fit = found(in_every_fold(some(low, 8, LOW) + some(high, 8, telling))).fit
    assert fit[name] * more == pytest.approx(3.89, abs=0.01)  # ln 7 - ln (1 / 7) = 2 ln 7
    assert [fit[other] for other in SIGNALS if other != name] == pytest.approx([0] * (len(SIGNALS) - 1), abs=1e-6)


def test_a_question_that_can_be_answered_teaches_so_though_its_quotes_are_wrong() -> None:
    misquoted = [replace(one, right=False) for one in THREE_KINDS if one.signals == MIDDLE]
    bar = found([one for one in THREE_KINDS if one.signals != MIDDLE] + misquoted)
    assert bar.fit == pytest.approx(found(THREE_KINDS).fit)
    assert (bar.bar, counts(bar)) == (0.75, (40, 35, 5))  # but to answer any of the middle kind is worth -8


# Twins


def test_four_twins_teach_as_much_as_one_question_that_nothing_answers() -> None:
    assert TWINS_COUNT == 0.25
    four, one = (found(THREE_KINDS + in_every_fold(more)) for more in (twins(4, HIGH), some(0, 1, HIGH)))
    assert four.fit == pytest.approx(one.fit, abs=1e-4)
    assert confidence(ONE_OF_EACH, four.fit) == pytest.approx([1 / 8, 5 / 8, 7 / 9], abs=0.001)


def test_twins_are_left_out_of_all_counts() -> None:
    bar = found(TWO_KINDS + in_every_fold(twins(8, HIGH)))  # 7 of 8 + 8 / 4, so 0.7: still above the bar
    assert bar.questions == 80
    assert counts(bar) == counts(found(TWO_KINDS)) == (40, 35, 5)
    assert (bar.auroc, bar.aurc) == (found(TWO_KINDS).auroc, found(TWO_KINDS).aurc)


def test_the_bar_is_chosen_without_twins() -> None:
    # 7 of 8 + 16 / 4 are 0.58. Were the twins counted, 7 right and 17 wrong, silence would be best.
    bar = found(TWO_KINDS + in_every_fold(twins(16, HIGH)))
    assert bar.bar < 7 / 12
    assert counts(bar) == (40, 35, 5)


def test_twins_alone_may_be_what_nothing_answers() -> None:
    asked = in_every_fold(some(8, 8, HIGH) + twins(8, LOW))
    assert counts(found(asked)) == (40, 40, 0)
    assert find_bar([one for one in asked if not one.twin]) is None


# The price of a wrong answer


@pytest.mark.parametrize(
    ("wrong_costs", "bar", "answered"),
    [
        (0, 0.1, (120, 65, 55)),  # nothing is lost by answering all: 1 + 5 + 7 of 24 are right in each fold
        (1, 0.4, (80, 60, 20)),  # the middle kind is worth 5 - 3, the low kind 1 - 7; 0.15 to 0.6 are as good
        (3, 0.75, (40, 35, 5)),  # the middle kind is worth 5 - 3 * 3, the high kind 7 - 3 * 1; 0.65 to 0.85
        (8, 0.95, (0, 0, 0)),  # the high kind is worth 7 - 8 * 1, so silence is best; 0.9 or 0.95
    ],
)
def test_the_more_a_wrong_answer_costs_the_higher_the_bar(
    wrong_costs: float, bar: float, answered: tuple[int, int, int]
) -> None:
    made = found(THREE_KINDS, wrong_costs)
    assert made.bar == bar
    assert counts(made) == answered


def test_a_wrong_answer_costs_one_right_one_unless_another_price_is_named() -> None:
    assert found(THREE_KINDS) == found(THREE_KINDS, 1.0)


def test_a_question_without_a_quote_is_silent_however_sure() -> None:
    asked = in_every_fold(some(1, 8, LOW) + some(7, 8, HIGH, quoted=False))
    assert counts(found(asked)) == (35, 35, 0)


def test_without_a_quote_a_question_is_neither_a_cost_nor_left_out_of_the_fit() -> None:
    silent = found(in_every_fold(some(1, 8, LOW, quoted=False) + some(7, 8, HIGH)))
    spoken = found(TWO_KINDS)
    assert silent.fit == spoken.fit
    assert silent.bar == 0.1  # even of the low kind nothing but right answers would be shown


def test_bars_lie_between_nought_and_one() -> None:
    assert list(BARS) == sorted(set(BARS))
    assert 0 < BARS[0] < 0.5 < BARS[-1] < 1


# Crossed figures


def test_how_well_confidence_tells_right_from_wrong_is_told() -> None:
    bar = found(TWO_KINDS)
    assert bar.questions == 80
    assert bar.auroc == pytest.approx(0.875)  # 35/40 * 35/40 apart, and half of 2 * 35/40 * 5/40 alike
    assert bar.aurc == pytest.approx(0.3125)  # half is answered at a risk of 1/8, and the rest at 1/2


def test_a_fold_is_judged_by_a_fit_that_has_not_seen_it() -> None:
    trap = replace(
        HIGH, cosine=1
    )  # of one fold alone, always wrong, and like the high kind to those who do not know it
    asked = TWO_KINDS + in_fold(4, some(0, 8, trap))
    bar = found(asked)
    (known,) = confidence(some(1, 1, trap), bar.fit)
    assert known < bar.bar  # the fit on all questions has learnt that they are wrong
    assert counts(bar) == (48, 35, 13)  # but the crossed figures count 8 wrong answers more than 40, 35, 5


def test_a_fold_is_judged_at_a_bar_that_the_others_chose() -> None:
    # 3 of 8 low ones are right in every fold. Four folds lose by answering them, 3 - 5 each; the last wins by 9, since
    # what is wrong there has no quote. So the last is held at the others' bar, which leaves them out, and the others at
    # one that lets them in, 3 * (3 - 5) + 9 > 0. All folds together would let in all of them, 4 * (3 - 5) + 9 > 0.
    losing, winning = some(3, 8, LOW) + some(7, 8, HIGH), some(9, 24, LOW, quoted=False) + some(7, 8, HIGH)
    asked = [one for n in range(4) for one in in_fold(n, losing)] + in_fold(4, winning)
    bar = found(asked)
    assert bar.bar == 0.25  # 0.1 to 0.35 are as good
    assert counts(bar) == (4 * 16 + 8, 4 * (3 + 7) + 7, 4 * (5 + 1) + 1)


def test_the_order_of_the_questions_does_not_matter() -> None:
    there, back = found(THREE_KINDS), found(THREE_KINDS[::-1])
    assert counts(there) == counts(back)
    assert (there.bar, there.questions) == (back.bar, back.questions)
    assert there.fit == pytest.approx(back.fit)


# Too little


@pytest.mark.parametrize("fold", range(FOLDS))
def test_no_bar_is_found_where_a_fold_is_empty(fold: int) -> None:
    assert find_bar([one for one in TWO_KINDS if one.fold != fold]) is None


@pytest.mark.parametrize("right", [0, 8])
def test_no_bar_is_found_where_none_or_all_can_be_answered(right: int) -> None:
    assert find_bar(in_every_fold(some(right, 8, LOW))) is None


@pytest.mark.parametrize("right", [True, False])
def test_no_bar_is_found_where_all_of_one_outcome_are_in_one_fold(right: bool) -> None:
    others = in_every_fold(some(0 if right else 8, 8, LOW))
    asked = others + in_fold(2, some(int(right), 1, HIGH))
    assert {one.answerable for one in asked} == {True, False}
    assert find_bar(asked) is None
    assert find_bar(asked + in_fold(3, some(int(right), 1, HIGH))) is not None


def test_no_bar_is_found_without_questions() -> None:
    assert find_bar([]) is None


# What is told


MADE = Bar(
    fit={**dict.fromkeys(SIGNALS, 0.5), "cosine": 3.5, "gap": 0.6754, "intercept": -2.8541},
    bar=0.55,
    questions=90,
    answered=40,
    right=35,
    wrong=5,
    auroc=0.75,
    aurc=0.2,
)


ROUNDED = {**dict.fromkeys(SIGNALS, 0.5), "cosine": 3.5, "gap": 0.675, "intercept": -2.854}


def test_a_line_for_the_reader_has_the_bar_the_fit_and_the_crossed_figures() -> None:
    fit = " ".join(f"{name} {value:.3f}" for name, value in ROUNDED.items())
    assert MADE.line().split() == (
        f"bar 0.55 {fit} crossed: 40 of 90 answered, 35 right, 5 wrong, AUROC 0.750, AURC 0.200".split()
    )


def test_the_table_is_toml_with_the_bar_and_the_fit_of_the_judge() -> None:
    table = tomllib.loads(bar_table(MADE, "org/other-model", TWO_KINDS, 1.0, ON))
    assert table == {"org/other-model": {"bar": 0.55, **ROUNDED}}


def test_the_table_may_stand_beside_those_in_use() -> None:
    in_use = Path(retriever.judge.__file__).with_name("judge.toml").read_text("utf-8")
    both = tomllib.loads(f"{in_use}\n{bar_table(MADE, 'org/other-model', TWO_KINDS, 1.0, ON)}")
    assert both.keys() == tomllib.loads(in_use).keys() | {"org/other-model"}
    assert {frozenset(table) for table in both.values()} == {frozenset({"bar", *SIGNALS, "intercept"})}


def told(asked: Sequence[Asked]) -> str:
    """What the table says of where it came from, on one line."""
    lines = bar_table(MADE, BUNDLED, asked, 2.5, ON).split("\n")
    return " ".join(line.removeprefix("# ") for line in lines if line.startswith("#"))


def test_the_table_counts_twins_apart() -> None:
    asked = some(3, 5, HIGH)
    assert "made (5); 3 can be answered. The target is that it can. 0 of them were asked again" in told(asked)
    again = told(asked + twins(2, HIGH))
    assert "made (5); 3 can be answered. The target is that it can. 2 of them were asked again without " in again
    assert "their documents, at a weight of 0.25." in again


def test_the_table_says_when_on_what_at_which_price_and_how_well_it_was_found() -> None:
    asked = [replace(one, source="a") for one in some(3, 3, HIGH)] + [
        replace(one, source="b", answerable=False) for one in some(0, 2, LOW)
    ]
    *lines, last = bar_table(MADE, BUNDLED, asked, 2.5, ON).split("\n")
    text = told(asked)
    assert "2026-01-31" in text
    assert "questions of: a (3), b (2); 3 can be answered." in text
    assert "less 2.5 for each wrong one: 40 of 90 answered, 35 right and 5 wrong, AUROC 0.750, AURC 0.200." in text
    assert all(lines)
    assert last == ""


@pytest.fixture
def folder_of_judge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder whose `judge.toml` the judge reads."""
    monkeypatch.setattr(retriever.judge, "__file__", str(tmp_path / "judge.py"))
    retriever.judge._fit.cache_clear()
    yield tmp_path
    retriever.judge._fit.cache_clear()


@pytest.mark.parametrize(("wrong_costs", "answered"), [(1, True), (3, False)])
def test_the_judge_is_as_sure_as_the_fit_in_the_table_and_keeps_its_bar(
    standing: Library, folder_of_judge: Path, wrong_costs: float, answered: bool
) -> None:
    table = bar_table(found(THREE_KINDS, wrong_costs), standing.embedder.identity.name, THREE_KINDS, wrong_costs, ON)
    (folder_of_judge / "judge.toml").write_text(f'{table}\n["*"]\n', "utf-8")
    verdict = judge(standing, read(standing, understand(LIGHT.question)), MIDDLE, 1)
    assert verdict.confidence == pytest.approx(5 / 8, abs=0.002)
    assert verdict.answered == answered  # at bars of 0.4 and 0.75


# Questions over a library


LIGHT = Case("q1", "Does street lighting reduce property crime?", "en", "yes", (Gold("lighting.pdf", 2),))
HARBOUR = Case("q2", "Is fear of crime measured in harbours?", "en", "near_miss")
"""Nothing answers it, but the second page about lighting would be quoted."""


def asked_of(library: Library, *cases: Case) -> list[Asked]:
    """The questions, without their twins."""
    return [asked for asked in with_twins(library, *cases) if not asked.twin]


def with_twins(library: Library, *cases: Case) -> list[Asked]:
    shelf = Shelf(library)
    return list(asked_of_cases(library, "small", map(shelf.locate, cases)))


def study_of(library: Library, file: str) -> str:
    return next(study.id for study in library.record.studies() if study.file_name == file)


def test_a_question_has_what_it_is_judged_by_and_whether_a_gold_page_is_quoted(standing: Library) -> None:
    (asked,) = asked_of(standing, LIGHT)
    assert asked.signals == consider(standing, LIGHT.question).signals
    assert (asked.source, asked.quoted, asked.right, asked.answerable) == ("small", True, True, True)
    assert asked.fold in range(FOLDS)


def test_a_quote_from_another_page_than_gold_is_wrong(standing: Library) -> None:
    other = replace(LIGHT, question="Hur löser man friåkarproblemet?", language="sv", gold=(Gold("lighting.pdf", 1),))
    quoted = {(c.file, c.page) for c in consider(standing, other.question).citations}
    assert ("friakare.pdf", 2) in quoted
    assert ("lighting.pdf", 1) not in quoted
    (asked,) = asked_of(standing, other)
    assert (asked.quoted, asked.right, asked.answerable) == (True, False, True)


def test_what_nothing_answers_is_wrong_and_not_answerable(standing: Library) -> None:
    (asked,) = asked_of(standing, HARBOUR)
    assert (asked.quoted, asked.right, asked.answerable) == (True, False, False)


def test_a_quote_that_the_judge_withholds_counts_as_it_would_have_been_shown(
    standing: Library, folder_of_judge: Path
) -> None:
    never = {**dict.fromkeys((*SIGNALS, "intercept"), 0.0), "bar": 0.9}  # always sure by a half
    table = "\n".join(f"{name} = {value}" for name, value in never.items())
    (folder_of_judge / "judge.toml").write_text(f'["*"]\n{table}\n', "utf-8")
    assert not consider(standing, LIGHT.question).answer.answered
    (asked,) = asked_of(standing, LIGHT)
    assert (asked.quoted, asked.right) == (True, True)


def test_what_can_be_answered_is_asked_again_without_its_documents(standing: Library) -> None:
    asked, twin = with_twins(standing, LIGHT)
    without = consider(standing, LIGHT.question, without={study_of(standing, "lighting.pdf")})
    assert (asked.twin, twin.twin) == (False, True)
    assert twin.signals == without.signals != asked.signals
    assert (twin.right, twin.answerable) == (False, False)
    assert (twin.source, twin.fold) == (asked.source, asked.fold)


def test_all_gold_documents_of_a_question_are_passed_over_at_once(standing: Library) -> None:
    both = replace(LIGHT, gold=(Gold("lighting.pdf", 2), Gold("friakare.pdf", 1)))
    assert [asked.twin for asked in with_twins(standing, both)] == [False]  # nothing is left to ask


@pytest.mark.parametrize(
    "case", [HARBOUR, replace(LIGHT, gold=(Gold("not-here.pdf", 1),)), replace(LIGHT, answerable="near_miss")]
)
def test_what_cannot_be_answered_has_no_twin(standing: Library, case: Case) -> None:
    assert [asked.twin for asked in with_twins(standing, case)] == [False]


def test_all_questions_of_a_document_are_in_one_fold_whatever_their_ids_and_pages(standing: Library) -> None:
    cases = [replace(LIGHT, id=f"q-{n}", gold=(Gold("lighting.pdf", 1 + n % 2),)) for n in range(10)]
    swedish = Case("q-sv", "Minskar gatubelysning brott?", "sv", "yes", (Gold("lighting.pdf", 2),))
    assert len({asked.fold for asked in asked_of(standing, *cases, swedish)}) == 1


def test_a_document_is_not_parted_where_some_name_it_by_its_bytes_and_some_by_its_name(standing: Library) -> None:
    files = [file for study in standing.record.studies() for file in study.files]
    for file in files:
        by_name, by_bytes = (
            replace(LIGHT, id=id_, gold=(gold,))
            for id_, gold in (("n", Gold(file.name, 1)), ("b", Gold(file.name, 1, sha256=file.sha256)))
        )
        assert len({asked.fold for asked in asked_of(standing, by_name, by_bytes)}) == 1


def test_questions_that_nothing_answers_are_not_all_in_one_fold(standing: Library) -> None:
    folds = {asked.fold for asked in asked_of(standing, *(replace(HARBOUR, id=f"none-{n}") for n in range(30)))}
    assert folds == set(range(FOLDS))


def test_a_question_that_is_refused_is_left_out(standing: Library) -> None:
    german = Case("q3", "Welche Wirkung hat die Straßenbeleuchtung?", "de", "yes", (Gold("lighting.pdf", 2),))
    assert len(asked_of(standing, german, LIGHT)) == 1


def test_an_empty_library_tells_nothing_about_a_bar(library: Library) -> None:
    assert asked_of(library, HARBOUR) == []
