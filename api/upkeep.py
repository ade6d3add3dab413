"""The doctor over everything: the record and its indexes, files, unfinished work, and parts that may be missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from fastapi import APIRouter, Query, Request

from api.errors import reader_language
from api.questions import OpenLibrary
from corpus.health import Finding, Level, examine
from corpus.library import Health, Library
from corpus.settings import Settings
from corpus.words import Language, say
from ingest.ocr import Ocr

router = APIRouter(tags=["upkeep"])


@dataclass(frozen=True, slots=True)
class Part:
    """Something that this can do where it is installed or switched on. `detail` says which, or how."""

    code: str
    there: bool
    detail: str = ""

    def sentence(self, language: Language) -> str:
        """Whether it is there, and what to do if it is wanted."""
        name = say(f"part_{self.code}", language)
        there, missing = ("part_there", "part_missing") if self.code == "ocr" else ("part_on", "part_off")
        if self.there:
            return say(f"doctor_{there}", language, part=name, detail=self.detail)
        return say(f"doctor_{missing}", language, part=name, advice=say(f"part_{self.code}_advice", language))


@dataclass(frozen=True, slots=True)
class Examination:
    """All that the doctor found. `sound` is False where anything has to be mended."""

    health: Health
    findings: tuple[Finding, ...]
    parts: tuple[Part, ...]

    @property
    def sound(self) -> bool:
        """Is there nothing to mend? Gaps that wait for people do not count."""
        return self.health.sound and all(finding.level is not Level.FAULT for finding in self.findings)

    def form(self, language: Language) -> dict[str, Any]:
        """The examination as JSON."""
        return {
            **asdict(self.health),
            "sound": self.sound,
            "findings": [finding.form(language) for finding in self.findings],
            "optional": {
                part.code: {"there": part.there, "detail": part.detail, "message": part.sentence(language)}
                for part in self.parts
            },
        }


def examination(library: Library, *, thorough: bool = False) -> Examination:
    """Examine a library; with `thorough` every kept PDF is read too."""
    health = library.verify()
    found = [*_told(health.faults), *examine(library, date.today(), thorough=thorough)]
    return Examination(health, tuple(found), parts(library.settings))


def _told(faults: tuple[str, ...]) -> Iterator[Finding]:
    """What is wrong with record and indexes; missing PDFs are told of with the other files."""
    for fault in faults:
        if fault in ("lexical", "dense"):
            yield Finding(f"index_{fault}", Level.FAULT)
        elif not fault.startswith("pdf: "):
            yield Finding("record_damaged", Level.FAULT, (("detail", fault),))


def parts(settings: Settings) -> tuple[Part, ...]:
    """What is installed or switched on."""
    program = Ocr(settings).program()
    read = sorted(program.languages.intersection(settings.ocr_languages.split("+"))) if program else []
    return (
        Part("ocr", bool(read), "+".join(read)),
        Part("writer", bool(settings.writer), settings.writer),
        Part("lookups", settings.lookups, settings.contact or "–"),
    )


@router.get("/doctor")
def get_doctor(
    request: Request, library: OpenLibrary, thorough: bool = Query(False, description="read every kept PDF too")
) -> dict[str, Any]:
    """Is everything whole, what is missing, and what to do about it."""
    return examination(library, thorough=thorough).form(reader_language(request))
