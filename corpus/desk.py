"""What people do with studies: correct, publish, withdraw, appraise; each with its line in the log."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import date

from corpus.deeds import deeds, note
from corpus.description import PROPOSABLE, corrected, with_proposals
from corpus.library import Library
from corpus.study import (
    Appraisal,
    Description,
    Proposal,
    State,
    Study,
    TextState,
    Value,
    Withdrawal,
)
from corpus.words import Fault

LONGEST_VALUE = 20_000
_LISTS = ("authors", "languages", "topics")
_DATES = ("valid_from", "valid_to", "last_checked")
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ud800-\udfff\ufeff]")
_LANGUAGE = re.compile(r"^[a-z]{2,3}$")


class EditConflict(Fault):
    """Somebody changed the study after the one who edits it now had looked at it."""

    code = "edit_conflict"


class UnknownField(Fault):
    """A description has no such field."""

    code = "unknown_field"


class BadValue(Fault):
    """A field cannot have this value."""

    code = "bad_value"


class NothingToPublish(Fault):
    """A study without text cannot be published."""

    code = "nothing_to_publish"


class NotWithdrawn(Fault):
    """The study is in use already."""

    code = "not_withdrawn"


class NoReason(Fault):
    """A study cannot be withdrawn without a reason."""

    code = "no_reason"


class ReplacedByItself(Fault):
    """A study cannot supersede itself, nor be superseded by one that it supersedes."""

    code = "replaced_by_itself"


def value_of(field: str, given: object) -> Value | None:
    """A value as a field holds it, from what a person wrote; None takes a person's word back.

    Lists are given as lists, or as one text with semicolons. Raises UnknownField or BadValue.
    """
    if field not in PROPOSABLE:
        raise UnknownField(field=field[:40], known=", ".join(PROPOSABLE))
    if given is None:
        return None
    if field in _LISTS:
        return _list(field, given)
    text = _plain(field, given)
    if field == "year":
        return _year(text)
    if field in _DATES:
        return _day(field, text)
    if field == "title" and not text:
        raise BadValue(field=field, met=text, wanted="text")
    return text


def _plain(field: str, given: object) -> str:
    text = _UNSEEN.sub("", str(given)).strip()
    if isinstance(given, list | dict | tuple) or len(text) > LONGEST_VALUE:
        raise BadValue(field=field, met=text[:40], wanted=f"text, 0-{LONGEST_VALUE}")
    return text


def _list(field: str, given: object) -> tuple[str, ...]:
    parts = given if isinstance(given, list | tuple) else str(given).split(";")
    found = tuple(text for part in parts if (text := _plain(field, part)))
    if field == "languages" and not all(map(_LANGUAGE.match, found)):
        raise BadValue(field=field, met="; ".join(found)[:40], wanted="sv; en; da")
    return found


def _year(text: str) -> Value:
    if not text:
        return ""
    if not (text.isdecimal() and 1500 <= int(text) <= date.today().year + 2):
        raise BadValue(field="year", met=text[:40], wanted=f"1500-{date.today().year + 2}")
    return int(text)


def _day(field: str, text: str) -> Value:
    if not text:
        return ""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadValue(field=field, met=text[:40], wanted="2026-03-31") from None


def correct(
    library: Library, study_id: str, changes: Mapping[str, object], by: str, edition: int | None = None
) -> Study:
    """A person's word on some fields of a study; None takes back what people said of a field before.

    `edition` is that of the study the person looked at. Raises UnknownStudy, EditConflict, UnknownField, BadValue.
    """
    values = {field: value_of(field, given) for field, given in changes.items()}
    with library.record.transaction():
        study = current(library, study_id, edition)
        described = corrected(study.description, values, by, date.today())
        state = State.DESCRIBED if study.state is State.RECEIVED else study.state
        languages = described.languages or study.languages
        new = replace(study, description=described, state=state, languages=languages, edition=study.edition + 1)
        library.record.change_study(new)
        note(library.record, by, "corrected", study_id, **{field: _said(value) for field, value in values.items()})
    return new


def _said(value: Value | None) -> str:
    return "; ".join(value) if isinstance(value, tuple) else "" if value is None else str(value)


def current(library: Library, study_id: str, edition: int | None = None) -> Study:
    """The study, if nobody has changed it since `edition`. Raises UnknownStudy or EditConflict."""
    study = library.study(study_id)
    if edition is not None and edition != study.edition:
        last = next((deed for deed in reversed(deeds(library.record, study_id)) if deed.by), None)
        raise EditConflict(
            study=study_id, met=edition, now=study.edition, by=last.by if last else "?", at=last.at if last else "?"
        )
    return study


def propose(library: Library, study_id: str, proposals: Iterable[Proposal], by: str, what: str = "proposed") -> Study:
    """Add proposals from a record or a look-up; a person's word stays. Raises UnknownStudy."""
    with library.record.transaction():
        study = library.study(study_id)
        described = with_proposals(study.description, proposals)
        new = replace(study, description=described, languages=study.languages or described.languages)
        if described != study.description:
            library.record.change_study(new)
            note(library.record, by, what, study_id)
    return new


