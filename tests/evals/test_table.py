"""Lines for a terminal: columns that stand under each other, and no figure that the JSON has not."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from corpus.library import Library
from corpus.words import Language
from evals.case import Case, Gold, QuestionSet
from evals.compare import compare
from evals.row import Row
from evals.run import run
from evals.table import COLUMNS, comparison_lines, interval, number, run_lines
from evals.table import rows_of as lines_of
from tests.evals.runs import a_row, a_run, kept, rows_of

_FIGURE = re.compile(r"(?<![\w@.,-])[+-]?\d+(?:\.\d+)?(?![\w@])")


def leaves(form: Any) -> Iterator[Any]:
    if isinstance(form, dict):
        for value in form.values():
            yield from leaves(value)
    elif isinstance(form, list | tuple):
        for value in form:
            yield from leaves(value)
    else:
        yield form


def figures(form: Any) -> set[str]:
    """Every way in which a figure of the JSON may be shown."""
    numbers = [n for n in leaves(json.loads(json.dumps(form))) if isinstance(n, int | float)]
    return {shown for n in numbers for shown in (str(n), f"{n:.3f}", f"{n:.2f}", f"{n:+.3f}")}


def shown(lines: Sequence[str]) -> list[str]:
    return [figure for line in lines for figure in _FIGURE.findall(line)]


def cells(line: str) -> list[str]:
    return re.split(r" {2,}", line)


# Columns


def test_the_first_column_stands_to_the_left_and_the_others_to_the_right() -> None:
    assert list(lines_of([["", "n", "hit@5"], ["en-en", "12", "0.5"], ["alla", "120", "1"]])) == [
        "         n  hit@5",
        "en-en   12    0.5",
        "alla   120      1",
    ]


def test_a_line_ends_where_its_last_cell_does() -> None:
    assert list(lines_of([["a", "long"], ["b", ""]])) == ["a  long", "b"]


def test_no_cells_are_no_lines() -> None:
    assert list(lines_of([])) == []


def test_a_table_with_a_row_too_short_is_refused() -> None:
    with pytest.raises((IndexError, ValueError)):
        list(lines_of([["a", "b"], ["c"]]))


@pytest.mark.parametrize(
    ("value", "text"), [(None, "–"), (0.5, "0.500"), (1.0, "1.000"), (-0.0625, "-0.062"), (12, "12"), ("x", "x")]
)
def test_a_figure_stands_as_in_the_json_and_a_dash_where_there_is_none(value: object, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(("given", "text"), [((0.094, 0.905), "(0.09 – 0.91)"), ([0, 1], "(0.00 – 1.00)"), (None, "")])
def test_an_interval_has_two_decimals(given: Sequence[float] | None, text: str) -> None:
    assert interval(given) == text


# A run


@pytest.fixture(scope="module")
def made(standing: Library, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The JSON of a run of the small library, beside plain words and with cold starts."""

    def gold(file: str) -> tuple[Gold, ...]:
        return (Gold(file, 2),)

    cases = (
        Case("q1", "Does street lighting reduce property crime?", "en", "yes", gold("lighting.pdf"), pair="en-en"),
        Case("q2", "What of fear of crime?", "en", "yes", gold("lighting.pdf"), pair="en-en"),
        Case("q3", "Hur löser man friåkarproblemet?", "sv", "yes", gold("friakare.pdf"), pair="sv-sv"),
        Case("q4", "Do congestion charges shorten harbour queues?", "en", "near_miss", pair="none-en"),
        Case("q5", "?", "en", "far_off", pair="none-en"),
    )
    asked = QuestionSet("small", "1", "dev", cases, "s")
    folder = tmp_path_factory.mktemp("runs") / "run"
    return run(standing, asked, folder, baselines=("bm25",), cold_ms=(900.0, 1100.0)).form()


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_figure_of_a_run_that_is_shown_is_one_of_its_json(made: dict[str, Any], language: Language) -> None:
    lines = [line for line in run_lines(made, language) if made["fingerprint"] not in line]
    assert len(shown(lines)) > 50
    assert [figure for figure in shown(lines) if figure not in figures(made)] == []


