"""The record: one SQLite file that is the only truth; every index is derived from it."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from corpus.study import (
    Appraisal,
    Description,
    Draft,
    Page,
    Passage,
    PassageKind,
    Proposal,
    Reader,
    Shadow,
    Source,
    State,
    Study,
    StudyFile,
    TextState,
    Withdrawal,
    Withdrawn,
)
from corpus.words import Fault

Vectors = npt.NDArray[np.float32]

SCHEMA_VERSION = 4
_SCHEMA = """
CREATE TABLE library (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE studies (
    id TEXT PRIMARY KEY, description TEXT NOT NULL, languages TEXT NOT NULL, state TEXT NOT NULL,
    version_of TEXT REFERENCES studies(id), added TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
) WITHOUT ROWID;
CREATE TABLE files (
    sha256 TEXT NOT NULL, name TEXT NOT NULL, study_id TEXT NOT NULL REFERENCES studies(id) ON DELETE CASCADE,
    size INTEGER NOT NULL, pages INTEGER NOT NULL, PRIMARY KEY (sha256, name)
);
CREATE INDEX files_of_study ON files(study_id);
CREATE TABLE pages (
    study_id TEXT NOT NULL REFERENCES studies(id) ON DELETE CASCADE, number INTEGER NOT NULL, label TEXT NOT NULL,
    text TEXT NOT NULL, reader TEXT NOT NULL, witness TEXT NOT NULL, PRIMARY KEY (study_id, number)
);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, study_id TEXT NOT NULL, page INTEGER NOT NULL,
    start INTEGER NOT NULL, end INTEGER NOT NULL, language TEXT NOT NULL, kind TEXT NOT NULL,
    FOREIGN KEY (study_id, page) REFERENCES pages(study_id, number) ON DELETE CASCADE,
    UNIQUE (study_id, page, start)
);
CREATE INDEX passages_of_language ON passages(language);
CREATE TABLE vectors (
    passage_id INTEGER PRIMARY KEY REFERENCES passages(id) ON DELETE CASCADE, vector BLOB NOT NULL
);
"""
_FROM_1_TO_2 = """
ALTER TABLE vectors ADD COLUMN own BLOB;
CREATE TABLE shadows (
    passage_id INTEGER PRIMARY KEY REFERENCES passages(id) ON DELETE CASCADE, text TEXT NOT NULL, words TEXT NOT NULL
);
CREATE TABLE next_vectors (
    passage_id INTEGER PRIMARY KEY REFERENCES passages(id) ON DELETE CASCADE, own BLOB NOT NULL
);
"""
_FROM_2_TO_3 = """
CREATE TABLE appraisals (
    id INTEGER PRIMARY KEY AUTOINCREMENT, study_id TEXT NOT NULL REFERENCES studies(id) ON DELETE CASCADE,
    form TEXT NOT NULL
);
CREATE INDEX appraisals_of_study ON appraisals(study_id);
"""
_FROM_3_TO_4 = """
ALTER TABLE studies RENAME COLUMN state TO text;
ALTER TABLE studies ADD COLUMN state TEXT NOT NULL DEFAULT 'received';
ALTER TABLE studies ADD COLUMN withdrawal TEXT;
ALTER TABLE studies ADD COLUMN edition INTEGER NOT NULL DEFAULT 0;
ALTER TABLE pages ADD COLUMN certainty REAL;
CREATE TABLE links (
    id INTEGER PRIMARY KEY AUTOINCREMENT, first TEXT NOT NULL REFERENCES studies(id) ON DELETE CASCADE,
    second TEXT NOT NULL REFERENCES studies(id) ON DELETE CASCADE, kind TEXT NOT NULL, likeness REAL NOT NULL,
    why TEXT NOT NULL, pages TEXT NOT NULL, state TEXT NOT NULL, said_by TEXT NOT NULL, said_on TEXT,
    UNIQUE (first, second)
);
CREATE INDEX studies_of_state ON studies(state);
CREATE INDEX links_of_second ON links(second);
CREATE TABLE signatures (
    study_id TEXT PRIMARY KEY REFERENCES studies(id) ON DELETE CASCADE, form TEXT NOT NULL, signature BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, name TEXT NOT NULL, roots TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL, asked TEXT NOT NULL DEFAULT '', made TEXT NOT NULL, started TEXT, ended TEXT,
    seconds REAL NOT NULL DEFAULT 0, said_by TEXT NOT NULL DEFAULT '', why TEXT
);
CREATE TABLE job_files (
    id INTEGER PRIMARY KEY AUTOINCREMENT, job_id INTEGER NOT NULL REFERENCES jobs(id) ON DELETE CASCADE,
    number INTEGER NOT NULL, path BLOB NOT NULL, name TEXT NOT NULL, sha256 TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0, deaths INTEGER NOT NULL DEFAULT 0, in_hand INTEGER,
    study_id TEXT NOT NULL DEFAULT '', receipt TEXT, changed TEXT NOT NULL, UNIQUE (job_id, number)
);
CREATE INDEX files_of_job ON job_files(job_id, state, deaths, number);
CREATE INDEX job_files_of_study ON job_files(study_id);
CREATE TABLE deeds (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, by TEXT NOT NULL, what TEXT NOT NULL,
    study_id TEXT NOT NULL, detail TEXT NOT NULL
);
CREATE INDEX deeds_of_study ON deeds(study_id);
"""
_CHANGEABLE = ", ".join(
    f"{column} = :{column}"
    for column in ("description", "languages", "text", "version_of", "state", "withdrawal", "edition")
)
_DATES = ("valid_from", "valid_to", "last_checked")
_PASSAGE = """SELECT p.id, p.study_id, p.page, p.start, p.end, substr(g.text, p.start + 1, p.end - p.start),
    p.language, p.kind FROM passages p JOIN pages g ON g.study_id = p.study_id AND g.number = p.page"""


class NewerLibrary(Fault):
    """The record was written by a later version of this program."""

    code = "newer_library"


class OlderLibrary(Fault):
    """The record was written by an earlier version, and may not be changed here."""

    code = "older_library"


class NotALibrary(Fault):
    """The file is there, but SQLite cannot read it as a record."""

    code = "not_a_library"


class CannotWrite(Fault):
    """The library's folder cannot be written to."""

    code = "cannot_write"


