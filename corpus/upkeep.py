"""What a library makes anew: shadows that follow the term list, vectors that follow shadows and model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

import numpy as np

from corpus.context import in_context
from corpus.embedder import Embedder
from corpus.language import SCANDINAVIAN
from corpus.lexical import LexicalIndex
from corpus.record import Record, Vectors, half
from corpus.study import Draft, Passage, PassageKind, Shadow

Progress = Callable[[int, int], None]
"""Called with (done, of)."""

_BATCH = 256


class Kept(Protocol):
    """What of a library takes part in its upkeep."""

    @property
    def record(self) -> Record:
        """The only truth."""

    @property
    def lexical(self) -> LexicalIndex:
        """The word index, which is brought level too."""

    @property
    def embedder(self) -> Embedder:
        """The model that is set."""

    def shadow(self, passage: Passage | Draft) -> Shadow | None:
        """A passage in English by the term list of today; None where it is not Swedish."""

    def embedded_text(self, passage: Passage | Draft, shadow: Shadow | None) -> str:
        """The text a passage is embedded by."""


def embed_again(library: Kept, progress: Progress, model: dict[str, str], follows: dict[str, str]) -> None:
    """Make all vectors anew with the model that is set; `model` and `follows` are noted with them.

    They are kept as they are made, and replace the old ones all at once when they are whole.
    """
    reads_swedish = library.embedder.reads("sv")  # and what it reads itself needs no term list
    library.record.begin_next(**(model if reads_swedish else model | follows))
    body = [p for p in library.record.all_passages() if p.kind is PassageKind.BODY]
    made = library.record.next_vectors()
    missing = [p for p in body if p.id not in made]
    for i in range(0, len(missing), _BATCH):
        part = missing[i : i + _BATCH]
        library.record.add_next([p.id for p in part], _by_themselves(library, part))
        progress(len(body) - len(missing) + min(i + _BATCH, len(missing)), len(body))
    made = library.record.next_vectors()
    own = _rows((made[p.id] for p in body), library.embedder.identity.dimension)
    vectors = in_context(own, [(p.study_id, p.page) for p in body])
    library.record.replace_vectors([p.id for p in body], vectors, own, **model)
    change_shadows(library, lambda *_: None, embed=False)  # after the vectors, which were made with the same list
    library.record.set_notes(**follows)


def _by_themselves(library: Kept, passages: Sequence[Passage]) -> Vectors:
    """Vectors of passages by themselves, embedded now, by their shadows of today where the model needs one."""
    return library.embedder.encode_documents([library.embedded_text(p, library.shadow(p)) for p in passages])


def put_in_context(library: Kept) -> None:
    """Put all vectors in the light of their pages anew; nothing is embedded."""
    body = [p for p in library.record.all_passages() if p.kind is PassageKind.BODY]
    held = library.record.own_vectors_of([p.id for p in body])
    body = [p for p in body if p.id in held]
    own = _rows((held[p.id] for p in body), library.embedder.identity.dimension)
    library.record.replace_vectors([p.id for p in body], in_context(own, [(p.study_id, p.page) for p in body]), own)


def change_shadows(library: Kept, progress: Progress, embed: bool) -> int:
    """Bring the record's shadows level, with their vectors where `embed`; how many changed."""
    swedish = [p for p in library.record.all_passages() if p.language in SCANDINAVIAN]
    count = 0
    for i in range(0, len(swedish), _BATCH):
        part = swedish[i : i + _BATCH]
        held = library.record.shadows([p.id for p in part])
        new = {p.id: shadow for p in part if (shadow := library.shadow(p)) and shadow != held.get(p.id)}
        if new:
            _change(library, new, [p for p in part if p.id in new], held, embed)
            count += len(new)
        progress(min(i + _BATCH, len(swedish)), len(swedish))
    return count


def _change(
    library: Kept, new: Mapping[int, Shadow], passages: Sequence[Passage], held: Mapping[int, Shadow], embed: bool
) -> None:
    """Put some passages' new shadows, and the vectors that follow from them, in record and word index."""
    pages = dict.fromkeys((p.study_id, p.page) for p in passages)
    around = [p for page in pages for p in library.record.passages_on(*page)]
    body = [p for p in around if p.kind is PassageKind.BODY]
    again = [p for p in body if p.id in new and (p.id not in held or held[p.id].text != new[p.id].text)]
    lexical = library.lexical
    lexical.remove([p.id for p in around])  # first, so that an index that is not made level lacks them, and knows
    if embed and again and not library.embedder.reads("sv"):
        own = library.record.own_vectors_of([p.id for p in body])
        made = library.embedder.encode_documents([new[p.id].text for p in again])
        own |= {p.id: half(row) for p, row in zip(again, made, strict=True)}
        matrix = _rows((own[p.id] for p in body), library.embedder.identity.dimension)
        vectors = in_context(matrix, [(p.study_id, p.page) for p in body])
        library.record.change(new, [p.id for p in body], vectors, matrix)
    else:
        empty = np.zeros((0, library.embedder.identity.dimension), np.float32)
        library.record.change(new, [], empty, empty)
    lexical.add(around)


def _rows(parts: Iterable[bytes], dimension: int) -> Vectors:
    """The float32 matrix, shape (n, dimension), of rows kept as float16."""
    return np.frombuffer(b"".join(parts), np.float16).reshape(-1, dimension).astype(np.float32)
