"""The starter corpus: evidence notes written for this project, as PDFs, and the catalogue of the studies themselves."""

from __future__ import annotations

import tomllib
from pathlib import Path

from corpus.study import Description

FOLDER = Path(__file__).parent / "pdf"
CATALOGUE = Path(__file__).parent / "catalogue.csv"
"""Studies to get hold of, a row each. A title in brackets is not confirmed; an address that is `proof_only` leads to
somebody's copy, seen as proof that the work exists, and is not the work's own."""
GRADING = Path(__file__).parent / "grading.csv"
"""Provisional gradings of some of them, by the same ids; a criminologist has not confirmed them."""
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
