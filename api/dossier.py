"""All that is known of one study: what it says it is and where that was found, appraisals, links, files and log."""

from __future__ import annotations

from dataclasses import dataclass

from corpus.deeds import deeds
from corpus.library import Library
from corpus.links import links
from corpus.study import Appraisal, Deed, Link, Reader, Study


@dataclass(frozen=True, slots=True)
class OcrPage:
    """A page that was read by OCR; `certainty` (0 to 1) is how sure that was, where it said."""

    number: int
    label: str
    certainty: float | None


@dataclass(frozen=True, slots=True)
class Dossier:
    """A study with its proposals, and everything else that is kept of it.

    `appraisal` is the latest of `appraisals`, which are oldest first, as is the log. `versions` are studies that are
    versions of it; `titles` those of every study named here, by id.
    """

    study: Study
    passages: int
    ocr: tuple[OcrPage, ...]
    appraisal: Appraisal | None
    appraisals: tuple[Appraisal, ...]
    versions: tuple[str, ...]
    links: tuple[Link, ...]
    titles: dict[str, str]
    log: tuple[Deed, ...]


def dossier(library: Library, study_id: str) -> Dossier:
    """Everything known of a study. Raises UnknownStudy."""
    study = library.study(study_id)
    appraisals = tuple(library.record.appraisals(study_id))
    versions = library.record.rows("SELECT id FROM studies WHERE version_of = ? ORDER BY id", (study_id,))
    found = Dossier(
        study=study,
        passages=len(library.record.passage_ids_of(study_id)),
        ocr=tuple(
            OcrPage(page.number, page.label, page.certainty)
            for page in library.record.pages(study_id)
            if page.reader is Reader.OCR
        ),
        appraisal=appraisals[-1] if appraisals else None,
        appraisals=appraisals,
        versions=tuple(row[0] for row in versions),
        links=tuple(links(library.record, study_id)),
        titles={},
        log=tuple(deeds(library.record, study_id)),
    )
    found.titles.update(_titles(library, found))
    return found


def _titles(library: Library, found: Dossier) -> dict[str, str]:
    named = [
        found.study.version_of,
        *found.versions,
        *(one for link in found.links for one in (link.first, link.second)),
    ]
    if found.study.withdrawal:
        named.append(found.study.withdrawal.replaced_by)
    studies = (library.record.study(one) for one in dict.fromkeys(filter(None, named)))
    return {study.id: study.title for study in studies if study is not None}