class Record:
    """Reads and writes the record. Safe to share between threads: one connection a thread, one writer at a time."""

    def __init__(self, path: Path, *, writable: bool = True) -> None:
        """Open the record at `path`, making it when absent and `writable`.

        Raises NotALibrary, NewerLibrary or CannotWrite.
        """
        self.path = path
        self.writable = writable
        self._local = threading.local()
        self._writing = threading.RLock()
        self._connections: list[sqlite3.Connection] = []
        self._generations = count(1)
        self._generation = 0
        try:
            self._migrate()
        except sqlite3.DatabaseError as error:
            self.close()
            raise self._fault(error) from error
        except (NewerLibrary, OlderLibrary):
            self.close()
            raise

    def _fault(self, error: sqlite3.Error) -> Fault:
        if any(sign in str(error) for sign in ("readonly", "unable to open", "disk is full", "disk I/O")):
            return CannotWrite(folder=self.path.parent)
        return NotALibrary(path=self.path, error=error)

    def _connection(self) -> sqlite3.Connection:
        if not hasattr(self._local, "connection"):
            self._local.connection = self._connect()
        connection: sqlite3.Connection = self._local.connection
        return connection

    def _connect(self) -> sqlite3.Connection:
        connection = self._open("mode=rwc" if self.writable else self._reading_mode())
        self._connections.append(connection)
        if self._version(connection) > SCHEMA_VERSION:  # before anything is changed in the file
            raise NewerLibrary(path=self.path, version=self._version(connection), known=SCHEMA_VERSION)
        if 0 < self._version(connection) < SCHEMA_VERSION and not self.writable:
            raise OlderLibrary(path=self.path)
        if self.writable:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    def _open(self, mode: str) -> sqlite3.Connection:
        address = f"{self.path.absolute().as_uri()}?{mode}"
        return sqlite3.connect(address, uri=True, timeout=30, check_same_thread=False, isolation_level=None)

    def _reading_mode(self) -> str:
        """Where not even SQLite's own side files can be made, the file is read as one that nobody changes."""
        try:
            with closing(self._open("mode=ro")) as connection:
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError:
            return "mode=ro&immutable=1"
        return "mode=ro"

    def _migrate(self) -> None:
        connection = self._connection()
        version = self._version(connection)
        if version < SCHEMA_VERSION and self.writable:
            steps = (_SCHEMA, _FROM_1_TO_2, _FROM_2_TO_3, _FROM_3_TO_4)[version:]
            connection.executescript(f"BEGIN; {' '.join(steps)} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;")

    @staticmethod
    def _version(connection: sqlite3.Connection) -> int:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, on disk when the block ends; inside another one it is part of that."""
        with self._writing:
            connection = self._connection()
            if connection.in_transaction:
                yield connection
                return
            try:
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
            except sqlite3.OperationalError as error:
                self._roll_back(connection)
                raise self._fault(error) from error
            except BaseException:
                self._roll_back(connection)
                raise

    @staticmethod
    def _roll_back(connection: sqlite3.Connection) -> None:
        if connection.in_transaction:
            connection.execute("ROLLBACK")

    def rows(self, query: str, values: Sequence[object] | Mapping[str, object] = ()) -> list[tuple[Any, ...]]:
        """What a query gives, for the modules that keep tables of their own here."""
        return self._connection().execute(query, values).fetchall()

    def close(self) -> None:
        """Close every connection this record opened."""
        for connection in self._connections:
            connection.close()
        self._connections.clear()
        self._local = threading.local()

    # What the library is made with

    def note(self, key: str) -> str | None:
        """A fact about the library itself, such as the name of its embedding model."""
        row = self._connection().execute("SELECT value FROM library WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else None

    def set_notes(self, **notes: str) -> None:
        """Keep facts about the library itself."""
        with self.transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO library VALUES (?, ?)", list(notes.items()))

    # Writing

    def add(
        self,
        study: Study,
        pages: Sequence[Page],
        drafts: Sequence[Draft],
        vectors: Vectors,
        own: Vectors | None = None,
        shadows: Sequence[Shadow | None] = (),
    ) -> list[int]:
        """Write a study with everything that belongs to it in one transaction; the ids of its passages.

        `vectors` has one row, float32, for each body draft in order, as it is searched; tables and reference lists
        have none. `own` are the same before they were put in the light of their page, where they differ; `shadows`
        are the drafts' English, None for a draft that needs none. A study with the same id is replaced.
        """
        with self.transaction() as connection:
            self._insert_study(connection, study)
            connection.executemany(
                "INSERT INTO pages VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(p.study_id, p.number, p.label, p.text, p.reader, p.witness, p.certainty) for p in pages],
            )
            ids = [self._insert_draft(connection, study.id, draft) for draft in drafts]
            body = [i for i, draft in zip(ids, drafts, strict=True) if draft.kind is PassageKind.BODY]
            self._insert_vectors(connection, body, vectors, own)
            self._insert_shadows(connection, {i: shadow for i, shadow in zip(ids, shadows, strict=False) if shadow})
        return ids

    @staticmethod
    def _insert_vectors(
        connection: sqlite3.Connection, ids: Sequence[int], vectors: Vectors, own: Vectors | None
    ) -> None:
        rows = zip(ids, vectors, vectors if own is None else own, strict=True)
        connection.executemany(
            "INSERT INTO vectors (passage_id, vector, own) VALUES (?, ?, ?)",
            [(i, vector.tobytes(), half(row)) for i, vector, row in rows],
        )

    @staticmethod
    def _insert_shadows(connection: sqlite3.Connection, shadows: Mapping[int, Shadow]) -> None:
        connection.executemany(
            "INSERT OR REPLACE INTO shadows VALUES (?, ?, ?)", [(i, s.text, s.words) for i, s in shadows.items()]
        )

    @staticmethod
    def _insert_study(connection: sqlite3.Connection, study: Study) -> None:
        """A study that is there stays, with what people said of it; its pages and files are cleared."""
        connection.execute("DELETE FROM pages WHERE study_id = ?", (study.id,))
        connection.execute("DELETE FROM files WHERE study_id = ?", (study.id,))
        row = _study_row(study)
        connection.execute(
            "INSERT OR IGNORE INTO studies (id, description, languages, text, version_of, state, withdrawal, edition)"
            " VALUES (:id, :description, :languages, :text, :version_of, :state, :withdrawal, :edition)",
            row,
        )
        connection.execute(f"UPDATE studies SET {_CHANGEABLE} WHERE id = :id", row)
        connection.executemany(
            "INSERT INTO files VALUES (?, ?, ?, ?, ?)",
            [(f.sha256, f.name, study.id, f.size, f.pages) for f in study.files],
        )

    @staticmethod
    def _insert_draft(connection: sqlite3.Connection, study_id: str, draft: Draft) -> int:
        cursor = connection.execute(
            "INSERT INTO passages (study_id, page, start, end, language, kind) VALUES (?, ?, ?, ?, ?, ?)",
            (study_id, draft.page, draft.start, draft.end, draft.language, draft.kind),
        )
        return int(cursor.lastrowid or 0)

    def add_wanted(self, study: Study) -> None:
        """Keep a study that has no file yet."""
        with self.transaction() as connection:
            self._insert_study(connection, study)

    def change_study(self, study: Study) -> None:
        """Put a study's description, states and links as they are now in the place of what was; its text stays."""
        with self.transaction() as connection:
            connection.execute(f"UPDATE studies SET {_CHANGEABLE} WHERE id = :id", _study_row(study))

    def add_file(self, study_id: str, file: StudyFile) -> None:
        """Keep one more name under which the same bytes came."""
        with self.transaction() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO files VALUES (?, ?, ?, ?, ?)",
                (file.sha256, file.name, study_id, file.size, file.pages),
            )

    def remove(self, study_id: str) -> bool:
        """Remove a study and all that belongs to it; False when there was none. Its versions become works again."""
        with self.transaction() as connection:
            connection.execute("UPDATE studies SET version_of = NULL WHERE version_of = ?", (study_id,))
            return connection.execute("DELETE FROM studies WHERE id = ?", (study_id,)).rowcount > 0

    def scrub(self) -> None:
        """Pack the file anew, so that nothing of what was deleted is left in it or beside it. Raises CannotWrite."""
        with self._writing:
            connection = self._connection()
            try:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.execute("VACUUM")
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            except sqlite3.OperationalError as error:
                raise self._fault(error) from error

    def replace_vectors(self, ids: Sequence[int], vectors: Vectors, own: Vectors | None = None, **notes: str) -> None:
        """Put new vectors in the place of all old ones, and note their model, in one transaction."""
        with self.transaction() as connection:
            connection.execute("DELETE FROM vectors")
            connection.execute("DELETE FROM next_vectors")
            self._insert_vectors(connection, ids, vectors, own)
            self._moved_on(connection)
            connection.executemany("INSERT OR REPLACE INTO library VALUES (?, ?)", list(notes.items()))

    def change(self, shadows: Mapping[int, Shadow], ids: Sequence[int], vectors: Vectors, own: Vectors) -> None:
        """Change some passages' English, and some passages' vectors, in one transaction."""
        with self.transaction() as connection:
            self._insert_shadows(connection, shadows)
            connection.executemany("DELETE FROM vectors WHERE passage_id = ?", [(i,) for i in ids])
            self._insert_vectors(connection, ids, vectors, own)
            if ids:
                self._moved_on(connection)

    @staticmethod
    def _moved_on(connection: sqlite3.Connection) -> None:
        """Vectors changed under ids that an index may hold: what was made before does not fit any more."""
        connection.execute(
            "INSERT INTO library VALUES ('vectors_changed', '1')"
            " ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1"
        )

    @property
    def vectors_changed(self) -> int:
        """How often vectors were changed in place; an index made at another count is not of these vectors."""
        return int(self.note("vectors_changed") or 0)

    # A new set of vectors, made beside the old one

    def begin_next(self, **notes: str) -> None:
        """Forget vectors made for another model than `notes` name; keep those made for it."""
        with self.transaction() as connection:
            if any(self.note(f"next_{key}") != value for key, value in notes.items()):
                connection.execute("DELETE FROM next_vectors")
            named = [(f"next_{key}", value) for key, value in notes.items()]
            connection.executemany("INSERT OR REPLACE INTO library VALUES (?, ?)", named)

    def add_next(self, ids: Sequence[int], own: Vectors) -> None:
        """Keep some of the new vectors; they serve nobody until they replace the old ones."""
        with self.transaction() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO next_vectors VALUES (?, ?)",
                [(i, half(row)) for i, row in zip(ids, own, strict=True)],
            )

    def next_vectors(self) -> dict[int, bytes]:
        """The float16 bytes of the new vectors made so far."""
        return dict(self._connection().execute("SELECT passage_id, own FROM next_vectors ORDER BY passage_id"))

    # Reading

    def study(self, study_id: str) -> Study | None:
        """One study, or None."""
        return next(iter(self._studies("WHERE s.id = ?", study_id)), None)

    def studies(self) -> list[Study]:
        """All studies, by title."""
        return sorted(self._studies(""), key=lambda study: study.title.casefold())

    def appraise(self, appraisal: Appraisal) -> None:
        """Keep what a person said of a study; what was said before stays, and the latest counts."""
        form = json.dumps(asdict(appraisal), ensure_ascii=False, default=str)
        with self.transaction() as connection:
            connection.execute("INSERT INTO appraisals (study_id, form) VALUES (?, ?)", (appraisal.study_id, form))

    def appraisal(self, study_id: str) -> Appraisal | None:
        """The latest that a person said of a study, or None."""
        row = (
            self._connection()
            .execute("SELECT form FROM appraisals WHERE study_id = ? ORDER BY id DESC LIMIT 1", (study_id,))
            .fetchone()
        )
        return _appraisal(row[0]) if row else None

    def appraisals(self, study_id: str) -> list[Appraisal]:
        """All that people said of a study, oldest first."""
        rows = self._connection().execute("SELECT form FROM appraisals WHERE study_id = ? ORDER BY id", (study_id,))
        return [_appraisal(row[0]) for row in rows]

    def appraised(self) -> dict[str, Appraisal]:
        """The latest appraisal of every study that has one."""
        latest = "SELECT study_id, form FROM appraisals WHERE id IN (SELECT max(id) FROM appraisals GROUP BY study_id)"
        return {study_id: _appraisal(form) for study_id, form in self._connection().execute(latest)}

    def study_of_file(self, sha256: str) -> Study | None:
        """The study a file with these bytes belongs to."""
        return next(
            iter(self._studies("WHERE s.id = (SELECT study_id FROM files WHERE sha256 = ? LIMIT 1)", sha256)),
            None,
        )

    def _studies(self, where: str, *values: str) -> list[Study]:
        connection = self._connection()
        rows = connection.execute(
            f"SELECT s.id, s.description, s.languages, s.text, s.version_of, s.state, s.withdrawal, s.edition"
            f" FROM studies s {where}",
            values,
        ).fetchall()
        return [
            Study(
                id=row[0],
                description=_description(row[1]),
                languages=tuple(json.loads(row[2])),
                text=TextState(row[3]),
                files=self._files(row[0]),
                version_of=row[4],
                state=State(row[5]),
                withdrawal=_withdrawal(row[6]),
                edition=row[7],
            )
            for row in rows
        ]

    def _files(self, study_id: str) -> tuple[StudyFile, ...]:
        rows = self._connection().execute(
            "SELECT sha256, name, size, pages FROM files WHERE study_id = ? ORDER BY rowid", (study_id,)
        )
        return tuple(StudyFile(*row) for row in rows)

    def page(self, study_id: str, number: int) -> Page | None:
        """One page of a study, or None."""
        row = (
            self._connection()
            .execute(
                "SELECT study_id, number, label, text, reader, witness, certainty FROM pages"
                " WHERE study_id = ? AND number = ?",
                (study_id, number),
            )
            .fetchone()
        )
        return _page(row) if row else None

    def pages(self, study_id: str) -> Iterator[Page]:
        """All pages of a study, in order."""
        yield from map(
            _page,
            self._connection().execute(
                "SELECT study_id, number, label, text, reader, witness, certainty FROM pages"
                " WHERE study_id = ? ORDER BY number",
                (study_id,),
            ),
        )

    def passages(self, ids: Iterable[int]) -> dict[int, Passage]:
        """Passages by id; ids that are no longer in the record are left out."""
        return {row[0]: _passage(row) for row in self._some(f"{_PASSAGE} WHERE p.id IN ({{}})", ids)}

    def _some(self, query: str, ids: Iterable[int]) -> Iterator[Any]:
        """Rows of a query for some ids, five hundred at a time; `{}` in it stands for the ids."""
        wanted = list(ids)
        for i in range(0, len(wanted), 500):
            part = wanted[i : i + 500]
            yield from self._connection().execute(query.format(",".join("?" * len(part))), part)

    def all_passages(self) -> Iterator[Passage]:
        """Every passage, in order of id."""
        with closing(self._connection().execute(f"{_PASSAGE} ORDER BY p.id")) as rows:
            yield from map(_passage, rows)

    def passages_on(self, study_id: str, page: int) -> list[Passage]:
        """The passages of one page, in order."""
        where = f"{_PASSAGE} WHERE p.study_id = ? AND p.page = ? ORDER BY p.start"
        return [_passage(row) for row in self._connection().execute(where, (study_id, page))]

    def shadows(self, ids: Iterable[int]) -> dict[int, Shadow]:
        """The English of some passages; those that have none are left out."""
        rows = self._some("SELECT passage_id, text, words FROM shadows WHERE passage_id IN ({})", ids)
        return {i: Shadow(text, words) for i, text, words in rows}

    def passage_ids(self) -> set[int]:
        """The ids of all passages."""
        return {row[0] for row in self._connection().execute("SELECT id FROM passages")}

    def passage_ids_of(self, study_id: str) -> list[int]:
        """The ids of one study's passages."""
        rows = self._connection().execute("SELECT id FROM passages WHERE study_id = ? ORDER BY id", (study_id,))
        return [row[0] for row in rows]

    def vectors(self, after: int = 0) -> Iterator[tuple[int, str, bytes]]:
        """(passage id, language, float32 bytes) of every vector with an id above `after`, in order."""
        yield from self._connection().execute(
            "SELECT v.passage_id, p.language, v.vector FROM vectors v JOIN passages p ON p.id = v.passage_id"
            " WHERE v.passage_id > ? ORDER BY v.passage_id",
            (after,),
        )

    def vectors_of(self, ids: Iterable[int]) -> dict[int, bytes]:
        """The float32 bytes of some passages' vectors; passages without one are left out."""
        return dict(self._some("SELECT passage_id, vector FROM vectors WHERE passage_id IN ({})", ids))

    def own_vectors_of(self, ids: Iterable[int]) -> dict[int, bytes]:
        """The float16 bytes of some passages' vectors as embedded, before they were put in the light of their page."""
        rows = self._some("SELECT passage_id, own, vector FROM vectors WHERE passage_id IN ({})", ids)
        return {i: own or half(np.frombuffer(vector, np.float32)) for i, own, vector in rows}

    def vectors_among(self, ids: Iterable[int]) -> Iterator[tuple[int, str, bytes]]:
        """Those of some passages that have a vector, in the form of `vectors`."""
        yield from self._some(
            "SELECT v.passage_id, p.language, v.vector FROM vectors v JOIN passages p ON p.id = v.passage_id"
            " WHERE v.passage_id IN ({})",
            ids,
        )

    def vector_sample(self, upto: int, size: int) -> list[tuple[int, str, bytes]]:
        """A random few of the vectors with an id of at most `upto`, in the form of `vectors`."""
        rows = self._connection().execute(
            "SELECT v.passage_id, p.language, v.vector FROM vectors v JOIN passages p ON p.id = v.passage_id WHERE"
            " v.passage_id IN (SELECT passage_id FROM vectors WHERE passage_id <= ? ORDER BY random() LIMIT ?)",
            (upto, size),
        )
        return rows.fetchall()

    def vector_count(self, upto: int | None = None) -> int:
        """How many vectors there are, or how many with an id of at most `upto`."""
        where, values = ("", ()) if upto is None else (" WHERE passage_id <= ?", (upto,))
        return int(self._connection().execute(f"SELECT count(*) FROM vectors{where}", values).fetchone()[0])

    def revision(self) -> tuple[int, int]:
        """(studies held, highest passage id ever given): changes whenever studies come or go."""
        connection = self._connection()
        (studies,) = connection.execute("SELECT count(*) FROM studies").fetchone()
        row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'passages'").fetchone()
        return int(studies), int(row[0]) if row else 0

    def generation(self) -> int:
        """A number that is another one whenever anything here may have changed since this thread last asked for it."""
        connection = self._connection()
        (others,) = connection.execute("PRAGMA data_version").fetchone()  # what other connections have committed
        seen = (others, connection.total_changes, connection.in_transaction)
        if getattr(self._local, "seen", None) != seen:
            self._local.seen = seen
            self._generation = next(self._generations)
        return self._generation

    def passage_counts(self) -> dict[str, int]:
        """Number of passages in each language."""
        rows = self._connection().execute("SELECT language, count(*) FROM passages GROUP BY language ORDER BY 1")
        return {str(language): int(count) for language, count in rows}

    def counts(self) -> dict[str, int]:
        """Number of studies, pages, passages and vectors."""
        connection = self._connection()
        tables = ("studies", "pages", "passages", "vectors")
        return {t: int(connection.execute(f"SELECT count(*) FROM {t}").fetchone()[0]) for t in tables}

    def faults(self) -> list[str]:
        """What SQLite's own check finds wrong; empty when the record is whole."""
        connection = self._connection()
        try:
            found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
            return found + [f"foreign key: {row}" for row in connection.execute("PRAGMA foreign_key_check")]
        except sqlite3.DatabaseError as error:  # too damaged to be checked
            return [str(error)]


