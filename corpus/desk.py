"""What people do with studies: correct, confirm, publish, withdraw, appraise; each with its line in the log."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any

from corpus.choice import EMMIE, level_of
from corpus.deeds import deeds, note
from corpus.description import PROPOSABLE, corrected, shown, unproposed, with_proposals
from corpus.library import Library
from corpus.study import (
    Appraisal,
    Deed,
    Description,
    Proposal,
    Source,
    State,
    Study,
    TextState,
    Value,
    Withdrawal,
)
from corpus.words import LANGUAGES, Fault, Language, catalogue, say

LONGEST_VALUE = 20_000
_LONGEST_NAME = 100
_LONGEST_TOLD = 80
_LISTS = ("authors", "languages", "topics")
_DATES = ("valid_from", "valid_to", "last_checked")
_OF_SEVERAL_LINES = ("abstract", "remark", "transfer", "why", "reason")
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff"
    r"\ue000\ue001\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_DOI_ADDRESS = re.compile(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", re.IGNORECASE)
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)

SAID: tuple[str, ...] = tuple(
    f.name for f in fields(Appraisal) if f.name not in ("study_id", "said_by", "said_on", "confirmed")
)
"""The fields of an appraisal that a person fills in."""


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


class IsWithdrawn(Fault):
    """A withdrawn study is to be reinstated before it can be published."""

    code = "is_withdrawn"


class NotWithdrawn(Fault):
    """The study is in use already."""

    code = "not_withdrawn"


class NoReason(Fault):
    """A study cannot be withdrawn without a reason."""

    code = "no_reason"


class ReplacedByItself(Fault):
    """A study cannot supersede itself, nor be superseded by one that it supersedes."""

    code = "replaced_by_itself"


class NothingSaid(Fault):
    """An appraisal was to be kept that says nothing."""

    code = "nothing_said"


class NothingProvisional(Fault):
    """A provisional appraisal was to be confirmed, and the study has none."""

    code = "nothing_provisional"


# What a person wrote, as values


def value_of(field: str, given: object) -> Value | None:
    """A value as a field holds it, from what a person wrote; None takes a person's word back.

    Lists are given as lists, or as one text with semicolons. Raises UnknownField or BadValue.
    """
    if field not in PROPOSABLE:
        raise UnknownField(field=_plain("", field)[:40], known=", ".join(PROPOSABLE))
    if given is None:
        return None
    if field in _LISTS:
        return _list(field, given)
    return _single(field, _plain(field, given))


def _single(field: str, text: str) -> Value:
    if field == "title" and not text:
        raise BadValue(field=field, met=text, wanted="text")
    if not text:
        return ""
    if field == "year":
        return _year(text)
    if field in _DATES:
        return _day(field, text)
    if field == "doi":
        return _matched(field, _DOI_ADDRESS.sub("", text).lower(), _DOI, "10.1234/abc")
    return _matched(field, text, _ADDRESS, "https://…") if field == "url" else text


def _plain(field: str, given: object, longest: int = LONGEST_VALUE) -> str:
    """A text without what is not seen, on one line where the field has but one."""
    text = unicodedata.normalize("NFC", _UNSEEN.sub("", str(given))).strip()
    if isinstance(given, list | dict | tuple | bool | float) or len(text) > longest:
        raise BadValue(field=field, met=text[:40], wanted=f"text, 0-{longest}")
    return text if field in _OF_SEVERAL_LINES else " ".join(text.split())


def _list(field: str, given: object) -> tuple[str, ...]:
    parts = given if isinstance(given, list | tuple) else str(given).split(";")
    found = tuple(dict.fromkeys(text for part in parts if (text := _plain(field, part))))
    if field == "languages":
        found = tuple(map(str.casefold, found))
    if sum(map(len, found)) > LONGEST_VALUE or not (field != "languages" or all(map(_LANGUAGE.fullmatch, found))):
        wanted = "sv; en; da" if field == "languages" else f"text; text, 0-{LONGEST_VALUE}"
        raise BadValue(field=field, met="; ".join(found)[:40], wanted=wanted)
    return found


def _year(text: str) -> Value:
    if not (text.isdecimal() and len(text) == 4 and 1500 <= int(text) <= date.today().year + 2):
        raise BadValue(field="year", met=text[:40], wanted=f"1500-{date.today().year + 2}")
    return int(text)


def _day(field: str, text: str) -> Value:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadValue(field=field, met=text[:40], wanted="2026-03-31") from None


def _matched(field: str, text: str, pattern: re.Pattern[str], wanted: str) -> str:
    if pattern.fullmatch(text) is None:
        raise BadValue(field=field, met=text[:40], wanted=wanted)
    return text


def name_of(by: str, otherwise: str) -> str:
    """A person's name for the log, from what was given; `otherwise` where nothing was. Raises BadValue."""
    return _plain("by", by, _LONGEST_NAME) or otherwise


