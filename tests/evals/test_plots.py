"""Plots lie where their figures say: 360 points wide from 48, 244 points high from 256 upwards."""

from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from markupsafe import Markup

from evals.plots import reliability_plot, risk_plot

AWKWARD = '<b> & "bm25"'
CURVES = {"amp": [[0.5, 0.0], [1.0, 0.25]], "bm25": [[0.5, 0.5], [1.0, 0.75]]}
BINS = [{"n": 9, "confidence": 0.25, "right": 0.5}, {"n": 4, "confidence": 1.0, "right": 0.0}]


def svg(plot: Markup) -> Element:
    """The plot, read as strictly as XML is."""
    return ElementTree.fromstring(plot)


def of_class(plot: Element, name: str) -> list[Element]:
    return [element for element in plot.iter() if name in element.get("class", "").split()]


def numbers(element: Element, *names: str) -> tuple[float, ...]:
    return tuple(float(element.get(name, "nan")) for name in names)


def texts(plot: Element) -> list[str]:
    return [element.text or "" for element in plot.iter("text")]


# Where things lie


@pytest.mark.parametrize(
    ("points", "drawn"),
    [
        ([[0.0, 0.0]], "48.0,256.0"),
        ([[1.0, 1.0]], "408.0,12.0"),
        ([[0.5, 0.25]], "228.0,195.0"),  # 48 + 180, 256 - 61
        ([[0.5, 0.0], [1.0, 0.5]], "228.0,256.0 408.0,134.0"),
        ([], ""),
    ],
)
def test_coverage_goes_right_and_risk_goes_up(points: list[list[float]], drawn: str) -> None:
    (line,) = svg(risk_plot({"amp": points}, "answered", "wrong")).iter("polyline")
    assert line.get("points") == drawn


def test_a_dot_lies_at_its_confidence_and_its_share_right_and_is_larger_for_more_questions() -> None:
    first, second = of_class(svg(reliability_plot(BINS, "sure", "right")), "dot")
    assert numbers(first, "cx", "cy", "r") == (138, 134, 5)  # 48 + 90, 256 - 122, 2 + root of 9
    assert numbers(second, "cx", "cy", "r") == (408, 256, 4)


def test_the_line_on_which_confidence_means_what_it_says_goes_from_corner_to_corner() -> None:
    (line,) = of_class(svg(reliability_plot([], "sure", "right")), "ideal")
    assert numbers(line, "x1", "y1", "x2", "y2") == (48, 256, 408, 12)


@pytest.mark.parametrize("plot", [risk_plot({}, "x", "y"), reliability_plot([], "x", "y")], ids=["risk", "reliability"])
def test_the_axes_are_marked_at_every_quarter(plot: Markup) -> None:
    drawn = svg(plot)
    marks = ["0", "0.25", "0.5", "0.75", "1"]
    up, along = ([t for t in drawn.iter("text") if t.get("text-anchor") == side] for side in ("end", "middle"))
    assert [t.text for t in up] == marks
    assert [t.text for t in along] == [*marks, "x", "y"]
    assert [float(t.get("x", "nan")) for t in along[:5]] == [48, 138, 228, 318, 408]
    assert [numbers(grid, "y1", "y2") for grid in of_class(drawn, "grid")] == [
        (y, y) for y in (256.0, 195.0, 134.0, 73.0, 12.0)
    ]


def test_everything_lies_within_the_picture() -> None:
    drawn = svg(risk_plot(CURVES, "x", "y"))
    _, _, width, height = map(float, drawn.get("viewBox", "").split())
    for element in drawn.iter():
        for name, most in (("x", width), ("x1", width), ("x2", width), ("y", height), ("y1", height), ("y2", height)):
            assert 0 <= float(element.get(name, "0")) <= most


# What is said of them


def test_a_line_has_its_system_s_name_and_is_told_apart_without_colour() -> None:
    amp, bm25 = svg(risk_plot(CURVES, "x", "y")).iter("polyline")
    assert [line.findtext("title") for line in (amp, bm25)] == ["amp", "bm25"]
    assert (amp.get("class"), bm25.get("class")) == ("line line0", "line line1")
    assert amp.get("stroke-dasharray") != bm25.get("stroke-dasharray")


def test_the_legend_names_each_system_beside_a_line_like_its_own() -> None:
    drawn = svg(risk_plot(CURVES, "x", "y"))
    lines, samples = list(drawn.iter("polyline")), [e for e in of_class(drawn, "line") if e.tag == "line"]
    looks = [[(e.get("class"), e.get("stroke-dasharray")) for e in among] for among in (lines, samples)]
    assert looks[0] == looks[1]
    names = [e for e in drawn.iter("text") if e.text in CURVES]
    assert [name.text for name in names] == ["amp", "bm25"]
    assert [
        float(name.get("y", "nan")) - float(e.get("y1", "nan")) for name, e in zip(names, samples, strict=True)
    ] == [
        4,
        4,
    ]


def test_a_dot_says_how_many_questions_it_stands_for() -> None:
    dots = of_class(svg(reliability_plot(BINS, "x", "y")), "dot")
    assert [dot.findtext("title") for dot in dots] == ["n = 9", "n = 4"]


@pytest.mark.parametrize("plot", [risk_plot(CURVES, "a", "b"), reliability_plot(BINS, "a", "b")], ids=["risk", "dots"])
def test_a_plot_names_its_axes_and_is_read_out_as_one_picture(plot: Markup) -> None:
    drawn = svg(plot)
    assert (drawn.get("role"), drawn.get("aria-label")) == ("img", "b / a")
    assert texts(drawn)[-2:] == ["a", "b"]


@pytest.mark.parametrize("given", [{"x": AWKWARD}, {"y": AWKWARD}, {"curves": {AWKWARD: [[1.0, 1.0]]}}], ids=str)
def test_names_are_escaped(given: dict[str, Any]) -> None:
    plot = risk_plot(**({"curves": CURVES, "x": "x", "y": "y"} | given))
    assert "<b>" not in plot
    assert AWKWARD in texts(svg(plot))
    assert "<b>" not in reliability_plot(BINS, AWKWARD, AWKWARD)


def test_a_plot_names_no_address() -> None:
    assert not any(word in risk_plot(CURVES, "x", "y") for word in ("http:", "https:", "href", "url("))
