"""Records into the library: those of studies it has describe them, the others become studies that are wanted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from corpus.deeds import note
from corpus.description import resolve, unproposed, with_proposals
from corpus.desk import want, wanted_id
from corpus.library import Library
from corpus.reference import clean
from corpus.study import Description, Proposal, Source, Study
from corpus.words import Fault, Language, say
from ingest.records.imported import Imported
from ingest.records.importers import read_records
from ingest.records.matching import Match, Shelf

Why = tuple[str, tuple[tuple[str, object], ...]]
"""The code of a sentence and the values it is filled with."""
Likely = Literal["tell", "same", "new"]
"""What a person says of records that are perhaps of a study the library has: tell me; the same; new works."""


class Became(StrEnum):
    """What became of a record."""

    MATCHED = "matched"
    WANTED = "wanted"
    LIKELY = "likely"
    UNCHANGED = "unchanged"
    BAD = "bad"


class CannotOpen(Fault):
    """The file to import is not there or may not be read."""

    code = "import_cannot_open"


class TooLarge(Fault):
    """The file to import is larger than the limit."""

    code = "too_large"


@dataclass(frozen=True, slots=True)
class Line:
    """What became of the record that begins on a line of the file, and why."""

    line: int
    became: Became
    title: str = ""
    study_id: str | None = None
    why: Why | None = None

    def reason(self, language: Language) -> str | None:
        """The sentence that says why, in the reader's language; None where nothing needs saying."""
        return say(self.why[0], language, **dict(self.why[1])) if self.why else None

    def form(self, language: Language) -> dict[str, Any]:
        """The line as JSON."""
        form = {"line": self.line, "status": self.became.value, "title": self.title, "study_id": self.study_id}
        return form | {"reason": self.reason(language)}


