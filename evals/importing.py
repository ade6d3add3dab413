"""Question sets from elsewhere: a CSV, the development form, or this form again after files have changed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from corpus.library import Library
from evals.case import BadSet, Case, Gold, Nugget, QuestionSet, SameId, Split, read_set
from evals.gold import Shelf

COLUMNS = (
    "id",
    "question",
    "language",
    "answerable",
    "file",
    "page",
    "quote",
    "grade",
    "nuggets",
    "kind",
    "difficulty",
    "tags",
)
"""Columns of a CSV; the first three and, for what is answerable, file and page are needed."""

_TOO_MANY = "more"
_NEEDED = ("id", "question", "language")
_YES = {"", "yes", "ja", "true", "1", "sant"}
_NEAR = {"no", "nej", "false", "0", "falskt", "near_miss", "near-miss"}
_FAR = {"far_off", "far-off"}


def import_set(path: Path, library: Library, *, name: str = "", split: Split = "dev", author: str = "") -> QuestionSet:
    """A set in this project's form, its gold named by the sha256 of files in the library.

    Gold whose file is not in the library keeps its file's name; `amp eval check` tells of it. Raises as `read_set`.
    """
    given = read_csv_set(path) if is_csv(path) else read_set(path)
    shelf = Shelf(library)
    today = date.today().isoformat()
    cases = tuple(
        replace(
            shelf.name_bytes(case),
            author=case.author or author,
            date=case.date or today,
            line=number,
        )
        for number, case in enumerate(given.cases, 2)
    )
    return replace(
        given, name=name or given.name, version=given.version or "1", split=given.split or split, cases=cases
    )


def is_csv(path: Path) -> bool:
    """Is it a CSV by its name?"""
    return path.suffix.lower() in (".csv", ".tsv")


def read_csv_set(path: Path) -> QuestionSet:
    """A set from a CSV with the columns of `COLUMNS`, separated by comma, semicolon or tab.

    Lines of the same id add gold pages to one question; nuggets are parted by "|". Raises BadSet naming the line.
    """
    text = _csv_text(path)
    reader = csv.DictReader(io.StringIO(text), delimiter=_delimiter(text), restkey=_TOO_MANY, strict=True)
    missing = [column for column in _NEEDED if column not in (reader.fieldnames or ())]
    if missing:
        raise BadSet(file=path, line=1, why=f"columns are missing: {', '.join(missing)}")
    cases: dict[str, Case] = {}
    for case in _csv_cases(path, reader):
        held = cases.get(case.id)
        if held and (held.question, held.answerable) != (case.question, case.answerable):
            raise SameId(file=path, line=case.line, id=case.id, first=held.line)
        cases[case.id] = _with_gold(held, case) if held else case
    if not cases:
        raise BadSet(file=path, line=1, why="there is no question")
    return QuestionSet(path.stem, "", "", tuple(cases.values()))


def unknown_columns(path: Path) -> list[str]:
    """Columns of a CSV that are left out, because a set has no such thing."""
    header = _csv_text(path).partition("\n")[0]
    names = next(csv.reader([header], delimiter=_delimiter(header)), [])
    return [name for name in names if name and name not in COLUMNS]


def _csv_text(path: Path) -> str:
    """The text of a CSV, which a Swedish spreadsheet may have saved in Windows' own encoding (cp1252)."""
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        return path.read_text("cp1252", errors="replace")
    except OSError as error:
        raise BadSet(file=path, line=0, why=error) from error


def _csv_cases(path: Path, reader: csv.DictReader[str]) -> Iterator[Case]:
    """A case for each row that is not empty. Raises BadSet naming the line."""
    try:
        for row in reader:
            if row.get(_TOO_MANY):
                raise ValueError(
                    "there are more fields than columns; a field with a comma in it stands between quotation marks"
                )
            if any(row.values()):
                yield _case(row, reader.line_num)
    except (ValueError, KeyError, TypeError, AttributeError, csv.Error) as error:
        raise BadSet(file=path, line=reader.line_num, why=error) from error


def _delimiter(text: str) -> str:
    header = text.partition("\n")[0]
    return max(",;\t", key=header.count)


def _with_gold(held: Case, more: Case) -> Case:
    return replace(held, gold=held.gold + more.gold, nuggets=tuple(dict.fromkeys(held.nuggets + more.nuggets)))


def _case(row: Mapping[str, Any], line: int) -> Case:
    value = {key: (row.get(key) or "").strip() for key in COLUMNS}
    for column in _NEEDED:
        if not value[column]:
            raise ValueError(f"{column} is empty")
    if value["language"] not in ("sv", "en"):
        raise ValueError(f"language is {value['language']!r}; it may be sv or en")
    answerable = _answerable(value["answerable"])
    gold = tuple(_gold(value)) if answerable == "yes" else ()
    return Case(
        id=value["id"],
        question=value["question"],
        language=value["language"],
        answerable=answerable,  # type: ignore[arg-type]
        gold=gold,
        nuggets=tuple(Nugget(text.strip()) for text in value["nuggets"].split("|") if text.strip()),
        pair=f"{value['language']}-?" if gold else f"none-{value['language']}",
        kind=value["kind"],
        difficulty=value["difficulty"],
        tags=tuple(value["tags"].replace(",", " ").split()),
        line=line,
    )


def _answerable(word: str) -> str:
    for kind, words in (("yes", _YES), ("near_miss", _NEAR), ("far_off", _FAR)):
        if word.lower() in words:
            return kind
    raise ValueError(f"answerable is {word!r}; it may be yes, near_miss or far_off")


def _gold(value: Mapping[str, str]) -> Iterator[Gold]:
    if not value["file"] or not value["page"].isdigit() or int(value["page"]) < 1:
        raise ValueError("an answerable question needs a file and a page, counted from 1")
    grade = value["grade"] or "2"
    if grade not in ("1", "2"):
        raise ValueError(f"grade is {grade!r}; it may be 1 or 2")
    yield Gold(value["file"], int(value["page"]), value["quote"], int(grade))
