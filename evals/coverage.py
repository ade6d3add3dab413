"""How much of running Swedish text the term list knows: the words that are neither names nor numbers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpus.gloss import Glosser, Kind, open_glosser
from corpus.language import language_of
from corpus.settings import Settings
from corpus.terms import FOLDER
from corpus.words import Fault
from ingest.read import ChildReader
from ingest.receive import NoSuchFile

_KNOWN = (Kind.TERM, Kind.WORD, Kind.COMPOUND)


class BadText(Fault):
    """A file cannot be read as text."""

    code = "bad_text"


@dataclass(slots=True)
class Tally:
    """Running words of one file or folder, by how they were understood."""

    name: str
    kinds: Counter[Kind] = field(default_factory=Counter)

    @property
    def share(self) -> float:
        """Known words of all that are neither names nor numbers; names include words of other languages."""
        known = sum(self.kinds[kind] for kind in _KNOWN)
        return known / max(1, known + self.kinds[Kind.UNKNOWN])


@dataclass(frozen=True, slots=True)
class Coverage:
    """The tally of each path, of all together, and the unknown words by how often they occur."""

    tallies: tuple[Tally, ...]
    whole: Tally
    unknown: Counter[str]

    def form(self, unknown: int) -> dict[str, Any]:
        """The report as JSON, with so many of the unknown words."""
        return {
            "paths": {t.name: {"coverage": round(t.share, 4), **_counts(t)} for t in self.tallies},
            "whole": {"coverage": round(self.whole.share, 4), **_counts(self.whole)},
            "unknown": dict(self.unknown.most_common(unknown)),
        }

    def table(self, unknown: int) -> Iterator[str]:
        """The report as lines of text."""
        for tally in (*self.tallies, self.whole):
            counts = "  ".join(f"{kind} {count}" for kind, count in _counts(tally).items())
            yield f"{tally.share:.4f}  {tally.name}  {counts}"
        yield "  ".join(f"{word} {count}" for word, count in self.unknown.most_common(unknown))


def _counts(tally: Tally) -> dict[str, int]:
    return {kind.value: tally.kinds[kind] for kind in Kind if tally.kinds[kind]}


def measure(paths: Sequence[Path], settings: Settings) -> Coverage:
    """Gloss the Swedish in PDFs, text files, and the texts of JSON lines. Raises NoSuchFile or BadText."""
    glosser = open_glosser(settings.terms or FOLDER)
    unknown: Counter[str] = Counter()
    tallies = []
    reader = ChildReader(settings)
    try:
        for path in paths:
            tally = Tally(f"{path.parent.name}/{path.name}")
            for text in _texts(path, reader):
                _count(glosser, text, tally, unknown)
            tallies.append(tally)
    finally:
        reader.close()
    whole = Tally("=", sum((tally.kinds for tally in tallies), Counter()))
    return Coverage(tuple(tallies), whole, unknown)


def _count(glosser: Glosser, text: str, tally: Tally, unknown: Counter[str]) -> None:
    for piece in glosser.gloss(text, "sv").pieces:
        tally.kinds[piece.kind] += len(piece.source.split())
        if piece.kind is Kind.UNKNOWN:
            unknown[piece.source.lower()] += 1


def _texts(path: Path, reader: ChildReader) -> Iterator[str]:
    """The Swedish texts of a file, or of every file in a folder."""
    if path.is_dir():
        for inside in sorted(path.rglob("*")):
            if inside.is_file():
                yield from _texts(inside, reader)
    elif not path.exists():
        raise NoSuchFile(file=path)
    else:
        yield from (text for text in _read(path, reader) if language_of(text) == "sv")


def _read(path: Path, reader: ChildReader) -> Iterable[str]:
    """The texts of a PDF, of JSON lines, or of a text file; nothing of other kinds of file."""
    kind = path.suffix.lower()
    if kind == ".pdf":
        return (page.text for page in reader.read(path).pages)
    try:
        if kind == ".jsonl":
            rows = [json.loads(line) for line in path.read_text("utf-8-sig").split("\n") if line.strip()]
            return [f"{row.get('title') or ''}\n{row['text']}" for row in rows if row.get("text")]
        return path.read_text("utf-8-sig").split("\n\n") if kind in (".txt", ".md") else ()
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise BadText(file=path, why=error) from error
