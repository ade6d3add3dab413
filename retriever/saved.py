"""Answers that someone asked to keep, in a file of their own, and whether they still hold.

Off by default, for a question may tell of the one who asks. Deleting overwrites what was kept, and packs the file anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from corpus.library import Library, UnknownPage, UnknownStudy
from corpus.record import CannotWrite
from corpus.settings import Settings
from corpus.terms import FOLDER, terms_sha256
from corpus.words import Fault
from retriever.answer import Answer, Caution, Citation
from retriever.cautions import of_study
from retriever.cite import is_on_page

FILE = "answers.sqlite"
FORM = 1
"""The form of what is kept; a file of a later form is not touched."""

_SCHEMA = """
CREATE TABLE answers (
    id TEXT PRIMARY KEY, saved_on TEXT NOT NULL, question TEXT NOT NULL, answered INTEGER NOT NULL, form TEXT NOT NULL
) WITHOUT ROWID
"""
_WAIT = 60.0
_ID_BYTES = 8
_CHOICES = ("embedding_model", "embedding_revision", "embedding_reads", "terms", "writer")
_NUMBERS = ("judge.toml", "weights.toml")


class SavingOff(Fault):
    """An answer was to be kept, and keeping answers is off."""

    code = "saving_off"


class UnknownAnswer(Fault):
    """No kept answer has this id."""

    code = "unknown_answer"


class DamagedAnswers(Fault):
    """The file of kept answers, or an answer in it, cannot be read."""

    code = "damaged_answers"


class NewerAnswers(Fault):
    """The file of kept answers was written by a later version of this program."""

    code = "newer_answers"


class AnswersBusy(Fault):
    """Another process has held the file of kept answers for too long."""

    code = "answers_busy"


@dataclass(frozen=True, slots=True)
class SavedAnswer:
    """An answer as it was given. `saved_on` is a time in UTC, ISO 8601; `settings` are those that answers follow from.

    `settings` never hold the access token or a key. `version` is the form in which it is kept.
    """

    id: str
    saved_on: str
    answer: Answer
    settings: dict[str, str]
    version: int

    @property
    def day(self) -> date:
        """The day it was kept, in UTC."""
        return datetime.fromisoformat(self.saved_on).date()


@dataclass(frozen=True, slots=True)
class Head:
    """What a list of kept answers shows of one."""

    id: str
    question: str
    saved_on: str
    answered: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """Does the quote of a citation still stand on its page, for both readers?"""

    n: int
    study_id: str
    page: int
    stands: bool


@dataclass(frozen=True, slots=True)
class Change:
    """What has changed since an answer was kept.

    `corpus` and `model` say whether the library holds other studies, or vectors of another model, than `then`, the
    fingerprint of the answer; `now` is today's. `gone` are cited studies that were removed; `since` tells of those
    that were withdrawn or superseded, or went out of force, after the answer was given.
    """

    corpus: bool
    model: bool
    then: str
    now: str
    gone: tuple[str, ...]
    quotes: tuple[Standing, ...]
    since: tuple[Caution, ...] = ()

    @property
    def all_stand(self) -> bool:
        """Do all quotes still stand where they stood?"""
        return all(quote.stands for quote in self.quotes)


class Saved:
    """The kept answers of a library. Several processes may keep and delete at once; each waits for its turn.

    The file is made, for its owner's eyes only, when the first answer is kept. Every method that reaches it raises
    DamagedAnswers, NewerAnswers, AnswersBusy or CannotWrite where that is so.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.path = settings.data / FILE
        self._connection: sqlite3.Connection | None = None

    def __enter__(self) -> Saved:
        return self

    def __exit__(self, *_: object) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def keep(self, answer: Answer) -> SavedAnswer:
        """Keep an answer under a new id that cannot be guessed. Raises SavingOff."""
        if not self.settings.save_answers:
            raise SavingOff()
        saved_on = datetime.now(UTC).isoformat(timespec="seconds")
        saved = SavedAnswer(secrets.token_hex(_ID_BYTES), saved_on, answer, _followed(self.settings), FORM)
        row = (saved.id, saved_on, answer.question, answer.answered, _json(saved))
        with self._told():
            self._make()
            with self._open() as connection:
                connection.execute("INSERT INTO answers VALUES (?, ?, ?, ?, ?)", row)
        return saved

    def get(self, id: str) -> SavedAnswer:
        """One kept answer, as it was given. Raises UnknownAnswer."""
        rows = self._rows("SELECT form FROM answers WHERE id = ?", id)
        if not rows:
            raise UnknownAnswer(answer=id)
        try:
            return _reader().validate_python(json.loads(rows[0][0]))
        except (ValueError, ValidationError) as error:
            what = error.title if isinstance(error, ValidationError) else error
            raise DamagedAnswers(path=self.path, error=f"{id}: {what}") from error

    def all(self) -> list[Head]:
        """What is kept, the newest first."""
        rows = self._rows("SELECT id, question, saved_on, answered FROM answers ORDER BY saved_on DESC, id")
        return [Head(id, question, saved_on, bool(answered)) for id, question, saved_on, answered in rows]

    def delete(self, id: str) -> None:
        """Delete one answer; none of its bytes stay in the file. Raises UnknownAnswer."""
        if not self._deleted("DELETE FROM answers WHERE id = ?", id):
            raise UnknownAnswer(answer=id)

    def delete_all(self) -> int:
        """Delete all answers; how many there were."""
        return self._deleted("DELETE FROM answers")

    def naming(self, study_id: str) -> int:
        """How many answers quote or name a study."""
        return (
            int(self._rows("SELECT count(*) FROM answers WHERE instr(form, ?)", study_id)[0][0]) if self._there() else 0
        )

    def forget_study(self, study_id: str) -> int:
        """Delete the answers that quote or name a study, as `delete` does; how many there were."""
        return self._deleted("DELETE FROM answers WHERE instr(form, ?)", study_id)

    def _rows(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        if not self._there():
            return []
        with self._told(), self._open() as connection:
            return connection.execute(query, values).fetchall()

    def _deleted(self, query: str, *values: str) -> int:
        if not self._there():
            return 0
        with self._told(), self._open() as connection:
            count = connection.execute(query, values).rowcount
            connection.commit()
            if count:
                connection.execute("VACUUM")
            return count

    def _there(self) -> bool:
        """Is there a file with anything in it? One that was begun and not finished holds nothing."""
        try:
            return self.path.stat().st_size > 0
        except OSError:
            return False

    def _make(self) -> None:
        """Make the file; its journal gets the same rights, by SQLite."""
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")  # of two processes one makes the table, and the other finds it
            if _form_of(connection) == 0:
                connection.execute(_SCHEMA)
                connection.execute(f"PRAGMA user_version = {FORM}")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """The connection; what is done in the block is committed, or undone where it fails."""
        if self._connection is None:
            self._connection = sqlite3.connect(f"{self.path.resolve().as_uri()}?mode=rw", timeout=_WAIT, uri=True)
            for pragma in ("secure_delete = ON", "journal_mode = DELETE", "synchronous = FULL", "temp_store = MEMORY"):
                self._connection.execute(f"PRAGMA {pragma}")
        form = _form_of(self._connection)
        if form > FORM:
            raise NewerAnswers(path=self.path, version=form, known=FORM)
        with self._connection:
            yield self._connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turns what SQLite and the disk complain of into faults."""
        try:
            yield
        except OSError as error:
            raise CannotWrite(folder=self.path.parent) from error
        except sqlite3.DatabaseError as error:
            raise self._fault(error) from error

    def _fault(self, error: sqlite3.DatabaseError) -> Fault:
        text = str(error)
        if "locked" in text or "busy" in text:
            return AnswersBusy(path=self.path)
        if any(sign in text for sign in ("readonly", "unable to open", "disk is full", "disk I/O")):
            return CannotWrite(folder=self.path.parent)
        return DamagedAnswers(path=self.path, error=error)


def changed(library: Library, saved: SavedAnswer, today: date | None = None) -> Change:
    """Hold a kept answer against the library of today, each quote against the page it was cited from.

    `today` is the day for which is said whether sources are in force; None: this day.
    """
    then, now = saved.answer.fingerprint, library.fingerprint
    citations = (*saved.answer.citations, *saved.answer.more)
    cited = dict.fromkeys(citation.study_id for citation in citations)
    return Change(
        corpus=then.partition("-")[2] != now.partition("-")[2],
        model=then.partition("-")[0] != now.partition("-")[0],
        then=then,
        now=now,
        gone=tuple(study for study in cited if library.record.study(study) is None),
        quotes=tuple(Standing(c.n, c.study_id, c.page, _stands(library, c)) for c in citations),
        since=tuple(_since(library, saved.answer, cited, today or date.today())),
    )


def _since(library: Library, answer: Answer, cited: Iterable[str], today: date) -> Iterator[Caution]:
    """What is to be minded of the cited studies now, and was not when the answer was given."""
    told = {(caution.study_id, caution.kind) for card in answer.cards for caution in card.cautions}
    for study_id in cited:
        study = library.record.study(study_id)
        for caution in of_study(library, study, answer.language, today) if study is not None else ():
            if (study_id, caution.kind) not in told:
                yield caution


def _stands(library: Library, citation: Citation) -> bool:
    try:
        return is_on_page(citation.quote, library.page(citation.study_id, citation.page))
    except (UnknownStudy, UnknownPage):
        return False


def _json(saved: SavedAnswer) -> str:
    return json.dumps(asdict(saved), ensure_ascii=False, default=date.isoformat)


def _form_of(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _followed(settings: Settings) -> dict[str, str]:
    """The settings and numbers that answers follow from; a list, so that no secret comes along by itself."""
    numbers = {name: _sha256(Path(__file__).parent / name) for name in _NUMBERS}
    chosen = {name: str(getattr(settings, name) or "") for name in _CHOICES}
    return {**chosen, "terms_sha256": terms_sha256(settings.terms or FOLDER), **numbers}


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@cache
def _reader() -> TypeAdapter[SavedAnswer]:
    return TypeAdapter(SavedAnswer)