def test_each_pair_has_its_line_with_each_columns_own_figure(made: dict[str, Any]) -> None:
    header, *lines = list(run_lines(made, "sv"))[:4]
    assert header.split() == ["n", *COLUMNS]
    assert [cells(line)[0] for line in lines] == ["sv-sv", "en-en", "alla"]
    for line, group in zip(lines, [*made["pairs"].values(), made["overall"]], strict=True):
        assert cells(line)[1:] == [str(group["n"]), *(number(group.get(column)) for column in COLUMNS)]


def test_figures_stand_under_their_names(made: dict[str, Any]) -> None:
    header, *lines = list(run_lines(made, "en"))[:4]
    ends = [match.end() for match in re.finditer(r"\S+", header)]
    for line in lines:
        assert [match.end() for match in re.finditer(r"\S+", line)][1:] == ends


def test_plain_systems_stand_beside_in_the_same_columns(made: dict[str, Any]) -> None:
    lines = list(run_lines(made, "en"))
    at = next(n for n, line in enumerate(lines) if line.startswith("beside"))
    assert cells(lines[at]) == ["beside", *COLUMNS]
    for line, name, group in (
        (lines[at + 1], "amp", made["overall"]),
        (lines[at + 2], "bm25", made["baselines"]["bm25"]["overall"]),
    ):
        assert cells(line) == [name, *(number(group.get(column)) for column in COLUMNS)]


def test_what_is_said_of_a_run_is_said_with_its_figures(made: dict[str, Any]) -> None:
    lines = list(run_lines(made, "en"))
    no, quotes, speed = made["abstention"]["near_miss_answered"], made["fidelity"], made["speed"]
    assert f"Answered of near-misses, which nothing answers: 0 of 1, 0.000 {interval(no['interval'])}." in lines
    found = f"found again in the PDFs: {quotes['found']}, letter for letter {quotes['found_strictly']}"
    assert f"Quotes shown: {quotes['quotes']}; {found}." in lines
    assert "From a cold start 1000.0 ms (p95 1090.0), over 2 starts." in lines
    assert any(line.startswith(f"An answer takes {speed['ask_ms']['p50']} ms") for line in lines)
    assert lines[-1] == f"Set small, 5 questions. Fingerprint {made['fingerprint']}."


def test_what_was_not_measured_is_not_said() -> None:
    """One question that nothing answers, no other system, and no times."""
    rows = [a_row("q", "none-en", answerable="far_off", values={"wrongly_answered": 0.0})]
    lines = list(run_lines(a_run(rows).form(), "en"))
    assert cells(lines[1]) == ["all", "0", *["–"] * len(COLUMNS)]
    assert "Answered of what is far off: 0 of 1, 0.000 (0.00 – 0.79)." in lines
    for word in ("beside", "near-misses", "what can be answered", "cite no gold", "An answer takes", "cold start"):
        assert not any(word in line for line in lines), word


# Two runs


GOLD = {"file": "lighting.pdf", "page": 2, "quote": "It fell by 14 per cent.", "grade": 2, "language": "en"}
PAGE = {"study_id": "s", "page": 2, "label": "2", "title": "Lighting", "text": "It fell\nby 14 per cent. " + "x" * 700}
QUOTE = {"study_id": "s", "page": 2, "file": "lighting.pdf", "text": "It fell by 14 per cent."}


def two(before: Sequence[Row], after: Sequence[Row]) -> dict[str, Any]:
    pages = {("s", 2): PAGE}
    return compare(a_run(before, "a", pages=pages), a_run(after, "b", pages=pages)).form()


def mixed() -> dict[str, Any]:
    """Nine questions better, three as good, one more in another measure, and one that is another question now."""
    same, other = rows_of("MRR@10", 0.5, pair="sv-sv"), a_row("other")
    before = [*rows_of("hit@5", *[0.0] * 9, *[1.0] * 3), *same, other]
    return two(before, [*rows_of("hit@5", *[1.0] * 12), *same, replace(other, question="What else?")])


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_figure_of_a_comparison_that_is_shown_is_one_of_its_json(language: Language) -> None:
    form = mixed()
    table = list(comparison_lines(form, language))[1:3]
    assert len(shown(table)) == 2 * 8  # n, A, B, B – A, both bounds, p, and what can be told
    assert [figure for figure in shown(table) if figure not in figures(form)] == []


