"""A run as one page to read, on a screen or on paper: figures, plots, and every failure with its page."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from PIL import Image

from corpus.library import Library
from corpus.words import Fault, Language, say
from evals.case import PAIRS
from evals.fingerprint import corpus
from evals.html import page
from evals.opinion import read_opinions
from evals.plots import reliability_plot, risk_plot
from evals.row import Row
from evals.run import Run, pdf_of
from evals.summary import MEASURES
from ingest.read import ChildReader

COLUMNS = (
    "hit@1",
    "hit@5",
    "MRR@10",
    "nDCG@10",
    "Recall@10",
    "span_hit@5",
    "answered",
    "answered_right",
    "page_accuracy",
    "nugget_recall_vital",
)
FAILURES = ("wrongly_answered", "wrong_page", "not_found", "silent")
"""Kinds of failure, the worst first."""

_SCALE = 1.25
_QUALITY = 45


class OtherCorpus(Fault):
    """A run was made over another corpus than the library that is open."""

    code = "report_other_corpus"


@dataclass(frozen=True, slots=True)
class Failure:
    """A question that went wrong: how, and a picture of its gold page, or of the page wrongly shown."""

    kind: str
    row: Row
    picture: str
    picture_of: str


def failure_of(row: Row) -> str:
    """How a question went wrong; "" where it did not."""
    if not row.is_answerable:
        return "wrongly_answered" if row.answered else ""
    if row.answered and not row.values["answered_right"]:
        return "wrong_page"
    if not row.values["hit@5"]:
        return "not_found"
    return "" if row.answered else "silent"


def report(run: Run, library: Library | None, language: Language) -> str:
    """The page. Without a library there are no pictures of pages. Raises OtherCorpus."""
    if library is not None and corpus(library) != run.made_from["corpus"]:
        raise OtherCorpus(folder=run.folder, library=library.folder)
    form = run.form()
    failures = list(_failures(run, library))
    return page(
        "report.html.j2",
        language,
        form=form,
        run=run,
        said=lambda value: said(value, language),
        figure=lambda *keys: figure(form, keys, language),
        bounds=lambda *keys: bounds(form, keys, language),
        broken=lambda measure: Markup("_<wbr>").join(measure.split("_")),
        columns=COLUMNS,
        measures=MEASURES,
        pairs=[pair for pair in PAIRS if pair in form["pairs"]],
        kinds=[(kind, [f for f in failures if f.kind == kind]) for kind in FAILURES],
        failure_of=failure_of,
        opinions=read_opinions(run),
        plots={"risk": _risk(form, language), "reliability": _reliability(form, language)},
        title_of=lambda study_id, number: run.pages.get((study_id, number), {}).get("title", ""),
    )


def at(form: Any, keys: Sequence[str]) -> Any:
    """A value deep in the JSON; None where there is none."""
    for key in keys:
        form = form.get(key) if isinstance(form, dict) else None
    return form


def figure(form: dict[str, Any], keys: Sequence[str], language: Language) -> Markup:
    """A figure of the JSON, in the reader's form, that says where it stands there."""
    value = at(form, keys)
    if value is None:
        return Markup("–")
    return Markup('<span class="figure" data-path="{}" data-value="{}">{}</span>').format(
        "/".join(keys), value, said(value, language)
    )


def said(value: float | int, language: Language) -> str:
    """A number as it is in the JSON, with a decimal comma in Swedish."""
    text = f"{value:.3f}" if isinstance(value, float) and abs(value) < 10 else f"{value:g}"
    return text.replace(".", _point(language))


def _point(language: Language) -> str:
    return "," if language == "sv" else "."


def bounds(form: dict[str, Any], keys: Sequence[str], language: Language) -> Markup:
    """An interval of the JSON, small."""
    given = at(form, keys)
    if not given:
        return Markup("")
    low, high = (said(float(bound), language) for bound in given)
    path = "/".join(keys)
    return Markup('<span class="interval" data-path="{}" data-value="{} {}">{} – {}</span>').format(
        path, *given, low, high
    )


def _risk(form: dict[str, Any], language: Language) -> Markup:
    curves = {"amp": form["abstention"]["risk_coverage"]}
    curves |= {name: beside["abstention"]["risk_coverage"] for name, beside in form["baselines"].items()}
    return risk_plot(curves, say("report_coverage", language), say("report_risk", language), _point(language))


def _reliability(form: dict[str, Any], language: Language) -> Markup:
    return reliability_plot(
        form["calibration"]["reliability"],
        say("report_confidence", language),
        say("report_right", language),
        _point(language),
    )


def _failures(run: Run, library: Library | None) -> Iterator[Failure]:
    """Every failure, each with a picture of the page that matters most: the gold page, else the one wrongly cited."""
    failed = [(kind, row) for row in run.rows if (kind := failure_of(row))]
    if library is None:
        yield from (Failure(kind, row, "", "") for kind, row in failed)
        return
    with ChildReader(library.settings) as reader:
        drawn: dict[tuple[str, int, str], str] = {}
        for kind, row in sorted(failed, key=lambda one: FAILURES.index(one[0])):
            study_id, number, quote = _telling(row)
            key = study_id, number, quote
            if key not in drawn:
                drawn[key] = _picture(library, reader, *key)
            yield Failure(kind, row, drawn[key], f"{run.pages.get(key[:2], {}).get('title', study_id)}, {number}")


def _telling(row: Row) -> tuple[str, int, str]:
    """The page to look at, and what to mark on it."""
    if row.gold:
        study_id, number, _ = row.gold[0]
        return study_id, number, str(row.given["gold"][0]["quote"])
    shown = (row.given["quotes"] or row.given["hits"])[0]
    return str(shown["study_id"]), int(shown["page"]), str(shown["text"])


def _picture(library: Library, reader: ChildReader, study_id: str, number: int, quote: str) -> str:
    """A page with a quote marked, as a data address; "" where it cannot be drawn."""
    try:
        path = pdf_of(library, study_id)
        drawn = reader.draw(path, number, [quote] if quote else [], _SCALE) if path else None
    except Fault:
        drawn = None
    if drawn is None:
        return ""
    stream = io.BytesIO()
    Image.open(io.BytesIO(drawn.png)).convert("RGB").save(stream, "WEBP", quality=_QUALITY, method=4)
    return "data:image/webp;base64," + base64.b64encode(stream.getvalue()).decode("ascii")
