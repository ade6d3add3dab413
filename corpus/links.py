"""Which studies are one work: links that software proposes, and what people decided of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from corpus.deeds import note
from corpus.library import UnknownStudy
from corpus.record import Record
from corpus.study import Link, LinkKind, LinkState, State, Study
from corpus.words import Fault

_COLUMNS = "first, second, kind, likeness, why, pages, state, said_by, said_on, id"


class UnknownLink(Fault):
    """No link has this number."""

    code = "unknown_link"


class NotInLink(Fault):
    """The version to show is none of the two that a link joins."""

    code = "not_in_link"


class VersionOfItself(Fault):
    """A study was said to be a version of itself."""

    code = "version_of_itself"


class VersionCircle(Fault):
    """Studies would be versions of one another in a circle."""

    code = "version_circle"


def links(record: Record, study_id: str | None = None, state: LinkState | None = None) -> list[Link]:
    """Links, the likest first; of one study, or in one state, where that is named."""
    where = "(:study IS NULL OR :study IN (first, second)) AND (:state IS NULL OR state = :state)"
    values = {"study": study_id, "state": state}
    rows = record.rows(f"SELECT {_COLUMNS} FROM links WHERE {where} ORDER BY likeness DESC, id", values)
    return [_link(row) for row in rows]


def link(record: Record, link_id: int) -> Link:
    """One link. Raises UnknownLink."""
    rows = record.rows(f"SELECT {_COLUMNS} FROM links WHERE id = ?", (link_id,)) if 0 <= link_id < 1 << 63 else []
    if not rows:
        raise UnknownLink(id=link_id)
    return _link(rows[0])


def put(record: Record, study_id: str, found: Iterable[Link]) -> list[Link]:
    """Put what was found for a study in the place of what was proposed for it; what a person decided stays.

    Gives the links that are proposed for the study now, the likest first.
    """
    with record.transaction() as connection:
        wanted = [one for one in found if {one.first, one.second} <= held(record, (one.first, one.second))]
        kept = {frozenset((one.first, one.second)) for one in wanted}
        for old in links(record, study_id, LinkState.PROPOSED):
            if frozenset((old.first, old.second)) not in kept:
                connection.execute("DELETE FROM links WHERE id = ?", (old.id,))
        connection.executemany(
            "INSERT INTO links (first, second, kind, likeness, why, pages, state, said_by, said_on)"
            " VALUES (?, ?, ?, ?, ?, ?, 'proposed', '', NULL) ON CONFLICT (first, second) DO UPDATE SET"
            " kind = excluded.kind, likeness = excluded.likeness, why = excluded.why, pages = excluded.pages"
            " WHERE state = 'proposed'",
            [_row(one) for one in map(_in_order, wanted)],
        )
    return links(record, study_id, LinkState.PROPOSED)


def held(record: Record, study_ids: Sequence[str]) -> set[str]:
    """Those of some ids that are studies in the library; others may just have been removed."""
    marks = ", ".join("?" * len(study_ids))
    return {row[0] for row in record.rows(f"SELECT id FROM studies WHERE id IN ({marks})", study_ids)}


def _in_order(one: Link) -> Link:
    """The same link with the lesser id first, so that a pair has one row."""
    if one.first <= one.second:
        return one
    turned = tuple((second, first) for first, second in one.pages)
    return replace(one, first=one.second, second=one.first, pages=turned)


def _row(one: Link) -> tuple[object, ...]:
    return one.first, one.second, one.kind, one.likeness, json.dumps(one.why), json.dumps(one.pages)


def _link(row: tuple[Any, ...]) -> Link:
    first, second, kind, likeness, why, pages, state, said_by, said_on, number = row
    return Link(
        first,
        second,
        LinkKind(kind),
        likeness,
        tuple(json.loads(why)),
        tuple((a, b) for a, b in json.loads(pages)),
        LinkState(state),
        said_by,
        date.fromisoformat(said_on) if said_on else None,
        number,
    )


# What people decide


def version_to_show(first: Study, second: Study) -> Study:
    """The version to show where nobody says: the published one, else the newer, else the one with more pages."""

    def rank(study: Study) -> tuple[bool, int, int]:
        return study.state is State.PUBLISHED, study.description.year or 0, study.page_count

    return second if rank(second) > rank(first) else first


def confirm(record: Record, link_id: int, by: str, root: str | None = None) -> Study:
    """A person says that two studies are one work: the other becomes a version of `root`, which is given back.

    Without `root` it is `version_to_show`. A work that the other belongs to already joins as a whole.
    Raises UnknownLink or NotInLink.
    """
    with record.transaction():
        said = link(record, link_id)
        first, second = _study(record, said.first), _study(record, said.second)
        shown = version_to_show(first, second).id if root is None else root
        if shown not in (first.id, second.id):
            raise NotInLink(id=link_id, study=shown, first=first.id, second=second.id)
        other = second.id if shown == first.id else first.id
        _join(record, other, shown, by)
        _decide(record, said, LinkState.CONFIRMED, by)
        note(record, by, "confirmed_version", other, version_of=shown, kind=said.kind)
    return _study(record, shown)


def reject(record: Record, link_id: int, by: str) -> Link:
    """A person says that two studies are different works: they are never proposed again. Raises UnknownLink."""
    with record.transaction():
        said = link(record, link_id)
        for one, other in ((said.first, said.second), (said.second, said.first)):
            if _study(record, one).version_of == other:
                _change(record, one, None)
        _decide(record, said, LinkState.REJECTED, by)
        note(record, by, "rejected_version", said.first, other=said.second, kind=said.kind)
    return link(record, link_id)


def set_version(record: Record, study_id: str, version_of: str | None, by: str) -> Study:
    """A person says what a study is a version of, or with None that it is a work of its own.

    A link between the two is decided with it. Raises UnknownStudy, VersionOfItself or VersionCircle.
    """
    with record.transaction():
        study = _study(record, study_id)
        if version_of == study.version_of:
            return study
        if version_of is None:
            _decide_pair(record, (study_id, study.version_of), LinkState.REJECTED, by)
        else:
            _check(record, study, _study(record, version_of))
            _decide_pair(record, (study_id, version_of), LinkState.CONFIRMED, by)
        changed = _change(record, study_id, version_of)
        note(record, by, "set_version", study_id, version_of=version_of or "", before=study.version_of or "")
    return changed


def _check(record: Record, study: Study, above: Study) -> None:
    if study.id == above.id:
        raise VersionOfItself(study=study.id, title=study.title)
    line = line_above(record, above.id)
    if study.id in line:
        closed = [study.id, *line[: line.index(study.id) + 1]]
        named = " → ".join(f"{_study(record, one).title} ({one})" for one in closed)
        raise VersionCircle(study=study.id, other=above.id, chain=named)


def line_above(record: Record, study_id: str) -> list[str]:
    """The ids from a study over what it is a version of to the last one, or to where a circle closes."""
    line = [study_id]
    while (above := _study(record, line[-1]).version_of) is not None and above not in line:
        line.append(above)
    return line


def _join(record: Record, other: str, shown: str, by: str) -> None:
    """Make `other`, with the whole work it belongs to, a version of `shown`."""
    line, others = line_above(record, shown), line_above(record, other)
    if other in line:  # it was the one to show until now
        _change(record, shown, None)
    joining = other if others[-1] == line[-1] else others[-1]
    if _change(record, joining, shown).id != other:
        note(record, by, "set_version", joining, version_of=shown, before="")


def _change(record: Record, study_id: str, version_of: str | None) -> Study:
    study = _study(record, study_id)
    if study.version_of == version_of:
        return study
    changed = replace(study, version_of=version_of, edition=study.edition + 1)
    record.change_study(changed)
    return changed


def _decide(record: Record, said: Link, state: LinkState, by: str) -> None:
    with record.transaction() as connection:
        connection.execute(
            "UPDATE links SET state = ?, said_by = ?, said_on = ? WHERE id = ?",
            (state, by, date.today().isoformat(), said.id),
        )


def _decide_pair(record: Record, pair: Sequence[str | None], state: LinkState, by: str) -> None:
    for said in links(record, pair[0]):
        if {said.first, said.second} == set(pair):
            _decide(record, said, state, by)


def _study(record: Record, study_id: str) -> Study:
    study = record.study(study_id)
    if study is None:
        raise UnknownStudy(study=study_id)
    return study


# Signatures: what is kept of each text so that a new one is soon compared with all

_READ_LAST = "(SELECT max(id) FROM passages p WHERE p.study_id = s.id)"


def keep_signature(record: Record, study_id: str, form: str, signature: bytes) -> None:
    """Keep the signature of a study's text as it is now; `form` names how signatures are made."""
    with record.transaction() as connection:
        connection.execute(
            f"INSERT OR REPLACE INTO signatures SELECT s.id, :form || ' ' || ifnull({_READ_LAST}, 0), :signature"
            " FROM studies s WHERE s.id = :study",
            {"study": study_id, "form": form, "signature": signature},
        )


def unsigned(record: Record, form: str) -> list[str]:
    """Studies whose signature is missing, was made in another form, or is of a text that was read anew since."""
    rows = record.rows(
        f"SELECT s.id FROM studies s LEFT JOIN signatures g ON g.study_id = s.id"
        f" WHERE g.form IS NOT ? || ' ' || ifnull({_READ_LAST}, 0) ORDER BY s.id",
        (form,),
    )
    return [row[0] for row in rows]


def signatures(record: Record) -> Iterator[tuple[str, bytes]]:
    """The id and signature of every study that has one."""
    yield from ((row[0], row[1]) for row in record.rows("SELECT study_id, signature FROM signatures"))
