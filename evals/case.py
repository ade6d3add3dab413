"""A set of questions, each with what a right answer rests on: gold pages, quotes on them, and facts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from corpus.words import LANGUAGES, Fault
from evals.lines import Line, json_lines, one_of, why

FORM = 1
PAIRS = tuple(f"{asked}-{written}" for asked in LANGUAGES for written in LANGUAGES)
"""The four pairs of question language and document language."""
Answerable = Literal["yes", "near_miss", "far_off"]
Split = Literal["dev", "test"]


class BadSet(Fault):
    """A set of questions cannot be read."""

    code = "bad_set"


class EmptySet(Fault):
    """A set holds no question."""

    code = "set_empty"


class SameId(Fault):
    """Two questions of a set have the same id."""

    code = "set_same_id"


class MixedSet(Fault):
    """A file holds lines of more than one form, version or split."""

    code = "set_mixed"


class NewerSet(Fault):
    """A set is written in a form that this program does not know."""

    code = "set_newer"


@dataclass(frozen=True, slots=True)
class Gold:
    """A page that answers, as it stays when passages are cut anew: file, page (from 1), anchor quote, grade.

    `grade` is 2 where the page answers fully and 1 where partly. `sha256` names the file's bytes; where it is empty
    the file's name does. `language` is the page's; `quote` may be empty, and then only the page can be right.
    """

    file: str
    page: int
    quote: str = ""
    grade: int = 2
    sha256: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Nugget:
    """A fact that an answer should hold; `vital` where the answer is wrong without it.

    Any of `accepts` proves it, in the words of a source; without these, an anchor quote does.
    """

    text: str
    vital: bool = True
    accepts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """A question and what answers it. `line` is where it stands in its file.

    `pair` is question language and document language ("sv-en"), or "none-sv" for what nothing answers.
    """

    id: str
    question: str
    language: str
    answerable: Answerable
    gold: tuple[Gold, ...] = ()
    nuggets: tuple[Nugget, ...] = ()
    pair: str = ""
    kind: str = ""
    difficulty: str = ""
    tags: tuple[str, ...] = ()
    author: str = ""
    date: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions with a name and a version; a `test` set measures only, and is never tuned on.

    `sha256` is of the file. `split` is empty where the file does not say.
    """

    name: str
    version: str
    split: Split | Literal[""]
    cases: tuple[Case, ...]
    sha256: str = ""
    about: str = ""


def read_set(path: Path) -> QuestionSet:
    """A set from JSON lines: this project's form, with a header line, or the development form, without.

    Raises BadSet, EmptySet, SameId, MixedSet or NewerSet, each naming its line.
    """
    rows = list(json_lines(path, BadSet))
    header = _header(path, rows)
    cases = tuple(_unique(path, _cases(path, rows, header)))
    if not cases:
        raise EmptySet(file=path)
    given = header or {}
    return QuestionSet(
        name=str(given.get("set") or (path.parent.name if path.stem == "questions" else path.stem)),
        version=str(given.get("version") or ""),
        split=_split(path, rows),
        cases=cases,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        about=str(given.get("about", "")),
    )


def _header(path: Path, rows: list[Line]) -> dict[str, Any] | None:
    """The first line where it describes the set; no other line may."""
    found = [row for row in rows if isinstance(row.value, dict) and "form" in row.value and "question" not in row.value]
    if not found:
        return None
    if len(found) > 1 or found[0] is not rows[0]:
        raise MixedSet(file=path, line=found[-1].number, first=rows[0].number)
    if str(found[0].value["form"]) != str(FORM):
        raise NewerSet(file=path, line=found[0].number, form=found[0].value["form"], known=FORM)
    header: dict[str, Any] = found[0].value
    return header


def _split(path: Path, rows: list[Line]) -> Split | Literal[""]:
    """The header's word or that of all the lines."""
    given = {
        str(row.value["split"]): row.number for row in rows if isinstance(row.value, dict) and "split" in row.value
    }
    if len(given) > 1:
        raise MixedSet(file=path, line=max(given.values()), first=min(given.values()))
    split = next(iter(given), "")
    if split not in ("", *get_args(Split)):
        raise BadSet(file=path, line=given[split], why=f"split is {split!r}; it may be dev or test")
    return split  # type: ignore[return-value]


def _cases(path: Path, rows: list[Line], header: dict[str, Any] | None) -> Iterator[Case]:
    """The questions, all of one form: the form of the first."""
    old: bool | None = None
    for row in rows[1 if header else 0 :]:
        try:
            is_old = "language" not in row.value and "lang" in row.value
            if old is not None and is_old != old:
                raise MixedSet(file=path, line=row.number, first=rows[1 if header else 0].number)
            old = is_old
            case = _development_case(row.value) if is_old else _case(row.value)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadSet(file=path, line=row.number, why=why(error)) from error
        yield replace(case, line=row.number)


