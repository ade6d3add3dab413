"""People as judges: a page to rate two runs blind or one run alone, and what raters' files say together."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

from corpus.text import one_line
from corpus.words import Fault, Language, say
from evals.html import page
from evals.lines import json_lines, one_of, why
from evals.row import Row
from evals.run import Run
from evals.statistics import kappa, wilson
from evals.summary import rounded

CHOICES = ("left", "right", "equal", "both_bad")
OUTCOMES = ("a", "b", "equal", "both_bad")
DEGREES = ("yes", "partly", "no")
ASKED: dict[str, tuple[str, ...]] = {"pair": ("choice",), "single": ("supported", "useful", "complete")}
"""What the page asks of each question, by the kind of task."""


class BadRatings(Fault):
    """A file of ratings cannot be read."""

    code = "ratings_bad"


class OtherTask(Fault):
    """Ratings of more than one task are given together."""

    code = "ratings_other_task"


class OtherSeed(Fault):
    """Ratings were made with another seed than the one they are to be unblinded with."""

    code = "ratings_other_seed"


class NothingToRate(Fault):
    """The runs have no question to rate."""

    code = "ratings_nothing"


@dataclass(frozen=True, slots=True)
class Rating:
    """What one person said of one question; "" where they did not say.

    `choice` is of a pair, blind: left, right, equal or both_bad. The three others are of a single answer: yes, partly
    or no. `key` proves the seed that sides were drawn with.
    """

    task: str
    kind: str
    question_id: str
    rater: str
    choice: str = ""
    supported: str = ""
    useful: str = ""
    complete: str = ""
    note: str = ""
    rated_at: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class _Quote:
    """A quote as the page shows it; `page` is the page's text before, in and after the quote."""

    text: str
    language: str
    title: str
    number: int
    label: str
    page: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class _Shown:
    """An answer as the page shows it. `written` are sentences that are no quotes themselves, with their numbers."""

    answered: bool
    message: str
    written: tuple[tuple[str, tuple[int, ...]], ...]
    quotes: tuple[_Quote, ...]


@dataclass(frozen=True, slots=True)
class _Item:
    """A question with the answers to rate. `asks` is what is asked of them."""

    id: str
    question: str
    language: str
    answers: tuple[_Shown, ...]
    asks: tuple[str, ...]
    key: str = ""

    @property
    def same(self) -> bool:
        """Are there two answers with no difference?"""
        return len(self.answers) == 2 and self.answers[0] == self.answers[1]


def task_of_pair(a: Run, b: Run, seed: int) -> str:
    """The name of a blind comparison: 12 hexadecimal digits that follow from both runs, their order and the seed."""
    return _digest(f"pair-{_mark(a)}-{_mark(b)}-{seed}")


def task_of_single(run: Run) -> str:
    """The name of one run's rating: 12 hexadecimal digits that follow from the run."""
    return _digest(f"single-{_mark(run)}")


def _mark(run: Run) -> str:
    """What a run was made from and what it gave."""
    given = [[row.id, row.question, row.answered, row.given] for row in run.rows]
    return f"{run.summary['fingerprint']}-{_digest(json.dumps(given, sort_keys=True))}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def side_by_side(a: Run, b: Run, language: Language, seed: int) -> str:
    """A page to compare the answers to each question that both runs have; which side is whose is drawn by the seed.

    Raises NothingToRate.
    """
    task = task_of_pair(a, b, seed)
    others = {(row.id, row.question): row for row in b.rows}
    items = []
    for row in a.rows:
        other = others.get((row.id, row.question))
        if other is not None:
            sides = (_shown(row, a, language), _shown(other, b, language))
            answers = sides if _is_a_left(seed, task, row.id) else sides[::-1]
            items.append(_Item(row.id, row.question, row.language, answers, ASKED["pair"], _key(seed, task, row.id)))
    return _page("pair", task, items, language)


