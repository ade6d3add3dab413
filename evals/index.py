"""Index fidelity: whether indexes find what exact search finds, and the record holds what the model makes."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import numpy as np

from corpus.context import in_context
from corpus.language import is_gram, terms
from corpus.library import Library
from corpus.record import Vectors
from corpus.study import Passage, PassageKind
from corpus.words import Fault
from evals.sets import FOLDER
from retriever.reading import read, understand

K = 10
_PAGES = 64
_SAME = 0.999  # cosine of a vector with itself, made again: float16 and another batch leave a little
_TIED = 1e-5


@dataclass(frozen=True, slots=True)
class IndexFidelity:
    """Shares, 1 where all is well.

    `nearest` is recall@10 of the vector index beside exact search over the record's vectors, a mean over questions and
    languages; `vectors` the share of looked-at passages whose vector is the one the model makes today; `words` the
    share whose index terms the word index holds. `looked_at` is how many passages these two are of. `inflections` is
    the share of the word forms of `sets/inflections.csv` that have an index term in common with their dictionary form.
    """

    nearest: float
    vectors: float
    words: float
    inflections: float
    questions: int
    looked_at: int

    def form(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "nearest_recall@10": round(self.nearest, 4),
            "vectors_as_embedded": round(self.vectors, 4),
            "words_as_analysed": round(self.words, 4),
            "inflections_meet": round(self.inflections, 4),
            "questions": self.questions,
            "passages_looked_at": self.looked_at,
        }


def index_fidelity(library: Library, questions: Iterable[str], seed: int = 0) -> IndexFidelity:
    """Hold both indexes against the record, and a sample of at most 64 pages of the record against the model."""
    asked = list(questions)
    shares = list(_nearest_shares(library, asked))
    passages = _sample(library, seed)
    fresh = _as_embedded(library, passages)
    return IndexFidelity(
        nearest=fmean(shares) if shares else 1.0,
        vectors=fmean(fresh) if fresh else 1.0,
        words=fmean(map(library.lexical.agrees, passages)) if passages else 1.0,
        inflections=inflections_meet(),
        questions=len(asked),
        looked_at=len(passages),
    )


def _nearest_shares(library: Library, questions: list[str]) -> Iterable[float]:
    """For each question and language, the share of the exact ten nearest that the index returns; ties are either's."""
    matrices = _matrices(library)
    for text in questions:
        try:
            vector = read(library, understand(text)).vector
        except Fault:
            continue
        found = library.nearest(vector, K, tuple(matrices))
        for language, (ids, matrix) in matrices.items():
            yield _recall(vector, ids, matrix, [i for i, _ in found[language]])


def _recall(vector: Vectors, ids: list[int], matrix: Vectors, found: list[int]) -> float:
    scores = matrix @ vector
    wanted = min(K, len(ids))
    least = np.sort(scores)[-wanted]
    at = {passage: n for n, passage in enumerate(ids)}
    return float(sum(i in at and scores[at[i]] >= least - _TIED for i in dict.fromkeys(found)) / wanted)


def _matrices(library: Library) -> dict[str, tuple[list[int], Vectors]]:
    """Passage ids and vectors of each language, straight from the record; shape (n, dimension)."""
    rows: dict[str, list[tuple[int, bytes]]] = {}
    for passage, language, vector in library.record.vectors():
        rows.setdefault(language, []).append((passage, vector))
    return {
        language: (
            [i for i, _ in found],
            np.frombuffer(b"".join(v for _, v in found), np.float32).reshape(len(found), -1),
        )
        for language, found in rows.items()
    }


def _sample(library: Library, seed: int) -> list[Passage]:
    """The passages of at most 64 pages, drawn at random with the seed."""
    pages = [(s.id, n) for s in library.record.studies() for n in range(1, s.page_count + 1)]
    chosen = np.random.default_rng(seed).permutation(len(pages))[:_PAGES]
    return [passage for i in sorted(chosen) for passage in library.record.passages_on(*pages[i])]


def _as_embedded(library: Library, passages: list[Passage]) -> list[bool]:
    """For each body passage: is its vector in the record the one that the model and its page make of it today?"""
    body = [p for p in passages if p.kind is PassageKind.BODY]
    if not body:
        return []
    texts = [library.embedded_text(passage, library.shadow(passage)) for passage in body]
    made = in_context(library.embedder.encode_documents(texts), [(p.study_id, p.page) for p in body])
    held = library.record.vectors_of([p.id for p in body])
    return [
        p.id in held and float(np.frombuffer(held[p.id], np.float32) @ row) > _SAME
        for p, row in zip(body, made, strict=True)
    ]


def inflections_meet() -> float:
    """The share of inflected forms that the word index finds by their dictionary form, 4-grams aside.

    The analyser is code, and a library made with it agrees with it whatever it does: so it is held against known forms.
    """
    with (FOLDER / "inflections.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return fmean(bool(_whole(row["form"], row["language"]) & _whole(row["word"], row["language"])) for row in rows)


def _whole(text: str, language: str) -> set[str]:
    return {term for term in terms(text, language) if not is_gram(term)}
