"""Plain BM25, as it comes: what word search gives without stems, term list or languages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import tantivy


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of text and the page it stands on; `study_id` is the file's path where only that is known."""

    study_id: str
    page: int
    text: str


class PlainWords:
    """BM25 as it comes: tantivy with its default analyser, in memory."""

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        builder = tantivy.SchemaBuilder()
        builder.add_unsigned_field("number", fast=True)
        builder.add_text_field("text", tokenizer_name="default")
        self._index = tantivy.Index(builder.build())
        self._chunks = list(chunks)
        writer = self._index.writer(64_000_000, 1)
        for number, chunk in enumerate(self._chunks):
            document = tantivy.Document()
            document.add_unsigned("number", number)
            document.add_text("text", chunk.text)
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()

    def search(self, question: str, k: int) -> list[tuple[Chunk, float]]:
        """The k best by any of the question's words."""
        words = " ".join(re.findall(r"\w+", question.lower()))
        if not words:
            return []
        searcher = self._index.searcher()
        hits = searcher.search(self._index.parse_query(words, ["text"]), k, count=False).hits
        numbers = searcher.fast_field_values("number", [address for _, address in hits])
        return [(self._chunks[int(n or 0)], float(score)) for n, (score, _) in zip(numbers, hits, strict=True)]
