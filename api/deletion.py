"""Deleting studies for good: what would vanish, and all of it gone, kept answers that quote them among it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from corpus.library import Library
from retriever.saved import Saved


@dataclass(frozen=True, slots=True)
class Deletion:
    """What would vanish with a study: how much of each, and its files by name.

    `log` are lines of the log of which only what was done, when and by whom would be left. `answers` are kept answers
    that quote or name it. `versions` are studies that were versions of it and would be works of their own.
    """

    study_id: str
    title: str
    files: tuple[str, ...]
    pages: int
    passages: int
    vectors: int
    appraisals: int
    links: int
    log: int
    answers: int
    versions: tuple[str, ...]


def deletion(library: Library, study_id: str) -> Deletion:
    """What would vanish with a study. Raises UnknownStudy."""
    study = library.study(study_id)

    def count(query: str) -> int:
        return int(library.record.rows(f"SELECT count(*) FROM {query}", {"id": study_id})[0][0])

    versions = library.record.rows("SELECT id FROM studies WHERE version_of = ? ORDER BY id", (study_id,))
    with Saved(library.settings) as saved:
        answers = saved.naming(study_id)
    return Deletion(
        study_id=study_id,
        title=study.title,
        files=tuple(file.name for file in study.files),
        pages=count("pages WHERE study_id = :id"),
        passages=count("passages WHERE study_id = :id"),
        vectors=count("vectors v JOIN passages p ON p.id = v.passage_id WHERE p.study_id = :id"),
        appraisals=count("appraisals WHERE study_id = :id"),
        links=count("links WHERE :id IN (first, second)"),
        log=count("deeds WHERE study_id = :id AND detail <> '{}'"),
        answers=answers,
        versions=tuple(row[0] for row in versions),
    )


def delete_studies(library: Library, ids: Iterable[str], by: str = "") -> int:
    """Delete studies with all that is kept of them; how many kept answers went with them. `by` is for the log.

    Raises UnknownStudy before anything is deleted, CannotWrite, and what the file of kept answers raises.
    """
    studies = [library.study(study_id).id for study_id in dict.fromkeys(ids)]
    with Saved(library.settings) as saved:
        forgotten = sum(map(saved.forget_study, studies))
        library.remove(*studies, by=by)
        return forgotten + sum(map(saved.forget_study, studies))  # what was kept while the studies were removed
