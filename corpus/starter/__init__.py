"""The starter corpus: evidence notes written for this project, as PDFs, with what each says it is."""

from __future__ import annotations

import tomllib
from pathlib import Path

from corpus.study import Description

FOLDER = Path(__file__).parent / "pdf"
_NOTES = Path(__file__).parent / "notes"


def starter_notes() -> dict[str, Description]:
    """The description of each note, by the name of its PDF in `FOLDER`."""
    return {f"{note.stem}.pdf": _description(note) for note in sorted(_NOTES.glob("*.md"))}


def _description(note: Path) -> Description:
    front = tomllib.loads(note.read_text("utf-8").split("+++")[1])
    return Description(
        title=front["title"],
        authors=("Startkorpus, Centrum för AMP:s forskningsassistent",),
        year=front["year"],
        published_in=front["about"],
        evidence_from=front["evidence_from"],
        kind="evidence note",
        identifiers=(("about", front["id"]),),
    )