def want(library: Library, described: Description, by: str) -> Study:
    """Put a work on the reading list: a study whose file is not here yet. The same work twice is one study."""
    study_id = "w" + hashlib.sha256(_naming(described).encode()).hexdigest()[:15]
    known = library.record.study(study_id)
    if known is not None:
        return propose(library, study_id, described.proposals, by)
    study = Study(study_id, described, described.languages, TextState.NO_FILE, (), state=State.WANTED)
    with library.record.transaction():
        library.record.add_wanted(study)
        note(library.record, by, "wanted", study_id, title=described.title)
    return study


def _naming(described: Description) -> str:
    """What names a work: its first identifier, else title, first author and year."""
    for name, value in described.identifiers:
        if name != "url":
            return f"{name}:{value.casefold()}"
    return f"{described.title.casefold()}|{described.authors[:1]}|{described.year}"


def publish(library: Library, study_id: str, by: str, edition: int | None = None) -> Study:
    """Say that advisers may quote a study. Raises UnknownStudy, EditConflict, NothingToPublish, NotWithdrawn."""
    with library.record.transaction():
        study = current(library, study_id, edition)
        if study.text is not TextState.SEARCHABLE:
            raise NothingToPublish(study=study_id, title=study.title)
        new = replace(study, state=State.PUBLISHED, withdrawal=None, edition=study.edition + 1)
        library.record.change_study(new)
        note(library.record, by, "published", study_id)
    return new


def withdraw(library: Library, study_id: str, withdrawal: Withdrawal, edition: int | None = None) -> Study:
    """Take a study out of use, with a reason; it stays in the library and in the log.

    Raises UnknownStudy, EditConflict, NoReason, ReplacedByItself.
    """
    if not withdrawal.reason.strip():
        raise NoReason(study=study_id)
    with library.record.transaction():
        study = current(library, study_id, edition)
        if withdrawal.replaced_by is not None:
            _check_successor(library, study_id, withdrawal.replaced_by)
        new = replace(study, state=State.WITHDRAWN, withdrawal=withdrawal, edition=study.edition + 1)
        library.record.change_study(new)
        said = {name: value for name, value in asdict(withdrawal).items() if value and name != "said_by"}
        note(library.record, withdrawal.said_by, "withdrawn", study_id, **said)
    return new


def _check_successor(library: Library, study_id: str, successor: str) -> None:
    """What supersedes a study is in the library, and is not, by any steps, superseded by it."""
    met: list[str] = []
    following: str | None = successor
    while following is not None and following not in met:
        if following == study_id:
            raise ReplacedByItself(study=study_id, other=successor)
        met.append(following)
        withdrawal = library.study(following).withdrawal
        following = withdrawal.replaced_by if withdrawal else None


def reinstate(library: Library, study_id: str, by: str, why: str = "") -> Study:
    """Take a withdrawn study into use again, as described. Raises UnknownStudy, NotWithdrawn."""
    with library.record.transaction():
        study = library.study(study_id)
        if study.state is not State.WITHDRAWN:
            raise NotWithdrawn(study=study_id, title=study.title)
        state = State.DESCRIBED if study.files else State.WANTED
        new = replace(study, state=state, withdrawal=None, edition=study.edition + 1)
        library.record.change_study(new)
        note(library.record, by, "reinstated", study_id, why=why)
    return new


def appraise(library: Library, appraisal: Appraisal) -> Appraisal:
    """Keep what a person says of a study; what was said before stays in the history. Raises UnknownStudy."""
    with library.record.transaction():
        library.study(appraisal.study_id)
        library.record.appraise(appraisal)
        form = {name: value for name, value in asdict(appraisal).items() if value not in ("", ())}
        kept = {name: value for name, value in form.items() if name not in ("study_id", "said_by", "said_on")}
        note(library.record, appraisal.said_by, "appraised", appraisal.study_id, **kept)
    return appraisal
