"""Which studies are versions of one work: a working paper and its article, a report and its summary."""

from __future__ import annotations

from collections.abc import Sequence

from corpus.library import Library
from corpus.study import Study


def line_of(library: Library, study_id: str) -> tuple[Study, ...]:
    """A study, what it is a version of, and so on to the root or to where a circle closes. Raises UnknownStudy."""
    line = [library.study(study_id)]
    while (above := line[-1].version_of) is not None and all(above != study.id for study in line):
        line.append(library.study(above))
    return tuple(line)


def root_of(line: Sequence[Study]) -> str:
    """Names the work; where studies are versions of one another in a circle, by the first id in it."""
    ids = [study.id for study in line]
    closes = line[-1].version_of
    return ids[-1] if closes is None else min(ids[ids.index(closes) :])


def work_of(library: Library, study_id: str) -> str:
    """The id that names the work a study belongs to. Raises UnknownStudy."""
    return root_of(line_of(library, study_id))