@dataclass(frozen=True, slots=True)
class Imports:
    """What became of the records of one file, in its order. `kind` is the form it has: "ris", "csv" and so on."""

    file: str
    kind: str
    lines: tuple[Line, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many records became what."""
        counted = Counter(line.became for line in self.lines)
        return {became.value: counted[became] for became in Became}

    def form(self, language: Language) -> dict[str, Any]:
        """All of it as JSON, reasons in the reader's language."""
        lines = [line.form(language) for line in self.lines]
        return {"file": self.file, "kind": self.kind, "counts": self.counts, "records": lines}


def bytes_of(path: Path, limit_mb: int) -> bytes:
    """The bytes of a file to import. Raises CannotOpen or TooLarge."""
    try:
        if path.stat().st_size > limit_mb << 20:
            raise TooLarge(file=path.name, limit=limit_mb)
        return path.read_bytes()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise CannotOpen(file=clean(str(path)), error=why) from None


def import_path(library: Library, path: Path, by: str, kind: str | None = None, likely: Likely = "tell") -> Imports:
    """Take in the records of a file; see `import_records`. Raises CannotOpen or TooLarge besides."""
    return import_records(library, path.name, bytes_of(path, library.settings.max_upload_mb), by, kind, likely)


def import_records(
    library: Library, name: str, data: bytes, by: str, kind: str | None = None, likely: Likely = "tell"
) -> Imports:
    """Take in the records of a file, all in one transaction; the same file again changes nothing.

    A record of a study that the library has is added to its proposals, where it replaces what an earlier file of
    this name proposed; a person's word stays. One that is perhaps of such a study is told and changes nothing, unless
    a person says by `likely` what it is. All others become wanted studies. Raises what `read_records` does.
    """
    reading = read_records(name, data, kind)
    bad = [Line(int(str(b.values["line"])), Became.BAD, why=(b.code, tuple(b.values.items()))) for b in reading.bad]
    with library.record.transaction():
        lines = _Intake(library, name, by, likely).take(reading.records)
    return Imports(name, reading.form, tuple(sorted([*bad, *lines], key=lambda line: line.line)))


class _Intake:
    """One import under way: the studies there are, and the records that were found to be of each."""

    def __init__(self, library: Library, name: str, by: str, likely: Likely) -> None:
        self._library, self._name, self._by, self._likely = library, name, by, likely
        self._shelf = Shelf()
        self._titles: dict[str, str] = {}
        self._new: set[str] = set()
        for study in library.record.studies():
            self._put(study)

    def _put(self, study: Study, *, likely: bool = True) -> None:
        self._shelf.add(study, likely=likely)
        self._titles[study.id] = study.title

    def take(self, records: Sequence[Imported]) -> list[Line]:
        """What becomes of each record; those of one study are added to it together."""
        lines: list[Line] = []
        of_study: defaultdict[str, list[Imported]] = defaultdict(list)
        for record in records:
            line = self._place(record)
            lines.append(line)
            if line.became is Became.MATCHED and line.study_id:
                of_study[line.study_id].append(record)
        same = {study_id for study_id, found in of_study.items() if not self._add(study_id, found)}
        return [replace(line, became=Became.UNCHANGED) if self._is_same(line, same) else line for line in lines]

    @staticmethod
    def _is_same(line: Line, same: set[str]) -> bool:
        return line.became is Became.MATCHED and line.study_id in same

    def _place(self, record: Imported) -> Line:
        described = resolve(record.proposals)
        match = self._decided(self._shelf.match(described, record.file_names))
        wanted = wanted_id(described)
        if match.kind != "certain" and wanted in self._titles:  # by too short a title to be found
            match = Match("certain", wanted, ("same_record",))
        if match.kind == "certain":
            return Line(record.line, Became.MATCHED, described.title, match.study_id)
        if match.kind == "likely":
            return self._told(record.line, described, match)
        study = want(self._library, described, self._by)
        self._put(study, likely=False)  # two records of one file are told apart by whoever wrote it
        self._new.add(study.id)
        return Line(record.line, Became.WANTED, described.title, study.id)

    def _decided(self, match: Match) -> Match:
        """A match as the person says who imports."""
        if match.kind != "likely" or self._likely == "tell":
            return match
        if self._likely == "new":
            return Match("new")
        return replace(match, kind="certain") if match.study_id and not match.others else match

    def _told(self, line: int, described: Description, match: Match) -> Line:
        others = [match.study_id] if match.study_id else list(match.others)
        named = "; ".join(f"{self._titles[other][:120]} ({other})" for other in others[:5])
        code = "import_likely" if match.study_id else "import_several"
        return Line(line, Became.LIKELY, described.title, match.study_id, (code, (("others", named),)))

    def _add(self, study_id: str, records: Sequence[Imported]) -> bool:
        """Add what some records propose to a study; False where it proposed all of it before."""
        study = self._library.record.study(study_id)
        assert study is not None, "it was found in this transaction"
        added = [proposal for record in records for proposal in record.proposals]
        before = study.description
        stays = before.proposals if study_id in self._new else self._not_of_this_file(before.proposals, added)
        described = with_proposals(replace(before, proposals=tuple(stays)), added)
        if _said(described) == _said(before):
            return False
        languages = study.languages or described.languages
        seen = unproposed(described) != unproposed(
            before
        )  # a new edition, so that nobody confirms what they did not see
        new = replace(study, description=described, languages=languages, edition=study.edition + seen)
        self._library.record.change_study(new)
        said = {"file": self._name, "line": records[0].line, "edition": new.edition}
        note(self._library.record, self._by, "imported", study_id, **said)
        return True

    def _not_of_this_file(self, kept: Iterable[Proposal], added: Iterable[Proposal]) -> list[Proposal]:
        """Proposals without those that an earlier file of this name made for the same fields."""
        fields = {proposal.field for proposal in added}
        earlier = f"{self._name}, line "
        return [
            proposal
            for proposal in kept
            if proposal.source is not Source.RECORD
            or proposal.field not in fields
            or not proposal.detail.startswith(earlier)
        ]


def _said(described: Description) -> set[tuple[str, Source, object, float]]:
    return {(p.field, p.source, p.value, p.confidence) for p in described.proposals}
