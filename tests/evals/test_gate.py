"""Whether a change may go live, held against differences and runs made by hand."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from corpus.words import Language
from evals.case import PAIRS
from evals.compare import Compared
from evals.gate import (
    EXIT,
    BadMargins,
    Check,
    Gate,
    Margins,
    OtherSet,
    Outcome,
    gate,
    judged,
    missing_studies,
    read_margins,
    same_set,
)
from evals.row import Row
from evals.run import Run
from evals.statistics import Difference, Interval
from evals.summary import MEASURES
from tests.evals.runs import a_row, a_run, refuse, rows_of

SHIPPED = read_margins()
FLOORS = ("quotes_loose", "nearest_recall", "vectors_as_embedded", "words_as_analysed", "inflections_meet")


def differs(by: float, interval: Interval) -> Difference:
    return Difference(n=50, changed=9, a=0.5, b=0.5 + by, difference=by, interval=interval, p=0.5, detectable=0.08)


def only(**margins: float) -> Margins:
    """Margins of some measures, no promises, and twice as much for each pair in hit@5."""
    return Margins(floors={}, margins=margins, of_wrong={}, pair_factor=2.0, pair_measures=("hit@5",))


def outcomes(found: Gate) -> dict[tuple[str, str], Outcome]:
    return {(check.group, check.name): check.outcome for check in found.checks}


# One measure


@pytest.mark.parametrize(
    ("by", "interval", "p", "outcome"),
    [
        (0.0, (0.0, 0.0), 1.0, "passes"),
        (-0.02, (-0.04, 0.0), 0.3, "passes"),
        (-0.03, (-0.05, -0.01), 0.001, "passes"),  # surely lower, but by no more than the margin
        (0.10, (0.05, 0.15), 0.001, "passes"),
        (-0.02, (-0.06, 0.02), 0.4, "cannot_tell"),
        (0.02, (-0.06, 0.10), 0.4, "cannot_tell"),
        (-0.04, (-0.08, -0.01), 0.001, "cannot_tell"),  # surely lower; whether beyond the margin is not sure
        (-0.10, (-0.15, -0.06), 0.2, "cannot_tell"),
        (-0.10, (-0.15, -0.06), 0.051, "cannot_tell"),
        (-0.10, (-0.15, -0.06), 0.05, "worse"),
        (-0.06, (-0.12, 0.0), 0.01, "worse"),
    ],
)
def test_a_measure_passes_within_its_margin_and_is_worse_surely_beyond_it(
    by: float, interval: Interval, p: float, outcome: Outcome
) -> None:
    assert judged(differs(by, interval), p, margin=0.05) == outcome


@pytest.mark.parametrize(
    ("by", "interval", "p", "outcome"),
    [
        (-0.10, (-0.15, -0.06), 0.001, "passes"),
        (0.03, (0.0, 0.05), 0.01, "passes"),
        (0.04, (-0.02, 0.09), 0.5, "cannot_tell"),
        (0.10, (0.06, 0.15), 0.2, "cannot_tell"),
        (0.10, (0.06, 0.15), 0.01, "worse"),
    ],
)
def test_where_less_is_better_a_rise_is_what_is_worse(
    by: float, interval: Interval, p: float, outcome: Outcome
) -> None:
    assert judged(differs(by, interval), p, margin=0.05, sign=-1) == outcome


@pytest.mark.parametrize(
    ("after", "outcome"),
    [
        ([1.0] * 40, "passes"),
        ([0.0, *[1.0] * 39], "cannot_tell"),  # one of forty, 0.025: an interval to below -0.05
        ([0.0] * 20 + [1.0] * 20, "worse"),
    ],
)
def test_a_runs_measure_is_held_against_its_margin(after: list[float], outcome: Outcome) -> None:
    found = gate(a_run(rows_of("nDCG@10", *[1.0] * 40)), a_run(rows_of("nDCG@10", *after)), only(**{"nDCG@10": 0.05}))
    assert outcomes(found) == {("all", "nDCG@10"): outcome}
    assert found.outcome == outcome


@pytest.mark.parametrize(("before", "after", "outcome"), [(0.0, 1.0, "worse"), (1.0, 0.0, "passes")])
def test_more_wrong_answers_are_worse(before: float, after: float, outcome: Outcome) -> None:
    baseline, new = (a_run(rows_of("wrongly_answered", *[v] * 20, pair="none-sv")) for v in (before, after))
    found = gate(baseline, new, replace(only(), of_wrong={"wrongly_answered": 0.08}))
    assert outcomes(found) == {("all", "wrongly_answered"): outcome}


def test_a_pair_has_the_margin_times_its_factor() -> None:
    rows = [*rows_of("hit@5", 1, 0), *rows_of("hit@5", 1, 1, pair="sv-en"), *rows_of("MRR@10", 1, pair="sv-sv")]
    found = gate(a_run(rows), a_run(rows), only(**{"hit@5": 0.05, "MRR@10": 0.04}))
    assert [(check.group, check.name, check.margin) for check in found.checks] == [
        ("all", "hit@5", 0.05),
        ("all", "MRR@10", 0.04),
        ("sv-en", "hit@5", 0.1),
        ("en-en", "hit@5", 0.1),
    ]


# Promises


def a_build(**given: Any) -> Run:
    """A run of one question that is answered with `quotes` quotes, of which `found` stand in the PDF."""
    quotes, found = given.pop("quotes", 2), given.pop("found", 2)
    row = a_row("q", answered=True, quotes=quotes, found_strictly=found, found_loosely=found)
    return a_run([replace(row, values={"hit@5": 1.0})], **given)


@pytest.mark.parametrize(
    ("promise", "build"),
    [
        ("quotes_loose", {"found": 1}),
        ("nearest_recall", {"index": {"nearest_recall@10": 0.98}}),
        ("vectors_as_embedded", {"index": {"vectors_as_embedded": 0.99}}),
        ("words_as_analysed", {"index": {"words_as_analysed": 0.99}}),
        ("inflections_meet", {"index": {"inflections_meet": 0.79}}),
    ],
)
def test_a_broken_promise_is_worse_even_where_the_baseline_broke_it(promise: str, build: dict[str, Any]) -> None:
    assert gate(a_build(), a_build(), SHIPPED).outcome == "passes"
    found = gate(a_build(**build), a_build(**build), SHIPPED)
    assert [check.name for check in found.checks if check.outcome == "worse"] == [promise]
    assert found.outcome == "worse"


@pytest.mark.parametrize("met", [0.99, 0.995, 1.0])
def test_a_promise_is_kept_from_its_floor_upwards(met: float) -> None:
    found = gate(a_build(), a_build(index={"nearest_recall@10": met}), replace(only(), floors={"nearest_recall": 0.99}))
    (check,) = found.checks
    assert (check.outcome, check.met, check.wanted) == ("passes", met, 0.99)


def test_without_quotes_no_quote_is_false() -> None:
    assert gate(a_build(), a_build(quotes=0, found=0), SHIPPED).outcome == "passes"


# What is missing


def test_each_study_that_the_baseline_had_and_the_library_has_not_is_worse() -> None:
    baseline = a_build(studies={"1": "one.pdf", "2": "two.pdf", "3": "three.pdf"})
    missing = missing_studies(baseline, {"2": "two, under another name.pdf", "4": "four.pdf"})
    assert [(check.met, check.outcome) for check in missing] == [("one.pdf", "worse"), ("three.pdf", "worse")]
    assert missing_studies(baseline, {"3": "", "2": "", "1": ""}) == []


def test_a_run_without_a_study_of_its_baseline_is_worse() -> None:
    found = gate(a_build(studies={"1": "one.pdf"}), a_build(studies={"2": "two.pdf"}), SHIPPED)
    assert found.outcome == "worse"
    assert found.checks[0].form() == {
        "name": "study_missing",
        "group": "all",
        "outcome": "worse",
        "met": "one.pdf",
        "wanted": None,
    }


def test_a_baseline_of_another_set_is_refused() -> None:
    with pytest.raises(OtherSet, match=r"runs/a was made with another version of the set small") as caught:
        gate(a_build(), a_build(set_sha256="other"), SHIPPED)
    assert "gjordes med en annan version av uppsättningen small" in caught.value.sentence("sv")
    same_set(a_build(set_sha256="other"), "other")


# All of it


def check(outcome: Outcome) -> Check:
    return Check("nearest_recall", "all", outcome, met=1.0, wanted=0.99)


@pytest.mark.parametrize(
    ("seen", "outcome", "code"),
    [
        ((), "passes", 0),
        (("passes", "passes"), "passes", 0),
        (("passes", "cannot_tell"), "cannot_tell", 3),
        (("passes", "worse", "passes"), "worse", 1),
        (("cannot_tell", "worse", "passes"), "worse", 1),
        (("worse", "cannot_tell"), "worse", 1),
    ],
)
def test_worse_in_anything_is_worse_and_unsure_in_anything_is_unsure(
    seen: tuple[Outcome, ...], outcome: Outcome, code: int
) -> None:
    found = Gate(tuple(map(check, seen)))
    assert (found.outcome, found.form()["outcome"]) == (outcome, outcome)
    assert EXIT[found.outcome] == found.form()["exit"] == code


def everything() -> list[Row]:
    """Ten questions of each pair, and ten that nothing answers, that every measure applies to."""
    names = (*MEASURES, "quotes_strict", "sentence_support")
    rows = [a_row(f"{p}-{n}", p, values=dict.fromkeys(names, n / 9)) for p in PAIRS for n in range(10)]
    return [*rows, *rows_of("wrongly_answered", *[float(n % 2) for n in range(10)], pair="none-en")]


def test_a_run_held_against_itself_passes() -> None:
    run = a_run(everything())
    found = gate(run, run, SHIPPED)
    assert {check.outcome for check in found.checks} == {"passes"}
    assert found.outcome == "passes"


def test_everything_that_has_a_margin_or_a_floor_is_looked_at() -> None:
    run = a_run(everything())
    looked_at = [(check.group, check.name) for check in gate(run, run, SHIPPED).checks]
    wanted = {*SHIPPED.floors, *SHIPPED.margins, *SHIPPED.of_wrong}
    assert sorted(name for group, name in looked_at if group == "all") == sorted(wanted)
    assert {at for at in looked_at if at[0] != "all"} == {(pair, m) for pair in PAIRS for m in SHIPPED.pair_measures}
    assert len(looked_at) == len(set(looked_at))


@pytest.mark.parametrize("rows", [everything(), rows_of("hit@5", 1, 0, document="one")], ids=["all", "one document"])
def test_what_the_gate_says_is_json(rows: list[Row]) -> None:
    changed = [replace(row, values={name: 1 - v for name, v in row.values.items()}) for row in rows]
    found = gate(a_run(rows, studies={"s": "s.pdf"}), a_run(changed), SHIPPED)
    form = json.loads(json.dumps(found.form()), parse_constant=refuse)
    assert list(form) == ["outcome", "exit", "checks", "comparison"]
    assert len(form["checks"]) == len(found.checks)
    measured = next(c for c in form["checks"] if c["name"] == "hit@5")
    assert measured.keys() >= {"margin", "a", "b", "difference", "interval", "p_holm", "detectable", "outcome"}
    assert form["comparison"]["measures"]


def test_a_gate_that_stopped_at_missing_studies_has_no_comparison() -> None:
    found = Gate((Check("study_missing", "all", "worse", met="one.pdf"),))
    assert json.loads(json.dumps(found.form()))["comparison"] is None


# What it says


MEASURED = Compared("all", "hit@5", differs(-0.1, (-0.15, -0.06)), 0.01, "worse")
SEEN = (
    check("passes"),
    Check("nDCG@10", "sv-en", "cannot_tell", margin=0.06, compared=replace(MEASURED, group="sv-en", measure="nDCG@10")),
    Check("hit@5", "all", "worse", margin=0.05, compared=MEASURED),
    Check("quotes_loose", "all", "worse", met=0.5, wanted=1.0),
    Check("study_missing", "all", "worse", met="one.pdf"),
)


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "en",
            [
                "Worse: hit@5 (all) went from 0.500 to 0.400; difference -0.150 to -0.060, margin 0.05.",
                "Worse: quotes_loose is 0.500, and must be at least 1.000.",
                "Worse: the study one.pdf, which the baseline had, is not in the library.",
                "Cannot tell: nDCG@10 (sv-en) went from 0.500 to 0.400 over 50 questions; the difference "
                "-0.150 to -0.060 reaches beyond the margin 0.06, but a fall that large is not shown (p 0.010).",
                "1 of 5 checks pass.",
                "Nothing was measured.",
                "The gate says no: worse than the baseline, or a promise is broken.",
            ],
        ),
        (
            "sv",
            [
                "Sämre: hit@5 (alla) gick från 0.500 till 0.400; skillnad -0.150 till -0.060, marginal 0.05.",
                "Sämre: quotes_loose är 0.500 och måste vara minst 1.000.",
                "Sämre: studien one.pdf, som jämförelsen hade, finns inte i biblioteket.",
                "Går inte att säga: nDCG@10 (sv-en) gick från 0.500 till 0.400 på 50 frågor; skillnaden "
                "-0.150 till -0.060 når utanför marginalen 0.06, men ett så stort fall är inte visat (p 0.010).",
                "1 av 5 kontroller godkända.",
                "Inget mättes.",
                "Spärren säger nej: sämre än jämförelsen, eller så är ett löfte brutet.",
            ],
        ),
    ],
)
def test_the_worst_is_said_first_in_either_language(language: Language, lines: list[str]) -> None:
    assert list(Gate(SEEN).lines(language)) == lines


@pytest.mark.parametrize(
    ("seen", "language", "last"),
    [
        (SEEN[:1], "en", "The gate says yes: no worse than the baseline, within the margins."),
        (SEEN[:1], "sv", "Spärren säger ja: inte sämre än jämförelsen, inom marginalerna."),
        (SEEN[:2], "en", "The gate cannot tell: figures that may have fallen by more than their margin: 1."),
        (SEEN[:2], "sv", "Spärren kan inte avgöra: siffror som kan ha fallit mer än sin marginal: 1."),
    ],
)
def test_the_last_line_is_the_answer(seen: tuple[Check, ...], language: Language, last: str) -> None:
    *_, counted, said = Gate(seen).lines(language)
    assert said.startswith(last)
    assert counted.startswith(f"1 {'of' if language == 'en' else 'av'} {len(seen)}")


# Margins


def test_the_shipped_margins_promise_every_quote() -> None:
    assert tuple(SHIPPED.floors) == FLOORS
    assert SHIPPED.floors["quotes_loose"] == 1.0
    assert set(SHIPPED.pair_measures) <= set(SHIPPED.margins)
    assert all(0 < margin < 0.1 for margin in (*SHIPPED.margins.values(), *SHIPPED.of_wrong.values()))


GOOD = {
    "floors": "nearest_recall = 0.9",
    "margins": '"hit@5" = 1',
    "margins_of_wrong": "wrongly_answered = 0.2",
    "pairs": 'factor = 3\nmeasures = ["hit@5"]',
}


def written(folder: Path, tables: Mapping[str, str]) -> Path:
    path = folder / "margins.toml"
    path.write_text("\n".join(f"[{name}]\n{lines}" for name, lines in tables.items()), "utf-8")
    return path


def test_margins_of_ones_own_are_read(tmp_path: Path) -> None:
    assert read_margins(written(tmp_path, GOOD)) == Margins(
        floors={"nearest_recall": 0.9},
        margins={"hit@5": 1.0},
        of_wrong={"wrongly_answered": 0.2},
        pair_factor=3.0,
        pair_measures=("hit@5",),
    )


def refused(path: Path, *said: str) -> None:
    with pytest.raises(BadMargins) as caught:
        read_margins(path)
    english, swedish = (caught.value.sentence(language) for language in ("en", "sv"))
    assert english.startswith(f"The margins in {path} cannot be read")
    assert swedish.startswith(f"Marginalerna i {path} går inte att läsa")
    for word in said:
        assert word in english
        assert word in swedish


@pytest.mark.parametrize("table", GOOD)
def test_a_table_that_is_missing_is_named(tmp_path: Path, table: str) -> None:
    refused(written(tmp_path, {name: lines for name, lines in GOOD.items() if name != table}), table)


@pytest.mark.parametrize(
    ("table", "lines", "said"),
    [
        ("floors", "nearest_recall = 0.9\nquotes = 1.0\nkindness = 1.0", "kindness, quotes"),
        ("floors", 'nearest_recall = "high"', "high"),
        ("margins", '"hit@5" = "little"', "little"),
        ("margins_of_wrong", "wrongly_answered = []", "list"),
        ("pairs", "factor = 2", "measures"),
        ("pairs", 'measures = ["hit@5"]', "factor"),
        ("pairs", 'factor = 2\nmeasures = "', "Unterminated"),
    ],
)
def test_what_is_wrong_with_margins_is_said_in_both_languages(
    tmp_path: Path, table: str, lines: str, said: str
) -> None:
    refused(written(tmp_path, {**GOOD, table: lines}), said)


def test_margins_that_are_no_file_or_no_text_are_refused(tmp_path: Path) -> None:
    refused(tmp_path / "nowhere.toml", "nowhere.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    refused(tmp_path / "bytes.toml", "utf-8")
