"""What is kept of each text, so that a new one is compared with thousands of others in a moment.

One in 64 of a text's runs of letters is kept, by the run's own hash, so that texts that share runs keep the same ones.
What two texts share is told from that for the whole and for parts alike (Broder 1997; FracMinHash in Irber et al.
2022), where the usual MinHash of a fixed size tells only of texts of like length.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from corpus.links import keep_signature, signatures, unsigned
from corpus.record import Record
from corpus.text import letters, one_line
from ingest.likeness import Runs, body_of

Sample = npt.NDArray[np.uint32]
"""The kept runs of a text, in order: the upper halves of their hashes."""

FORM = "runs-1"
"""Names how signatures are made; another one makes all anew."""
SHARE = 64
"""One run in so many is kept."""
_FRONT_PAGES = 2
_BEFORE, _AFTER, _MOST_SAID = 120, 400, 2_000
_SAYS = re.compile(
    r"\b(?:version of|manuscript of|summary of|translation of|abridged from|based on the report|reprint(?:ed)? from"
    r"|published (?:as|in|online)|forthcoming in|to appear in|post-?print|pre-?print|author.{0,3} accepted"
    r"|sammanfattning av|kortversion av|översättning av|bearbetning av|en version av|särtryck ur|publicera[dt]s? [ii]"
    r"|tidigare utgiv\w+|ursprungligen utgiv\w+)\b",
    re.IGNORECASE,
)
_DOI = re.compile(r"\b10\.\d{4,9}/[-._;()/:A-Za-z0-9]*[A-Za-z0-9]")


@dataclass(frozen=True, slots=True)
class Heading:
    """What is told of a text beside its sample: counts, a hash of all its letters, and what it says of other versions.

    `says` are the letters around phrases such as "this is the author's version of" on its first two pages, `dois` those
    of the DOIs that stand there.
    """

    letters: int
    runs: int
    whole: str
    says: str
    dois: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """What is kept of a text."""

    heading: Heading
    sample: Sample

    def packed(self) -> bytes:
        """As it is kept in the record."""
        head = json.dumps(asdict(self.heading), ensure_ascii=False)
        return head.encode("utf-8", "replace") + b"\n" + self.sample.tobytes()


def unpacked(kept: bytes) -> Signature:
    """A signature as it was before it was kept."""
    head, _, sample = kept.partition(b"\n")
    form = json.loads(head)
    return Signature(Heading(**{**form, "dois": tuple(form["dois"])}), np.frombuffer(sample, np.uint32))


def sample_of(runs: Runs) -> Sample:
    """The runs that are kept: those whose hash can be divided by `SHARE`."""
    return np.unique((runs[runs % np.uint64(SHARE) == 0] >> np.uint64(32)).astype(np.uint32))


def signature_of(record: Record, study_id: str) -> Signature:
    """The signature of a study's text as it is now."""
    body = body_of(record, study_id)
    said = list(_said(record, study_id))
    dois = dict.fromkeys(letters(doi) for text in said for doi in _DOI.findall(text))
    heading = Heading(
        letters=len(body.letters),
        runs=len(body.runs),
        whole=hashlib.sha256(body.letters.encode("utf-8", "replace")).hexdigest()[:32],
        says=" ".join(map(letters, said))[:_MOST_SAID],
        dois=tuple(dois),
    )
    return Signature(heading, sample_of(body.runs))


def _said(record: Record, study_id: str) -> Iterator[str]:
    """What stands around each phrase by which a text speaks of another version of itself."""
    for number in range(1, _FRONT_PAGES + 1):
        page = record.page(study_id, number)
        text = one_line(page.text) if page else ""
        for match in _SAYS.finditer(text):
            yield text[max(0, match.start() - _BEFORE) : match.end() + _AFTER]


def sign(
    record: Record, study_ids: Sequence[str] | None = None, progress: Callable[[int, int], None] | None = None
) -> int:
    """Make the signatures of some studies, or of all that lack one of today; how many were made."""
    wanted = unsigned(record, FORM) if study_ids is None else study_ids
    for done, study_id in enumerate(wanted, 1):
        keep_signature(record, study_id, FORM, signature_of(record, study_id).packed())
        if progress is not None:
            progress(done, len(wanted))
    return len(wanted)


class Shelf:
    """The signatures of a library, laid side by side."""

    def __init__(self, record: Record) -> None:
        found = {study_id: unpacked(kept) for study_id, kept in signatures(record)}
        self.headings: Mapping[str, Heading] = {study_id: one.heading for study_id, one in found.items()}
        self._samples = {study_id: one.sample for study_id, one in found.items()}
        self._ids = list(found)
        sizes = [len(sample) for sample in self._samples.values()]
        self._all = np.concatenate([*self._samples.values(), np.zeros(0, np.uint32)])
        self._owners = np.repeat(np.arange(len(self._ids)), sizes)

    def shared_with(self, study_id: str) -> dict[str, tuple[int, float]]:
        """The studies that share kept runs with one: how many, and which share (0 to 1) of the shorter text's."""
        own = self._samples.get(study_id, np.zeros(0, np.uint32))
        counts = np.bincount(self._owners[self._among(own)], minlength=len(self._ids))
        return {
            other: (int(counts[i]), int(counts[i]) / min(len(own), len(self._samples[other])))
            for i in np.flatnonzero(counts)
            if (other := self._ids[i]) != study_id
        }

    def _among(self, own: Sample) -> npt.NDArray[np.bool_]:
        """Which of all kept runs are among some. Most are not: a table of their lower bits rules those out first."""
        table = np.zeros(1 << 20, np.bool_)
        low = np.uint32((1 << 20) - 1)
        table[own & low] = True
        hits = np.flatnonzero(table[self._all & low])
        found = np.zeros(len(self._all), np.bool_)
        found[hits[np.isin(self._all[hits], own)]] = True
        return found
