"""The vector index, derived from the record: sealed Chroma snapshots, and exact search over what came after.

Chroma writes its graph files in place, so a process killed at the wrong moment can leave an index that answers
wrongly in silence, and it rewrites files even when it only opens them. Here a snapshot is built in a folder of its
own, sealed with the sha256 of its files, and only then takes its name; what serves is a copy of it. Vectors added
later are searched exactly in memory until the next snapshot. With no sound snapshot everything is searched exactly.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import struct
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import chromadb
import numpy as np
from chromadb.api.client import Client
from chromadb.api.collection_configuration import CreateHNSWConfiguration
from chromadb.api.models.Collection import Collection
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import ChromaError

from corpus.choice import Selection
from corpus.record import Record, Vectors

Scored = tuple[int, float]
"""(passage id, cosine similarity)"""

_LOG = logging.getLogger(__name__)
_HEADER = struct.Struct("<iQQQQ")  # version, offset, most elements, elements, bytes an element
_SEAL = "seal.json"
_BATCH = 1000
_PROBES = 64
_PROBES_NEEDED = 63 / 64
_PASSED_OVER = 200
"""So many passages outside a selection are searched for with the rest; more make exact search the faster one."""
_SELECTIONS_KEPT = 4
_HNSW: CreateHNSWConfiguration = {"space": "cosine", "ef_construction": 200, "ef_search": 200, "max_neighbors": 32}


@dataclass(frozen=True, slots=True)
class Seal:
    """What a snapshot holds and how to know that it is whole."""

    fingerprint: str
    upto: int
    counts: dict[str, int]
    files: dict[str, str]
    changed: int = 0


@dataclass(frozen=True, slots=True)
class Matrix:
    """Vectors in memory: `ids` has shape (n,), `vectors` (n, dimension)."""

    ids: tuple[int, ...]
    vectors: Vectors

    def nearest(self, query: Vectors, k: int) -> list[Scored]:
        """The k rows with the greatest dot product with `query`, best first."""
        if not self.ids:
            return []
        scores = self.vectors @ query
        best = np.argpartition(-scores, min(k, len(scores)) - 1)[:k]
        return sorted(((self.ids[i], float(scores[i])) for i in best), key=lambda hit: (-hit[1], hit[0]))


def gather(rows: Iterable[tuple[int, str, bytes]], dimension: int) -> dict[str, Matrix]:
    """Vectors of the record by language."""
    ids: dict[str, list[int]] = {}
    parts: dict[str, list[bytes]] = {}
    for passage_id, language, vector in rows:
        ids.setdefault(language, []).append(passage_id)
        parts.setdefault(language, []).append(vector)
    return {language: Matrix(tuple(ids[language]), _matrix(b"".join(parts[language]), dimension)) for language in ids}


def _matrix(data: bytes, dimension: int) -> Vectors:
    return np.frombuffer(data, np.float32).reshape(-1, dimension)


def _finds_itself(nearest: Callable[[Vectors, int, str], list[Scored]], row: tuple[int, str, bytes]) -> bool:
    _, language, vector = row
    return any(score > 0.9999 for _, score in nearest(np.frombuffer(vector, np.float32), 1, language))


class Snapshot:
    """A sealed Chroma folder: one collection a language, since filtering inside one is fifteen times slower."""

    def __init__(self, folder: Path, seal: Seal, dimension: int) -> None:
        self.folder = folder
        self.seal = seal
        self._serving = folder.parent / f"serving-{os.getpid()}"
        shutil.rmtree(self._serving, ignore_errors=True)
        shutil.copytree(folder, self._serving)
        self._client = _client(self._serving)
        self._collections: dict[str, Collection] = {
            language: self._client.get_collection(_name(language), embedding_function=None) for language in seal.counts
        }
        for collection in self._collections.values():  # the first question is when Chroma writes its files anew
            collection.query(query_embeddings=np.ones((1, dimension), np.float32), n_results=1, include=[])
        _blank(self._serving)

    def nearest(self, query: Vectors, k: int, language: str) -> list[Scored]:
        """At most k passages of one language, best first."""
        if language not in self._collections:
            return []
        found = self._collections[language].query(
            query_embeddings=query[np.newaxis, :],
            n_results=min(k, self.seal.counts[language]),
            include=["distances"],
        )
        distances = (found["distances"] or [[]])[0]
        return [(int(i), 1.0 - float(d)) for i, d in zip(found["ids"][0], distances, strict=True)]

    def finds(self, samples: Sequence[tuple[int, str, bytes]]) -> bool:
        """Does the snapshot find these vectors of the record at distance nought?"""
        return sum(_finds_itself(self.nearest, row) for row in samples) >= _PROBES_NEEDED * len(samples)

    def lives_in(self, folder: Path) -> bool:
        """Is this the sealed folder, or the copy that serves?"""
        return folder in (self.folder, self._serving)

    def close(self) -> None:
        """Let go of Chroma's files and remove the copy."""
        self._client.close()
        shutil.rmtree(self._serving, ignore_errors=True)