# The description


def correct(
    library: Library, study_id: str, changes: Mapping[str, object], by: str, edition: int | None = None
) -> Study:
    """A person's word on some fields of a study; None takes back what people said of a field before.

    `edition` is that of the study the person looked at. Raises UnknownStudy, EditConflict, UnknownField, BadValue.
    """
    values = {field: value_of(field, given) for field, given in changes.items()}
    with library.record.transaction():
        study = current(library, study_id, edition)
        return _say(library, study, values, by, "corrected") if values else study


def confirm(library: Library, study_id: str, by: str, edition: int | None = None) -> Study:
    """What is shown of a study now becomes a person's word, field by field; what people said before stays theirs.

    Raises UnknownStudy or EditConflict.
    """
    with library.record.transaction():
        study = current(library, study_id, edition)
        people = {field for field, source in study.description.sources if source == Source.PERSON}
        values = {field: value for field, value in shown(study.description).items() if field not in people}
        return _say(library, study, values, by, "confirmed")


def _say(library: Library, study: Study, values: Mapping[str, Value | None], by: str, what: str) -> Study:
    described = corrected(study.description, values, by, date.today())
    state = State.DESCRIBED if study.state is State.RECEIVED else study.state
    languages = _languages(library, study, described) if "languages" in values else study.languages
    said = {field: _said(value) for field, value in values.items()}
    return _keep(library, study, by, what, said, description=described, state=state, languages=languages)


def _languages(library: Library, study: Study, described: Description) -> tuple[str, ...]:
    """The languages of a study: as a person said, else those of its text, the commonest first."""
    if described.languages and dict(described.sources).get("languages") == Source.PERSON:
        return described.languages
    query = "SELECT language FROM passages WHERE study_id = ? GROUP BY language ORDER BY count(*) DESC"
    return tuple(row[0] for row in library.record.rows(query, (study.id,))) or described.languages


def _keep(
    library: Library, study: Study, by: str, what: str, said: Mapping[str, object] | None = None, **new: Any
) -> Study:
    """Keep what is new of a study as its next edition, and the line in the log."""
    changed = replace(study, **new, edition=study.edition + 1)
    library.record.change_study(changed)
    note(library.record, by, what, study.id, **(said or {}), edition=changed.edition)
    return changed


def _said(value: Value | None) -> str:
    return "; ".join(value) if isinstance(value, tuple) else "" if value is None else str(value)


# Two people at once


@dataclass(frozen=True, slots=True)
class Changes:
    """What people did to a study, told in the language that a sentence names: `{changes:sv}`."""

    deeds: tuple[Deed, ...]

    def __format__(self, language: str) -> str:
        return "; ".join(_told_by(deed, "sv" if language == "sv" else "en") for deed in self.deeds) or "?"


def _told_by(deed: Deed, language: Language) -> str:
    names = [name for name, _ in deed.detail if name != "edition"] if deed.what in ("corrected", "confirmed") else []
    what = f"{done(deed, language)} ({', '.join(names)})" if names else done(deed, language)
    return f"{deed.by} {deed.at[:16].replace('T', ' ')} UTC: {what}"


def done(deed: Deed, language: Language) -> str:
    """What was done, in a word of the reader's language; its own name where there is none."""
    return catalogue(language).get(f"deed_{deed.what}", deed.what)


