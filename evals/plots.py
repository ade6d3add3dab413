"""Two plots as inline SVG: risk against coverage, and what confidence means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

_WIDTH, _HEIGHT = 420, 300
_LEFT, _BOTTOM, _TOP, _RIGHT = 48, 44, 12, 12
_DASHES = ("", "6 4", "2 3", "8 3 2 3")


def risk_plot(curves: Mapping[str, Sequence[Sequence[float]]], x: str, y: str, point: str = ".") -> Markup:
    """Risk against coverage, a line for each system, from (coverage, risk) points.

    `x` and `y` name the axes; `point` stands between whole and part of a number.
    """
    parts: list[Markup] = []
    for n, (name, points) in enumerate(curves.items()):
        way = " ".join(f"{_x(coverage):.1f},{_y(risk):.1f}" for coverage, risk in points)
        parts.append(
            Markup(
                '<polyline class="line line{}" points="{}" stroke-dasharray="{}"><title>{}</title></polyline>'
            ).format(n, way, _DASHES[n % len(_DASHES)], name)
        )
    return _framed([*parts, *_legend(curves)], x, y, point)


def reliability_plot(bins: Iterable[Mapping[str, Any]], x: str, y: str, point: str = ".") -> Markup:
    """The share that was right against mean confidence, a dot for each bin, as large as it has questions."""
    parts = [Markup('<line class="ideal" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(_x(0), _y(0), _x(1), _y(1))]
    for found in bins:
        parts.append(
            Markup('<circle class="dot" cx="{:.1f}" cy="{:.1f}" r="{:.1f}"><title>{}</title></circle>').format(
                _x(found["confidence"]), _y(found["right"]), 2 + found["n"] ** 0.5, f"n = {found['n']}"
            )
        )
    return _framed(parts, x, y, point)


def _x(share: float) -> float:
    return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)


def _y(share: float) -> float:
    return _HEIGHT - _BOTTOM - share * (_HEIGHT - _BOTTOM - _TOP)


def _legend(curves: Iterable[str]) -> list[Markup]:
    form = Markup(
        '<line class="line line{0}" x1="{1}" y1="{3}" x2="{2}" y2="{3}" stroke-dasharray="{4}"/>'
        '<text x="{5}" y="{6}">{7}</text>'
    )
    left, top = _LEFT + 12, _TOP + 12
    return [
        form.format(n, left, left + 28, top + 18 * n, _DASHES[n % len(_DASHES)], left + 34, top + 4 + 18 * n, name)
        for n, name in enumerate(curves)
    ]


def _framed(parts: Iterable[Markup], x: str, y: str, point: str) -> Markup:
    tick = Markup(
        '<line class="grid" x1="{0}" y1="{1}" x2="{2}" y2="{1}"/><text x="{3}" y="{4}" text-anchor="end">{5}</text>'
        '<text x="{6}" y="{7}" text-anchor="middle">{5}</text>'
    )
    ticks = [
        tick.format(
            _x(0), _y(share), _x(1), _LEFT - 6, _y(share) + 4, f"{share:g}".replace(".", point), _x(share), _y(0) + 16
        )
        for share in (0, 0.25, 0.5, 0.75, 1)
    ]
    names = Markup(
        '<text x="{}" y="{}" text-anchor="middle">{}</text>'
        '<text transform="translate(12 {}) rotate(-90)" text-anchor="middle">{}</text>'
    ).format(_x(0.5), _HEIGHT - 8, x, _y(0.5), y)
    return Markup('<svg class="plot" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        _WIDTH, _HEIGHT, f"{y} / {x}", Markup("").join([*ticks, *parts, names])
    )
