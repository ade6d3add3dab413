"""A passage in the light of its page: each vector leans towards the mean of its page's vectors."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np

from corpus.record import Vectors

PAGE_SHARE = 0.6
"""What the page's mean counts for beside the passage's own vector. Between 0.3 and 1.0 it makes little difference."""


def in_context(own: Vectors, pages: Sequence[Hashable], share: float = PAGE_SHARE) -> Vectors:
    """Unit vectors own + share * mean of the page, shape (n, dimension), float32; `pages` names each row's page.

    The mean, too, has unit length. A question about what a page treats finds the passage on it, even where the
    passage itself says "it" or "they" (compare the document prefix of Late Chunking, Günther et al. 2024,
    arXiv 2409.04701, which needs a model that reads far ahead).
    """
    if not len(own):
        return own
    at = {page: n for n, page in enumerate(dict.fromkeys(pages))}
    rows = np.array([at[page] for page, _ in zip(pages, own, strict=True)])
    means = np.zeros((len(at), own.shape[1]), np.float32)
    np.add.at(means, rows, own)
    leaning = own + share * _unit(means)[rows]
    return _unit(leaning)


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
    return unit