def _unique(path: Path, cases: Iterable[Case]) -> Iterator[Case]:
    lines: dict[str, int] = {}
    for case in cases:
        if case.id in lines:
            raise SameId(file=path, line=case.line, id=case.id, first=lines[case.id])
        lines[case.id] = case.line
        yield case


def _case(row: Any) -> Case:
    """A line of this project's form."""
    gold = tuple(_gold(g) for g in row["gold"])
    nuggets = tuple(_nugget(n) for n in row.get("nuggets", []))
    answerable = one_of(row["answerable"], get_args(Answerable), "answerable")
    language = one_of(row["language"], LANGUAGES, "language")
    _check_gold(answerable, gold)
    return Case(
        id=_text(row["id"], "id"),
        question=_text(row["question"], "question"),
        language=language,
        answerable=answerable,  # type: ignore[arg-type]
        gold=gold,
        nuggets=nuggets,
        pair=str(row.get("pair") or _pair(language, gold)),
        kind=str(row.get("kind", "")),
        difficulty=str(row.get("difficulty", "")),
        tags=_texts(row.get("tags", ()), "tags"),
        author=str(row.get("author", "")),
        date=str(row.get("date", "")),
    )


def _check_gold(answerable: str, gold: tuple[Gold, ...]) -> None:
    if (answerable == "yes") != bool(gold):
        raise ValueError("a question has gold pages if it is answerable, and only then")


def _pair(language: str, gold: tuple[Gold, ...]) -> str:
    """The pair, its second half open where the document's language is for the library to say."""
    return f"{language}-{gold[0].language or '?'}" if gold else f"none-{language}"


def _gold(given: Any) -> Gold:
    page, grade = given["page"], given.get("grade", 2)
    if type(page) is not int or page < 1:
        raise ValueError(f"page is {page!r}; pages are counted from 1")
    if grade not in (1, 2):
        raise ValueError(f"grade is {grade!r}; it is 2 for a page that answers fully and 1 for one that does partly")
    words = {key: str(given.get(key) or "") for key in ("file", "quote", "sha256", "language")}
    if not (words["file"] or words["sha256"]):
        raise KeyError("file")
    return Gold(page=page, grade=grade, **words)


def _nugget(given: Any) -> Nugget:
    accepts = _texts(given.get("accepts", ()), "accepts")
    return Nugget(_text(given["text"], "text"), bool(given.get("vital", True)), accepts)


def _texts(given: Any, name: str) -> tuple[str, ...]:
    if isinstance(given, str):
        raise TypeError(f"{name} is a list of texts")
    return tuple(map(str, given))


def _text(value: object, name: str) -> str:
    if not isinstance(value, str | int) or not str(value).strip():
        raise ValueError(f"{name} is {value!r}; a text is wanted")
    return str(value)


def _development_case(row: Any) -> Case:
    """A line of the development form: `lang`, gold with `pages` and `anchor`, nuggets as texts; pair in the id."""
    name, asked = str(row["id"]), one_of(row["lang"], LANGUAGES, "lang")
    head = name.rsplit("-", 1)[0]
    language = head.rpartition("-")[2] if head in PAIRS else ""
    gold = tuple(
        _gold({**g, "page": page, "quote": g.get("anchor"), "language": language})
        for g in row["gold"]
        for page in g["pages"]
    )
    if row["answerable"] not in (True, False):
        raise ValueError(f"answerable is {row['answerable']!r}; it may be true or false")
    answerable: Answerable = "yes" if row["answerable"] else "near_miss"
    _check_gold(answerable, gold)
    return Case(
        id=name,
        question=_text(row["question"], "question"),
        language=asked,
        answerable=answerable,
        gold=gold,
        nuggets=tuple(Nugget(str(text)) for text in row.get("nuggets", ())),
        pair=head if head in PAIRS else _pair(asked, gold),
        kind=str(row.get("kind", "")),
        difficulty=str(row.get("difficulty", "")),
    )


def set_lines(questions: QuestionSet) -> Iterator[str]:
    """A set as the lines of its file."""
    header = {"form": FORM, "set": questions.name, "version": questions.version, "split": questions.split or "dev"}
    yield json.dumps({**header, "about": questions.about}, ensure_ascii=False)
    for case in questions.cases:
        row = {key: value for key, value in asdict(case).items() if key != "line"}
        yield json.dumps(row, ensure_ascii=False)