def one_by_one(run: Run, language: Language) -> str:
    """A page to rate each answer of a run. Of silence nothing can be supported, and that is not asked.

    Raises NothingToRate.
    """
    items = [
        _Item(
            row.id,
            row.question,
            row.language,
            (_shown(row, run, language),),
            ASKED["single"] if row.answered else ASKED["single"][1:],
        )
        for row in run.rows
    ]
    return _page("single", task_of_single(run), items, language)


def _is_a_left(seed: int, task: str, question_id: str) -> bool:
    return int(_digest(f"side|{seed}|{task}|{question_id}"), 16) % 2 == 0


def _key(seed: int, task: str, question_id: str) -> str:
    """Tells the program that a seed is the right one, and nobody which side is whose."""
    return _digest(f"key|{seed}|{task}|{question_id}")


def _shown(row: Row, run: Run, language: Language) -> _Shown:
    if not row.answered:
        return _Shown(False, row.given["message"] or say("rating_silent", language), (), ())
    quotes = tuple(_quote(quote, run) for quote in row.given["quotes"])
    quoted = {one_line(quote.text) for quote in quotes}
    sentences = tuple((s["text"], tuple(s["citations"])) for s in row.given["sentences"])
    only_quotes = all(one_line(text) in quoted for text, _ in sentences)
    return _Shown(True, "", () if only_quotes else sentences, quotes)


def _quote(quote: dict[str, Any], run: Run) -> _Quote:
    page = run.pages.get((quote["study_id"], quote["page"]), {})
    return _Quote(
        text=quote["text"],
        language=quote["language"],
        title=page.get("title") or quote["file"],
        number=quote["page"],
        label=quote["page_label"] or page.get("label") or str(quote["page"]),
        page=_parted(page.get("text", ""), quote["text"]),
    )


def _parted(text: str, quote: str) -> tuple[str, str, str]:
    """A page's text before, in and after a quote; all of it before where the quote is not found."""
    found = re.search(r"\s+".join(map(re.escape, quote.split())), text)
    return (text[: found.start()], found[0], text[found.end() :]) if found and found[0] else (text, "", "")


def _page(kind: str, task: str, items: Sequence[_Item], language: Language) -> str:
    if not items:
        raise NothingToRate
    left_open = {"done": "{done}", "total": len(items), "file": "{file}"}
    codes = ("progress", "anew_sure", "name_first", "nothing_chosen", "saved", "not_kept")
    return page(
        "rating.html.j2",
        language,
        kind=kind,
        items=items,
        values={"choice": CHOICES, **dict.fromkeys(ASKED["single"], DEGREES)},
        task={
            "task": task,
            "kind": kind,
            "asked": ASKED[kind],
            "says": {code: say(f"rating_{code}", language, **left_open) for code in codes},
        },
    )


def read_ratings(paths: Iterable[Path]) -> list[Rating]:
    """Every rating in some raters' files. Of a question that one rater rated twice, the later rating stands.

    A rater is the same however the name is capitalised. Raises BadRatings.
    """
    names: dict[str, str] = {}
    kept: dict[tuple[str, str, str], Rating] = {}
    for rating in _read_all(paths):
        name = names.setdefault(rating.rater.casefold(), rating.rater)
        place = (rating.task, name, rating.question_id)
        if place not in kept or _when(rating.rated_at) >= _when(kept[place].rated_at):
            kept[place] = replace(rating, rater=name)
    return list(kept.values())


def _read_all(paths: Iterable[Path]) -> Iterator[Rating]:
    for path in paths:
        for line in json_lines(path, BadRatings):
            try:
                yield _rating(line.value)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise BadRatings(file=path, line=line.number, why=why(error)) from error


def _rating(form: Any) -> Rating:
    """A line of a rater's file."""
    if not isinstance(form, dict):
        raise TypeError("a rating is a JSON object")
    kind = one_of(form["kind"], tuple(ASKED), "kind")
    said = {ask: one_of(form.get(ask, ""), ("", *_values(ask)), ask) for ask in ASKED[kind]}
    rated_at = str(form.get("rated_at", ""))
    _when(rated_at)
    return Rating(
        task=_text(form["task"], "task"),
        kind=kind,
        question_id=_text(form["question_id"], "question_id"),
        rater=one_line(_text(form["rater"], "rater")),
        note=str(form.get("note", "")),
        rated_at=rated_at,
        key=str(form.get("key", "")),
        **said,
    )


