"""From proposals to a description: the best for each field, a person's word before all others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from typing import Any

from corpus.study import IDENTIFIERS, Description, Proposal, Source, Value

FIELDS: tuple[str, ...] = tuple(
    f.name for f in fields(Description) if f.name not in ("identifiers", "sources", "proposals")
)
"""The fields of a description that can be proposed, identifiers aside."""
PROPOSABLE: tuple[str, ...] = (*FIELDS, *IDENTIFIERS)

FROM_FILE = frozenset({Source.XMP, Source.METADATA, Source.PAGES, Source.FILE_NAME})
"""The sources that a file itself is, and that are read anew with it."""
_SOURCES = {source.value: source for source in Source}
_UNTOLD = 0.5  # confidence of a value that an earlier version kept without any
_TRUST = {source: place for place, source in enumerate(reversed(Source))}  # the order in which they stand


def resolve(proposals: Sequence[Proposal], otherwise: str = "") -> Description:
    """The description that some proposals give; `otherwise` is the title where none is proposed.

    A person's latest word counts first, an empty one too: a person may say that there is no year. Else the most
    confident counts; of equals, an imported record before a look-up, before what the file says.
    """
    best = {field: _best([p for p in proposals if p.field == field]) for field in PROPOSABLE}
    found = {field: proposal for field, proposal in best.items() if proposal is not None}
    values: dict[str, Any] = {field: found[field].value for field in FIELDS if field in found and found[field].value}
    values.setdefault("title", otherwise)
    identifiers = tuple((name, str(found[name].value)) for name in IDENTIFIERS if name in found and found[name].value)
    sources = tuple((field, found[field].source.value) for field in PROPOSABLE if field in found)
    return Description(**values, identifiers=identifiers, sources=sources, proposals=tuple(proposals))


def _best(proposals: Sequence[Proposal]) -> Proposal | None:
    said = [p for p in proposals if p.source is Source.PERSON]
    if said:
        return said[-1]
    return max(proposals, key=lambda p: (p.confidence, _TRUST[p.source]), default=None)


def proposed(
    described: Description, source: Source, confidence: float, detail: str = "", made: str = ""
) -> Description:
    """The same description with each of its values as a proposal of one source."""
    proposals = tuple(
        Proposal(field, value, source, confidence, detail, made) for field, value in shown(described).items()
    )
    return resolve(proposals, described.title)


def read_again(kept: Description, found: Description) -> Description:
    """A description after its file was read again: what came from the file is new, all else stays."""
    stays = [p for p in _behind(kept) if p.source not in FROM_FILE]
    return _resolved_again(kept, [*stays, *found.proposals], found.title or kept.title)


def with_proposals(kept: Description, new: Iterable[Proposal]) -> Description:
    """A description with more proposals; the same value of the same source is held once, the newer."""
    added = list(new)
    again = {(p.field, p.source, p.value) for p in added}
    replaced = {p.field for p in added if p.source is Source.RECORD}  # of a value that only an earlier record gave
    stays = [p for p in kept.proposals if (p.field, p.source, p.value) not in again]
    stays += [p for p in _unbacked(kept) if p.source is not Source.RECORD or p.field not in replaced]
    return _resolved_again(kept, [*stays, *added], kept.title)


def corrected(kept: Description, changes: Mapping[str, Value | None], by: str, on: date) -> Description:
    """A description with a person's word on some fields; None takes back what people said before."""
    stays = [p for p in _behind(kept) if p.source is not Source.PERSON or p.field not in changes]
    said = [
        Proposal(field, value, Source.PERSON, 1.0, by, on.isoformat())
        for field, value in changes.items()
        if value is not None
    ]
    return _resolved_again(kept, [*stays, *said], kept.title)


def shown(described: Description) -> dict[str, Value]:
    """What a description says, by field and identifier; what is empty is left out."""
    values: dict[str, Value] = {field: value for field in FIELDS if (value := getattr(described, field))}
    return values | {name: value for name, value in described.identifiers if name in IDENTIFIERS}


def _behind(kept: Description) -> list[Proposal]:
    """The proposals behind a description, values that none stands behind among them, so that these are not lost."""
    return [*kept.proposals, *_unbacked(kept)]


def _unbacked(kept: Description) -> list[Proposal]:
    """Values of a description that no proposal stands behind, as proposals: an earlier version kept none."""
    backed, sources = {p.field for p in kept.proposals}, dict(kept.sources)
    return [
        Proposal(field, value, _SOURCES.get(sources.get(field, ""), Source.METADATA), _UNTOLD)
        for field, value in shown(kept).items()
        if field not in backed and (field in sources or field != "title")
    ]


def _resolved_again(kept: Description, proposals: Sequence[Proposal], otherwise: str) -> Description:
    """What the proposals give, with the identifiers of the description that are never proposed."""
    described = resolve(proposals, otherwise)
    others = tuple(pair for pair in kept.identifiers if pair[0] not in IDENTIFIERS)
    return replace(described, identifiers=(*described.identifiers, *others)) if others else described


def unproposed(described: Description) -> Description:
    """The description without the proposals behind it, for lists."""
    return replace(described, proposals=())