@pytest.mark.parametrize(
    ("language", "names", "verdict", "same", "left_out"),
    [
        ("en", ["all", "en-en"], "better", "2 of 4 figures are the same in both.", "1 questions are in one run only"),
        ("sv", ["alla", "en-en"], "bättre", "2 av 4 siffror är desamma i båda.", "1 frågor finns bara i den ena"),
    ],
)
def test_measures_that_differ_are_shown_and_the_others_counted(
    language: Language, names: list[str], verdict: str, same: str, left_out: str
) -> None:
    header, *lines = list(comparison_lines(mixed(), language))
    told = [cells(line) for line in lines[:2]]
    assert "B – A" in header
    assert [(line[0], line[1], line[-1]) for line in told] == [(name, "hit@5", verdict) for name in names]
    assert told[0][2:6] == ["12", "0.250", "1.000", "+0.750"]
    assert lines[2] == same
    assert lines[3].startswith(left_out)


def test_columns_of_a_comparison_stand_under_their_names() -> None:
    header, first, second = list(comparison_lines(mixed(), "en"))[:3]
    assert len({len(line) for line in (first, second)}) == 1
    for name, figure in (("n", "12"), ("B – A", "+0.750"), ("measure", "hit@5")):
        assert header.index(name) + len(name) == first.index(figure) + len(figure)


def test_a_question_is_shown_with_both_answers_their_first_page_and_the_gold() -> None:
    silent = a_row(
        "q", values={"answered_right": 0.0}, given=kept(quotes=[QUOTE], gold=[GOLD]), ranking=(("s", 2, ""),)
    )
    said = replace(silent, values={"answered_right": 1.0}, answered=True)
    page = "       Lighting, p. 2: It fell by 14 per cent. " + "x" * (600 - len("It fell by 14 per cent. ")) + "…"
    lines = list(comparison_lines(two([silent], [said]), "en"))
    at = lines.index("Questions won: 1.")
    assert lines[at - 2 :] == [
        "Questions lost: 0.",
        "",
        "Questions won: 1.",
        "– q: What of q?  (answered_right 0.000 → 1.000)",
        "    A: The corpus does not answer this.",
        page,
        "    B: “It fell by 14 per cent.” lighting.pdf, p. 2",
        page,
        "    gold: “It fell by 14 per cent.” lighting.pdf, p. 2",
    ]


@pytest.mark.parametrize(("lost", "shown_of_them", "more"), [(5, 5, False), (6, 6, True), (21, 20, True)])
def test_no_more_than_twenty_questions_are_named_and_five_shown_whole(
    lost: int, shown_of_them: int, more: bool
) -> None:
    lines = list(comparison_lines(two(rows_of("nDCG@10", *[1.0] * lost), rows_of("nDCG@10", *[0.0] * lost)), "en"))
    assert f"Questions lost: {lost}." in lines
    assert sum(line.startswith("– en-en") for line in lines) == shown_of_them
    assert (lines[-1] == "The rest with --json.") == more


def test_runs_that_are_the_same_have_no_table() -> None:
    rows = rows_of("hit@5", 1, 0)
    assert list(comparison_lines(two(rows, rows), "en")) == [
        "2 of 2 figures are the same in both.",
        "",
        "Questions lost: 0.",
        "",
        "Questions won: 0.",
    ]


@pytest.mark.parametrize(
    ("language", "said"), [("en", "The runs differ in: corpus."), ("sv", "Körningarna skiljer sig i: corpus.")]
)
def test_what_two_runs_differ_in_is_said_first(language: Language, said: str) -> None:
    rows = rows_of("hit@5", 1, 0)
    form = compare(a_run(rows), a_run(rows, studies={"s": "s.pdf"})).form()
    assert next(comparison_lines(form, language)) == said