def _values(ask: str) -> tuple[str, ...]:
    return CHOICES if ask == "choice" else DEGREES


def _text(value: object, name: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name} is {value!r}; a text is wanted")
    return value


def _when(rated_at: str) -> datetime:
    """A moment; one without a time zone is in UTC, and one that is not told comes before all."""
    if not rated_at:
        return datetime.min.replace(tzinfo=UTC)
    moment = datetime.fromisoformat(rated_at)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def unblind(rating: Rating, seed: int) -> str:
    """Whose answer was chosen: a, b, equal or both_bad; "" where nothing was. Raises OtherSeed."""
    if rating.key and rating.key != _key(seed, rating.task, rating.question_id):
        raise OtherSeed(seed=seed, task=rating.task)
    if rating.choice not in ("left", "right"):
        return rating.choice
    return "a" if (rating.choice == "left") == _is_a_left(seed, rating.task, rating.question_id) else "b"


def agreement(ratings: Sequence[Rating], seed: int = 0) -> dict[str, Any]:
    """How far raters agree, two by two, and what each of them found, as JSON.

    Choices between two runs are unblinded first, so that chance is reckoned from how often a rater preferred a run
    and not a side. Raises OtherTask or OtherSeed.
    """
    task, kind = _one_task(ratings)
    said: dict[str, dict[str, dict[str, str]]] = {}
    for rating in ratings:
        of_rater = said.setdefault(rating.rater, {ask: {} for ask in ASKED[kind]})
        for ask, answers in of_rater.items():
            answer = unblind(rating, seed) if ask == "choice" else getattr(rating, ask)
            if answer:
                answers[rating.question_id] = answer
    raters = sorted(said, key=str.casefold)
    return {
        "task": task,
        "kind": kind,
        "questions": len({question for asks in said.values() for answers in asks.values() for question in answers}),
        "raters": raters,
        "agreement": [
            {"raters": [one, other], **{ask: _agreed(said[one][ask], said[other][ask]) for ask in ASKED[kind]}}
            for one, other in combinations(raters, 2)
        ],
        "results": {rater: {ask: _found(ask, said[rater][ask]) for ask in ASKED[kind]} for rater in raters},
    }


def _one_task(ratings: Sequence[Rating]) -> tuple[str, str]:
    """The task that all ratings are of, and its kind; "" where there are none."""
    if not ratings:
        return "", ""
    first = ratings[0]
    for rating in ratings:
        if (rating.task, rating.kind) != (first.task, first.kind):
            raise OtherTask(first=f"{first.kind} {first.task}", other=f"{rating.kind} {rating.task}")
    return first.task, first.kind


def _agreed(one: dict[str, str], other: dict[str, str]) -> dict[str, Any]:
    """Agreement of two raters over what both rated; None where there is none to speak of."""
    both = [question for question in one if question in other]
    first, second = [one[question] for question in both], [other[question] for question in both]
    agreed = sum(x == y for x, y in zip(first, second, strict=True))
    return {
        "n": len(both),
        "agreed": rounded(agreed / len(both)) if both else None,
        "kappa": rounded(kappa(first, second)),
    }


def _found(ask: str, answers: dict[str, str]) -> dict[str, Any]:
    """How often one rater gave each answer."""
    n, given = len(answers), list(answers.values())
    return {
        "n": n,
        **{value: _share(given.count(value), n) for value in (OUTCOMES if ask == "choice" else DEGREES)},
    }


def _share(count: int, n: int) -> dict[str, Any]:
    return {
        "count": count,
        "share": rounded(count / n) if n else None,
        "interval": [rounded(edge) for edge in wilson(count, n)],
    }