def details(deed: Deed) -> str:
    """The names and values of a line of the log, each shortened."""
    parts = (f"{name}: {_shortened(' '.join(value.split()))}" for name, value in deed.detail)
    return "; ".join(parts)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_TOLD else text[: _LONGEST_TOLD - 1] + "…"


def current(library: Library, study_id: str, edition: int | None = None) -> Study:
    """The study, if nobody has changed it since `edition`. Raises UnknownStudy or EditConflict."""
    study = library.study(study_id)
    if edition is not None and edition != study.edition:
        since = _since(deeds(library.record, study_id), edition, study.edition)
        raise EditConflict(study=study_id, met=edition, now=study.edition, changes=Changes(tuple(since)))
    return study


def _since(log: Sequence[Deed], met: int, now: int) -> Sequence[Deed]:
    """What was done after an edition; the last lines of the log where these do not tell theirs."""
    for place, deed in enumerate(log):
        if int(dict(deed.detail).get("edition", 0)) > met:
            return log[place:]
    return log[-max(1, now - met) :]


# From records and look-ups, and the reading list


def propose(library: Library, study_id: str, proposals: Iterable[Proposal], by: str, what: str = "proposed") -> Study:
    """Add proposals from a record or a look-up; a person's word stays. Raises UnknownStudy.

    Where that changes what is shown it is a new edition, so that nobody confirms what they did not see.
    """
    with library.record.transaction():
        study = library.study(study_id)
        described = with_proposals(study.description, proposals)
        if described == study.description:
            return study
        if unproposed(described) != unproposed(study.description):
            languages = study.languages or described.languages
            return _keep(library, study, by, what, description=described, languages=languages)
        new = replace(study, description=described)
        library.record.change_study(new)
        note(library.record, by, what, study_id)
    return new


def want(library: Library, described: Description, by: str) -> Study:
    """Put a work on the reading list: a study whose file is not here yet. The same work twice is one study."""
    study_id = wanted_id(described)
    with library.record.transaction():  # asked and kept in one, so that of two who want it none is overwritten
        if library.record.study(study_id) is not None:
            return propose(library, study_id, described.proposals, by)
        study = Study(study_id, described, described.languages, TextState.NO_FILE, (), state=State.WANTED)
        library.record.add_wanted(study)
        note(library.record, by, "wanted", study_id, title=described.title)
    return study


def wanted_id(described: Description) -> str:
    """The id of a wanted study: the same for the same work, so that it stands on the list once."""
    return "w" + hashlib.sha256(_naming(described).encode()).hexdigest()[:15]


def _naming(described: Description) -> str:
    """What names a work: its first identifier that no other work has, else title, first author and year."""
    for name, value in described.identifiers:
        if name not in ("url", "issn", "isbn", "report"):  # journals, books and series hold many works
            return f"{name}:{value.casefold()}"
    return f"{described.title.casefold()}|{described.authors[:1]}|{described.year}"


# States


def publish(library: Library, study_id: str, by: str, edition: int | None = None) -> Study:
    """Say that advisers may quote a study. Raises UnknownStudy, EditConflict, NothingToPublish, IsWithdrawn."""
    with library.record.transaction():
        study = current(library, study_id, edition)
        if study.state is State.PUBLISHED:
            return study
        if study.state is State.WITHDRAWN:
            raise IsWithdrawn(study=study_id, title=study.title)
        if study.text is not TextState.SEARCHABLE:
            raise NothingToPublish(study=study_id, title=study.title)
        return _keep(library, study, by, "published", state=State.PUBLISHED)


def withdraw(library: Library, study_id: str, withdrawal: Withdrawal, edition: int | None = None) -> Study:
    """Take a study out of use, with a reason; it stays in the library and in the log.

    Raises UnknownStudy, EditConflict, NoReason, ReplacedByItself, BadValue.
    """
    withdrawal = replace(withdrawal, reason=_plain("reason", withdrawal.reason))
    if not withdrawal.reason:
        raise NoReason(study=study_id)
    with library.record.transaction():
        study = current(library, study_id, edition)
        if withdrawal.replaced_by is not None:
            _check_successor(library, study_id, library.study(withdrawal.replaced_by).id)
        said = {name: value for name, value in asdict(withdrawal).items() if value and name != "said_by"}
        by, state = withdrawal.said_by, State.WITHDRAWN
        return _keep(library, study, by, "withdrawn", said, state=state, withdrawal=withdrawal)