def half(row: Vectors) -> bytes:
    """A vector as float16 bytes: how vectors by themselves are kept."""
    return row.astype(np.float16).tobytes()


def _passage(row: tuple[int, str, int, int, int, str, str, str]) -> Passage:
    return Passage(*row[:7], kind=PassageKind(row[7]))


def _appraisal(text: str) -> Appraisal:
    form = json.loads(text)
    lists = {key: tuple(value) for key, value in form.items() if isinstance(value, list)}
    return Appraisal(**{**form, **lists, "said_on": date.fromisoformat(form["said_on"])})


def _page(row: tuple[str, int, str, str, str, str, float | None]) -> Page:
    return Page(*row[:4], Reader(row[4]), row[5], row[6])


def _study_row(study: Study) -> dict[str, object]:
    return {
        "id": study.id,
        "description": _json(asdict(study.description)),
        "languages": json.dumps(study.languages),
        "text": study.text,
        "version_of": study.version_of,
        "state": study.state,
        "withdrawal": _json(asdict(study.withdrawal)) if study.withdrawal else None,
        "edition": study.edition,
    }


def _json(form: dict[str, Any]) -> str:
    return json.dumps(form, ensure_ascii=False, default=str)


def _description(text: str) -> Description:
    form = json.loads(text)
    form["proposals"] = tuple(_proposal(proposal) for proposal in form.get("proposals", ()))
    for name in ("identifiers", "sources"):
        form[name] = tuple((key, value) for key, value in form[name])
    for name in ("authors", "languages", "topics"):
        form[name] = tuple(form.get(name, ()))
    for name in _DATES:
        form[name] = _day(form.get(name))
    return Description(**form)


def _proposal(form: dict[str, Any]) -> Proposal:
    value = tuple(form["value"]) if isinstance(form["value"], list) else form["value"]
    value = _day(str(value)) if form["field"] in _DATES and value else value
    return Proposal(**{**form, "value": value, "source": Source(form["source"])})


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _withdrawal(text: str | None) -> Withdrawal | None:
    if text is None:
        return None
    form = json.loads(text)
    return Withdrawal(**{**form, "kind": Withdrawn(form["kind"]), "said_on": date.fromisoformat(form["said_on"])})