class DenseIndex:
    """Nearest passages by meaning. One process owns it; see the module's docstring for how it is kept."""

    def __init__(self, folder: Path | None, record: Record, model: str, dimension: int) -> None:
        """Open over `record`. With `folder` None everything is searched exactly and nothing is written."""
        self._folder = folder
        self._record = record
        self._dimension = dimension
        self.fingerprint = hashlib.sha256(f"{model}|chroma {chromadb.__version__}|{_HNSW}".encode()).hexdigest()[:16]
        self._turn = threading.RLock()  # no search may meet a snapshot that is being exchanged
        self._snapshot = self._open_snapshot()
        self._delta: dict[str, Matrix] = {}
        self._selections: dict[Selection, dict[str, Matrix]] = {}
        self.catch_up()

    # Searching

    def nearest(
        self, query: Vectors, k: int, languages: Sequence[str], within: Selection | None = None
    ) -> dict[str, list[Scored]]:
        """For each language at most k passages that the record still holds, best first; `within` a selection of them.

        A selection is searched exactly, but where so little is left out that it can be searched for and passed over.
        """
        if within is not None and len(within.outside) > _PASSED_OVER:
            selected = self._selected(within)
            return {
                language: selected[language].nearest(query, k) if language in selected else [] for language in languages
            }
        with self._turn:
            return {language: self._nearest(query, k, language, within) for language in languages}

    def _nearest(self, query: Vectors, k: int, language: str, within: Selection | None = None) -> list[Scored]:
        wanted = k if within is None else k + len(within.outside)
        hits = self._delta[language].nearest(query, wanted) if language in self._delta else []
        if self._snapshot is not None:
            sealed = self._snapshot.nearest(query, wanted + self._removed, language)
            hits = [hit for hit in sealed if not self._removed or hit[0] in self._held] + hits
        if within is not None:
            hits = [hit for hit in hits if hit[0] in within.inside]
        return sorted(hits, key=lambda hit: (-hit[1], hit[0]))[:k]

    def _selected(self, within: Selection) -> dict[str, Matrix]:
        """The vectors of a selection, by language; those of the last few are kept."""
        kept = dict(self._selections)
        found = kept.pop(within, None)
        if found is None:
            found = gather(self._record.vectors_among(sorted(within.inside)), self._dimension)
        latest = [*kept.items(), (within, found)]
        self._selections = dict(latest[-_SELECTIONS_KEPT:])  # a new one each time: threads never see half of it
        return found

    def finds(self, row: tuple[int, str, bytes]) -> bool:
        """Does the index find this vector of the record at distance nought?"""
        with self._turn:
            return _finds_itself(self._nearest, row)

    def exact(self, query: Vectors, k: int, languages: Sequence[str]) -> dict[str, list[Scored]]:
        """The same by exact search over every vector of the record: the oracle the index is held against."""
        everything = gather(self._record.vectors(), self._dimension)
        return {
            language: everything[language].nearest(query, k) if language in everything else [] for language in languages
        }

    # Following the record

    def catch_up(self) -> None:
        """Take in what the record holds beyond the snapshot."""
        with self._turn:
            if self._snapshot and self._is_outdated(self._snapshot.seal):
                self.close()
            upto = self._snapshot.seal.upto if self._snapshot else 0
            sealed = sum(self._snapshot.seal.counts.values()) if self._snapshot else 0
            self._delta = gather(self._record.vectors(after=upto), self._dimension)
            self._removed = sealed - self._record.vector_count(upto)
            self._held = self._record.passage_ids() if self._removed else set()

    @property
    def waiting(self) -> int:
        """Vectors searched exactly because no snapshot holds them yet, and rows of the snapshot that are gone."""
        return self._removed + sum(len(matrix.ids) for matrix in self._delta.values())

    def seal_if_due(self) -> None:
        """Make a new snapshot when a fifth of the vectors wait for one: few rebuilds, small waits."""
        if self._folder is not None and self.waiting * 5 > self._record.vector_count():
            self.seal()

    def seal(self) -> None:
        """Build a snapshot of every vector beside the present one, and put it in its place. Raises OSError."""
        if self._folder is None:
            return
        changed = self._record.vectors_changed
        everything = gather(self._record.vectors(), self._dimension)
        try:
            _build(self._folder, everything, self.fingerprint, changed)
        except (ChromaError, ValueError, AttributeError) as error:  # on a full disk Chroma fails in any of these ways
            raise OSError(str(error)) from error
        with self._turn:
            self.close()
            self._snapshot = self._open_snapshot()
            self.catch_up()

    def erase_removed(self) -> None:
        """Make the snapshot anew where it still holds vectors that the record no longer has. Raises OSError."""
        self.catch_up()
        if self._snapshot is not None and self._removed:
            self.seal()

    def _open_snapshot(self) -> Snapshot | None:
        """The newest snapshot that proves itself; anything else in the folder is removed."""
        if self._folder is None or not self._folder.is_dir():
            return None
        for folder in sorted(self._folder.glob("sealed-*"), reverse=True):
            snapshot = self._proven(folder)
            if snapshot:
                self._remove_all_but(snapshot)
                return snapshot
        self._remove_all_but(None)
        return None

    def _proven(self, folder: Path) -> Snapshot | None:
        seal = _read_seal(folder)
        if seal is None or seal.fingerprint != self.fingerprint or _hashes(folder) != seal.files:
            _LOG.warning("The vector index in %s is not whole or not of this model; it will be made anew.", folder)
            return None
        if self._is_outdated(seal):
            return None
        try:
            snapshot = Snapshot(folder, seal, self._dimension)
        except (ChromaError, ValueError, OSError) as error:
            _LOG.warning("Chroma cannot open %s (%s); it will be made anew.", folder, error)
            return None
        if snapshot.finds(self._record.vector_sample(seal.upto, _PROBES)):
            return snapshot
        snapshot.close()
        _LOG.warning("The vector index in %s does not find its own passages; it will be made anew.", folder)
        return None

    def _is_outdated(self, seal: Seal) -> bool:
        """Has the record changed vectors in place since, or does it hold some that the snapshot lacks?"""
        changed = seal.changed != self._record.vectors_changed
        return changed or self._record.vector_count(seal.upto) > sum(seal.counts.values())

    def _remove_all_but(self, kept: Snapshot | None) -> None:
        """Clear away old snapshots and what killed processes left."""
        if self._folder is None:
            return
        for folder in self._folder.iterdir():
            if kept is None or not kept.lives_in(folder):
                shutil.rmtree(folder, ignore_errors=True)

    @property
    def state(self) -> dict[str, object]:
        """Numbers for the doctor."""
        with self._turn:
            sealed = self._snapshot.seal.counts if self._snapshot else {}
            return {"sealed": sealed, "waiting": self.waiting, "fingerprint": self.fingerprint}

    def close(self) -> None:
        """Let go of Chroma's files."""
        if self._snapshot is not None:
            self._snapshot.close()
            self._snapshot = None