def _check_successor(library: Library, study_id: str, successor: str) -> None:
    """What supersedes a study is not, by any steps, superseded by it."""
    met: list[str] = []
    following: str | None = successor
    while following is not None and following not in met:
        if following == study_id:
            raise ReplacedByItself(study=study_id, other=successor)
        met.append(following)
        study = library.record.study(following)  # what superseded it may have been deleted since
        following = study.withdrawal.replaced_by if study and study.withdrawal else None


def reinstate(library: Library, study_id: str, by: str, why: str = "", edition: int | None = None) -> Study:
    """Take a withdrawn study into use again, as described. Raises UnknownStudy, EditConflict or NotWithdrawn."""
    said = {"why": text} if (text := _plain("why", why)) else {}
    with library.record.transaction():
        study = current(library, study_id, edition)
        if study.state is not State.WITHDRAWN:
            raise NotWithdrawn(study=study_id, title=study.title)
        state = State.DESCRIBED if study.files else State.WANTED
        return _keep(library, study, by, "reinstated", said, state=state, withdrawal=None)


# Appraisals


def appraise(library: Library, appraisal: Appraisal) -> Appraisal:
    """Keep what a person says of a study; what was said before stays in the history. Raises UnknownStudy."""
    with library.record.transaction():
        library.study(appraisal.study_id)
        library.record.appraise(appraisal)
        form = {name: value for name, value in asdict(appraisal).items() if value not in ("", ())}
        kept = {
            name: "; ".join(value) if isinstance(value, tuple) else value
            for name, value in form.items()
            if name not in ("study_id", "said_by", "said_on")
        }
        note(library.record, appraisal.said_by, "appraised", appraisal.study_id, **kept)
    return appraisal


def say_of(
    library: Library, study_id: str, said: Mapping[str, object], by: str, *, take_over: bool = False
) -> Appraisal:
    """Appraise a study by what a person says of some fields; the others stay as people said last.

    With `take_over` they stay as the provisional appraisal has them, which becomes the person's own. Raises
    UnknownStudy, UnknownField, BadValue, NothingSaid or NothingProvisional.
    """
    values = {field: _appraised(field, given) for field, given in said.items()}
    with library.record.transaction():
        study = library.study(study_id)
        last = library.appraisal(study_id)
        if take_over and (last is None or last.confirmed):
            raise NothingProvisional(study=study_id, title=study.title)
        people = [one for one in library.record.appraisals(study_id) if one.confirmed]
        before = last if take_over else people[-1] if people else None
        base = before or Appraisal(study_id, by, date.today())
        new = replace(base, **values, said_by=by, said_on=date.today(), confirmed=True)
        if not any(getattr(new, field) for field in SAID):
            raise NothingSaid(study=study_id)
        return appraise(library, new)


def _appraised(field: str, given: object) -> Any:
    """A value as an appraisal holds it. Raises UnknownField or BadValue."""
    if field not in SAID:
        raise UnknownField(field=_plain("", field)[:40], known=", ".join(SAID))
    if field == "emmie":
        return _emmie(given if isinstance(given, list | tuple) else str(given).replace(",", ";"))
    if field == "outcomes":
        return _list(field, given)
    text = _plain(field, given)
    if field == "sms_level" and re.search(r"\d", text) and level_of(text) is None:
        raise BadValue(field=field, met=text[:40], wanted="1-5; 3-4")
    return text


def _emmie(given: object) -> tuple[str, ...]:
    """Parts of EMMIE by their names in either language, in its order."""
    known = {say(f"choice_emmie_{part}", language).casefold(): part for part in EMMIE for language in LANGUAGES}
    parts = [known.get(part.casefold(), part.casefold()) for part in _list("emmie", given)]
    for part in parts:
        if part not in EMMIE:
            raise BadValue(field="emmie", met=part[:40], wanted="; ".join(EMMIE))
    return tuple(part for part in EMMIE if part in parts)
