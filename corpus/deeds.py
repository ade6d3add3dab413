"""The log: what people did to studies, when and by whom; never the words of a study that was deleted."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from corpus.record import Record
from corpus.study import Deed

DELETED = "deleted"


def note(record: Record, by: str, what: str, study_id: str = "", **detail: object) -> None:
    """Keep that a person did something; part of the transaction it is called in."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    form = json.dumps({name: str(value) for name, value in detail.items()}, ensure_ascii=False)
    with record.transaction() as connection:
        connection.execute(
            "INSERT INTO deeds (at, by, what, study_id, detail) VALUES (?, ?, ?, ?, ?)", (at, by, what, study_id, form)
        )


def deeds(record: Record, study_id: str | None = None) -> list[Deed]:
    """The log, oldest first; of one study where it is named."""
    where, values = ("", ()) if study_id is None else (" WHERE study_id = ?", (study_id,))
    rows = record.rows(f"SELECT at, by, what, study_id, detail FROM deeds{where} ORDER BY id", values)
    return [Deed(at, by, what, study, tuple(json.loads(form).items())) for at, by, what, study, form in rows]


def forget(record: Record, study_id: str) -> None:
    """Keep of a study's log only what was done, when and by whom: names and details may hold words of the study."""
    with record.transaction() as connection:
        connection.execute("UPDATE deeds SET detail = '{}' WHERE study_id = ?", (study_id,))
        connection.execute(
            "UPDATE job_files SET path = '', name = '', receipt = NULL WHERE study_id = ?",
            (study_id,),
        )
