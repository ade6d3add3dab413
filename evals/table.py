"""Figures as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from corpus.words import Language, say

COLUMNS = ("hit@1", "hit@5", "MRR@10", "nDCG@10", "Recall@10", "span_hit@5", "answered_right", "nugget_recall_vital")


def rows_of(cells: Iterable[Sequence[str]]) -> Iterator[str]:
    """Cells as lines, the first column to the left and the others to the right."""
    table = [list(row) for row in cells]
    widths = [max(len(row[i]) for row in table) for i in range(len(table[0]))] if table else []
    for row in table:
        first, *others = (
            cell.ljust(w) if not i else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join([first, *others]).rstrip()


def number(value: object) -> str:
    """A figure as it stands in the JSON, with three decimals; a dash where there is none."""
    return "–" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)


def interval(given: Sequence[float] | None) -> str:
    """An interval, with two decimals."""
    return f"({given[0]:.2f} – {given[1]:.2f})" if given else ""


def run_lines(form: Mapping[str, Any], language: Language) -> Iterator[str]:
    """A run: a line for each pair, how it says no, whether quotes hold, and what plain systems do."""
    pairs = {**form["pairs"], say("eval_all", language): form["overall"]}
    yield from rows_of(
        [["", "n", *COLUMNS], *([name, str(g["n"]), *(number(g.get(m)) for m in COLUMNS)] for name, g in pairs.items())]
    )
    yield ""
    if form["baselines"]:
        yield from rows_of([[say("eval_beside", language), *COLUMNS], *_beside(form)])
        yield ""
    yield from _saying_no(form, language)
    yield say(
        "eval_fingerprint",
        language,
        fingerprint=form["fingerprint"],
        set=form["set"]["name"],
        questions=form["set"]["questions"],
    )


_TURNED_SHOWN = 5
_LISTED = 20
_PAGE_SHOWN = 600


def comparison_lines(form: Mapping[str, Any], language: Language) -> Iterator[str]:
    """A comparison: every measure that differs, then the questions that were won and lost."""
    if form["differ_in"]:
        yield say("compare_differ", language, parts=", ".join(form["differ_in"]))
    told = [m for m in form["measures"] if m["verdict"] != "same"]
    header = [
        "",
        say("compare_measure", language),
        "n",
        "A",
        "B",
        "B – A",
        "95 %",
        "p (Holm)",
        say("compare_detectable", language),
        "",
    ]
    if told:
        yield from rows_of([header, *(_compared(m, language) for m in told)])
    yield say("compare_same", language, same=len(form["measures"]) - len(told), measures=len(form["measures"]))
    if form["left_out"]:
        yield say("compare_left_out", language, count=len(form["left_out"]))
    for code in ("losses", "wins"):
        yield ""
        yield say(f"compare_{code}", language, count=len(form[code]))
        for n, turned in enumerate(form[code][:_LISTED]):
            yield from _turned(turned, language, whole=n < _TURNED_SHOWN)
    if max(len(form["wins"]), len(form["losses"])) > _TURNED_SHOWN:
        yield say("compare_more", language)


def _compared(m: Mapping[str, Any], language: Language) -> list[str]:
    group = say("eval_all", language) if m["group"] == "all" else m["group"]
    figures = [number(m["a"]), number(m["b"]), f"{m['difference']:+.3f}", interval(m["interval"]), f"{m['p_holm']:.3f}"]
    return [
        group,
        m["measure"],
        str(m["n"]),
        *figures,
        number(m["detectable"]),
        say(f"verdict_{m['verdict']}", language),
    ]


def _turned(turned: Mapping[str, Any], language: Language, *, whole: bool) -> Iterator[str]:
    """One line for a question that turned; with `whole` also both answers, their pages and the gold."""
    before, after = number(turned["a"]["value"]), number(turned["b"]["value"])
    yield f"– {turned['id']}: {turned['question']}  ({turned['measure']} {before} → {after})"
    if not whole:
        return
    for side in ("a", "b"):
        yield from _answered(side.upper(), turned[side], language)
    for gold in turned["gold"]:
        yield f"    {say('compare_gold', language)}: {_quoted(gold['quote'], gold, language)}"


def _answered(name: str, given: Mapping[str, Any], language: Language) -> Iterator[str]:
    if not given["answered"]:
        yield f"    {name}: {say('not_answered', language)}"
    for quote in given["quotes"]:
        yield f"    {name}: {_quoted(quote['text'], quote, language)}"
    for page in given["pages"][:1]:
        text = " ".join(page["text"].split())
        cut = text[:_PAGE_SHOWN] + ("…" if len(text) > _PAGE_SHOWN else "")
        yield f"       {page['title']}, {say('page', language, label=page['page'])}: {cut}"


def _quoted(text: str, at: Mapping[str, Any], language: Language) -> str:
    return f"“{text}” {at['file']}, {say('page', language, label=at['page'])}"


def rating_lines(form: Mapping[str, Any], language: Language) -> Iterator[str]:
    """What raters said, each alone, and how far each two of them agree."""
    yield say("ratings_of", language, questions=form["questions"], raters=", ".join(form["raters"]))
    if form["kind"] == "pair":
        yield say("ratings_sides", language)
    for rater, asks in form["results"].items():
        for ask, found in asks.items():
            shares = [
                f"{name} {s['count']} {number(s['share'])}" for name, s in found.items() if isinstance(s, Mapping)
            ]
            yield f"{rater}  {ask}  n {found['n']}  {'  '.join(shares)}"
    for pair in form["agreement"]:
        for ask, found in pair.items():
            if isinstance(found, Mapping):
                agreed, kappa = number(found["agreed"]), number(found["kappa"])
                both = " / ".join(pair["raters"])
                yield say("ratings_agree", language, raters=both, ask=ask, n=found["n"], agreed=agreed, kappa=kappa)


def _beside(form: Mapping[str, Any]) -> Iterator[list[str]]:
    yield ["amp", *(number(form["overall"].get(m)) for m in COLUMNS)]
    for name, beside in form["baselines"].items():
        yield [name, *(number(beside["overall"].get(m)) for m in COLUMNS)]


def _saying_no(form: Mapping[str, Any], language: Language) -> Iterator[str]:
    no, quotes = form["abstention"], form["fidelity"]
    for code, share in (
        ("eval_answered", no["answered_share"]),
        ("eval_near_miss", no["near_miss_answered"]),
        ("eval_far_off", no["far_off_answered"]),
        ("eval_wrong", no["wrong_of_answers"]),
    ):
        if share["n"]:
            yield say(
                code,
                language,
                count=share["count"],
                n=share["n"],
                share=number(share["share"]),
                interval=interval(share["interval"]),
            )
    yield say(
        "eval_auroc",
        language,
        answerable=number(no["auroc_answerable"]),
        right=number(no["auroc_right"]),
        aurc=number(no["aurc"]),
    )
    yield say(
        "eval_calibration", language, brier=number(form["calibration"]["brier"]), ece=number(form["calibration"]["ece"])
    )
    yield say(
        "eval_quotes", language, quotes=quotes["quotes"], found=quotes["found"], strictly=quotes["found_strictly"]
    )
    index = form["index"]
    yield say(
        "eval_index",
        language,
        nearest=number(index["nearest_recall@10"]),
        vectors=number(index["vectors_as_embedded"]),
        words=number(index["words_as_analysed"]),
        inflections=number(index["inflections_meet"]),
    )
    speed = form["speed"]
    if speed["ask_ms"]:
        yield say(
            "eval_speed",
            language,
            p50=speed["ask_ms"]["p50"],
            p95=speed["ask_ms"]["p95"],
            rate=speed["answers_per_second"],
            memory=speed["peak_mb"],
        )
    if speed["cold_ms"]:
        yield say(
            "eval_cold", language, p50=speed["cold_ms"]["p50"], p95=speed["cold_ms"]["p95"], starts=speed["cold_starts"]
        )
