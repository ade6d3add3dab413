"""A BEIR folder: texts, questions, and which texts answer which question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from corpus.language import language_of
from corpus.library import Library, Prepared
from corpus.study import Description, Draft, Page, PassageKind, Reader, Study, StudyFile, TextState
from corpus.words import Fault
from evals.lines import json_rows, read_text
from ingest.read import ReadPage
from ingest.receive import cut

_TOGETHER = 128


class BadBenchmark(Fault):
    """A BEIR folder cannot be read."""

    code = "bad_benchmark"


@dataclass(frozen=True, slots=True)
class Text:
    """One document of the benchmark."""

    id: str
    title: str
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Query:
    """One question, and the grade (1 or more) of each document that answers it."""

    id: str
    text: str
    gold: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A folder read: its documents, the questions that have an answer, and how many have none."""

    name: str
    texts: tuple[Text, ...]
    queries: tuple[Query, ...]
    without_gold: int


def read_beir(folder: Path) -> Benchmark:
    """Read `corpus.jsonl`, `queries.jsonl` and `qrels.tsv` (or `qrels/test.tsv`). Raises BadBenchmark."""
    texts = tuple(json_rows(folder / "corpus.jsonl", _text, BadBenchmark))
    known = {text.id for text in texts}
    grades: dict[str, dict[str, int]] = {}
    for query, document, grade in _qrels(folder):
        if grade > 0 and document in known:
            grades.setdefault(query, {})[document] = grade
    asked = list(json_rows(folder / "queries.jsonl", _question, BadBenchmark))
    queries = tuple(Query(i, text, grades[i]) for i, text in asked if i in grades)
    if not queries:
        raise BadBenchmark(file=folder, line=0, why="no question has an answer among the documents")
    return Benchmark(f"{folder.parent.name}/{folder.name}", texts, queries, len(asked) - len(queries))


def _text(row: dict[str, Any]) -> Text:
    title, text = str(row.get("title") or ""), _given(row, "text")
    return Text(_given(row, "_id"), title, text, str(row.get("lang") or language_of(f"{title} {text}")))


def _question(row: dict[str, Any]) -> tuple[str, str]:
    return _given(row, "_id"), _given(row, "text")


def _given(row: dict[str, Any], key: str) -> str:
    """A value that must be there. Raises KeyError."""
    if row[key] is None:
        raise KeyError(key)
    return str(row[key])


def _qrels(folder: Path) -> Iterator[tuple[str, str, int]]:
    path = folder / "qrels.tsv"
    if not path.exists():
        path = folder / "qrels" / "test.tsv"
    for number, line in enumerate(read_text(path, BadBenchmark).split("\n"), 1):
        if line.strip() and number > 1:
            try:
                query, document, grade = line.split("\t")
                yield query, document, int(grade)
            except ValueError as error:
                raise BadBenchmark(file=path, line=number, why=repr(error)) from error


def fill(library: Library, texts: Sequence[Text]) -> None:
    """Put documents into an empty library, each a study of one page, cut and embedded as studies are."""
    for i in range(0, len(texts), _TOGETHER):
        part = [(text, _page(text)) for text in texts[i : i + _TOGETHER]]
        drafts = [_drafts(library, text, page) for text, page in part]
        together = library.prepare([draft for of_text in drafts for draft in of_text])
        shadows, rows = iter(together.shadows), iter(together.own)
        for (text, page), own in zip(part, drafts, strict=True):
            body = sum(draft.kind is PassageKind.BODY for draft in own)
            vectors = np.array(list(islice(rows, body)), np.float32).reshape(body, library.embedder.identity.dimension)
            library.keep(_study(text), [page], own, Prepared(tuple(islice(shadows, len(own))), vectors))
    library.lexical.catch_up()
    library.dense.seal()


def _study(text: Text) -> Study:
    name = text.title or text.id
    file = StudyFile(text.id, text.id, len(text.text), 1)
    return Study(text.id, Description(name), (text.language,), TextState.SEARCHABLE, (file,))


def _page(text: Text) -> Page:
    return Page(text.id, 1, "1", f"{text.title}\n{text.text}".strip())


def _drafts(library: Library, text: Text, page: Page) -> list[Draft]:
    return cut([ReadPage(page.number, page.label, page.text, Reader.NONE, "")], text.language, library.embedder)