def _name(language: str) -> str:
    return f"passages-{language}"


def _client(folder: Path) -> Client:
    client = chromadb.PersistentClient(str(folder), settings=ChromaSettings(anonymized_telemetry=False))
    assert isinstance(client, Client)
    return client


def _build(parent: Path, everything: dict[str, Matrix], fingerprint: str, changed: int) -> None:
    """Build a snapshot of everything in `parent` under the next number, whole and on disk before it has its name."""
    number = 1 + max((int(f.name.split("-")[1]) for f in parent.glob("sealed-*")), default=0)
    making = parent / f"making-{os.getpid()}-{time.monotonic_ns()}"  # Chroma remembers a folder that it failed in
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    client = _client(making)
    for language, matrix in everything.items():
        collection = client.create_collection(
            _name(language),
            embedding_function=None,
            configuration={"hnsw": _HNSW},
        )
        for i in range(0, len(matrix.ids), _BATCH):
            collection.add(ids=[str(j) for j in matrix.ids[i : i + _BATCH]], embeddings=matrix.vectors[i : i + _BATCH])
    client.close()
    _blank(making)
    counts = {language: len(matrix.ids) for language, matrix in everything.items()}
    upto = max((max(matrix.ids) for matrix in everything.values()), default=0)
    _write_seal(making, Seal(fingerprint, upto, counts, _hashes(making), changed))
    making.rename(parent / f"sealed-{number:06d}")


def _blank(folder: Path) -> None:
    """Overwrite what Chroma's graph files hold beyond their elements: memory of this process, whatever was in it.

    A graph that was not yet written has a file of its first size all the same. Its header counts the elements and
    their size in bytes (hnswlib, `saveIndex`).
    """
    for header in folder.rglob("header.bin"):
        _, _, _, count, size = _HEADER.unpack(header.read_bytes()[: _HEADER.size])
        for name, used in (("data_level0.bin", count * size), ("length.bin", count * 4)):
            with (header.parent / name).open("r+b") as file:
                whole = file.seek(0, os.SEEK_END)
                file.seek(min(used, whole))
                file.write(bytes(max(0, whole - used)))


def _hashes(folder: Path) -> dict[str, str]:
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != _SEAL:
            with path.open("rb") as file:
                found[str(path.relative_to(folder))] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def _write_seal(folder: Path, seal: Seal) -> None:
    for path in folder.rglob("*"):
        _sync(path)
    with (folder / _SEAL).open("w", encoding="utf-8") as file:
        json.dump(asdict(seal), file)
        file.flush()
        os.fsync(file.fileno())
    _sync(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read_seal(folder: Path) -> Seal | None:
    try:
        values = json.loads((folder / _SEAL).read_text("utf-8"))
        return Seal(**values)
    except (OSError, ValueError, TypeError):
        return None
