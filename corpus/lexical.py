"""The word index (tantivy), derived from the record: BM25 over stems and character 4-grams in one field."""

from __future__ import annotations

import contextlib
import json
import logging
import math
import shutil
from collections.abc import Collection, Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

import tantivy

from corpus.language import ANALYSER, terms
from corpus.record import Record
from corpus.study import Passage

Scored = tuple[int, float]
"""(passage id, BM25 score)"""

_LOG = logging.getLogger(__name__)
_STATE = "analyser.json"
_HEAP = 64_000_000
_PROBES = 16
_K1 = 1.2  # tantivy's own


def fingerprint() -> str:
    """What the index depends on; a change makes it anew."""
    return f"{ANALYSER}|tantivy {version('tantivy')}"


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("passage", stored=True, indexed=True, fast=True)
    builder.add_text_field("language", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("terms", tokenizer_name="whitespace", index_option="freq")
    return builder.build()


class LexicalIndex:
    """Passages by their words. One process writes; others may read what was last committed."""

    def __init__(self, folder: Path | None, record: Record, *, writable: bool) -> None:
        """Open the index in `folder` over `record`; with `folder` None it is made in memory.

        A writable index is brought level with the record and proves itself, or is made anew.
        """
        self._folder = folder
        self._record = record
        self._schema = _schema()
        self._writer: tantivy.IndexWriter | None = None
        self._index = self._open(writable)
        if writable or self._folder is None:
            self._writer = self._index.writer(_HEAP, 1)
            self._bring_level()

    def _open(self, writable: bool) -> tantivy.Index:
        if self._folder is not None and self._fits():
            try:
                return tantivy.Index(self._schema, str(self._folder), reuse=True)
            except (ValueError, OSError) as error:
                _LOG.warning("The word index cannot be opened (%s); it will be made anew.", error)
        if not writable:
            self._folder = None
        return self._fresh()

    def _bring_level(self) -> None:
        try:
            self.catch_up()
            proven = self.finds_own()
        except (ValueError, OSError) as error:
            _LOG.warning("The word index cannot be read (%s).", error)
            proven = False
        if not proven:
            _LOG.warning("The word index does not find its own passages; it will be made anew.")
            self.rebuild()

    def _fits(self) -> bool:
        assert self._folder is not None
        try:
            state = json.loads((self._folder / _STATE).read_text("utf-8"))
        except (OSError, ValueError):
            return False
        return bool(state == {"analyser": fingerprint()})

    def _fresh(self) -> tantivy.Index:
        if self._folder is None:
            return tantivy.Index(self._schema)
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        index = tantivy.Index(self._schema, str(self._folder))
        (self._folder / _STATE).write_text(json.dumps({"analyser": fingerprint()}), "utf-8")
        return index

    # Searching

    def matching(self, words: Sequence[str], k: int, language: str | None = None) -> list[Scored]:
        """At most k passages with any of the index terms `words`, by BM25, best first."""
        limits = [] if language is None else [self._term("language", language, "basic")]
        return self._search(words, limits, k)

    def coverage(self, words: Sequence[str], ids: Collection[int]) -> dict[int, float]:
        """For each of some passages, the share of the BM25 weight of `words` that it holds.

        BM25 of a term is at most idf * (k1 + 1) (Robertson and Zaragoza 2009, The Probabilistic Relevance
        Framework, eq. 3.15), so the score divided by the sum of these lies between 0 and 1 whatever the question.
        Words that no passage holds count in the sum.
        """
        most = sum(self.idf(word) for word in dict.fromkeys(words)) * (_K1 + 1)
        if not ids or not most:
            return {}
        only = tantivy.Query.term_set_query(self._schema, "passage", list(ids))
        return {i: score / most for i, score in self._search(words, [only], len(ids))}

    def idf(self, word: str) -> float:
        """Inverse document frequency of an index term, as BM25 has it."""
        frequency = self.document_frequency(word)
        return math.log(1 + (self.size - frequency + 0.5) / (frequency + 0.5))

    def _term(self, field: str, word: str, option: str = "freq") -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, field, word, option)

    def _search(self, words: Sequence[str], limits: list[tantivy.Query], k: int) -> list[Scored]:
        if not words:
            return []
        any_word = tantivy.Query.boolean_query(
            [(tantivy.Occur.Should, self._term("terms", word)) for word in dict.fromkeys(words)]
        )
        unscored = [tantivy.Query.const_score_query(limit, 0.0) for limit in limits]
        query = tantivy.Query.boolean_query([(tantivy.Occur.Must, q) for q in [any_word, *unscored]])
        searcher = self._index.searcher()
        hits = searcher.search(query, k, count=False).hits
        ids = searcher.fast_field_values("passage", [address for _, address in hits])
        return [(int(i or 0), float(score)) for i, (score, _) in zip(ids, hits, strict=True)]

    def document_frequency(self, word: str) -> int:
        """In how many passages an index term occurs."""
        return int(self._index.searcher().doc_freq("terms", word))

    @property
    def size(self) -> int:
        """How many passages the index holds."""
        return int(self._index.searcher().num_docs)

    # Following the record

    def add(self, passages: Iterable[Passage]) -> None:
        """Index passages; they are found when this returns."""
        assert self._writer is not None
        for passage in passages:
            self._writer.add_document(self._document(passage))
        self._commit()

    def remove(self, ids: Iterable[int]) -> None:
        """Drop passages from the index."""
        assert self._writer is not None
        if gone := list(ids):  # by query: tantivy's delete by term takes a number for a signed one, and misses
            self._writer.delete_documents_by_query(tantivy.Query.term_set_query(self._schema, "passage", gone))
        self._commit()

    def catch_up(self) -> None:
        """Add what the record has and the index lacks; drop what the record no longer has."""
        held, wanted = self._held(), self._record.passage_ids()
        doubled = len(held) - len(set(held))
        if doubled:
            self.rebuild()
            return
        if stale := set(held) - wanted:
            self.remove(stale)
        missing = sorted(wanted - set(held))
        for i in range(0, len(missing), 5000):
            self.add(self._record.passages(missing[i : i + 5000]).values())

    def rebuild(self) -> None:
        """Make the whole index anew from the record."""
        self.close()
        self._index = self._fresh()
        self._writer = self._index.writer(_HEAP, 1)
        self.add(self._record.all_passages())

    def _held(self) -> list[int]:
        searcher = self._index.searcher()
        hits = searcher.search(tantivy.Query.all_query(), max(1, searcher.num_docs), count=False).hits
        return [int(i or 0) for i in searcher.fast_field_values("passage", [address for _, address in hits])]

    def finds_own(self) -> bool:
        """Is the index level with the record, and does it find passages by their own words?"""
        ids = sorted(self._record.passage_ids())
        if self.size != len(ids):
            return False
        sample = ids[:: max(1, len(ids) // _PROBES)][:_PROBES]
        return all(self._finds(passage) for passage in self._record.passages(sample).values())

    def _finds(self, passage: Passage) -> bool:
        words = list(terms(passage.text, passage.language))
        if not words:
            return True
        hits = self.matching(words, 10, passage.language)
        return any(i == passage.id for i, _ in hits) or len(hits) == 10

    def _commit(self) -> None:
        assert self._writer is not None
        self._writer.commit()
        self._index.reload()

    @staticmethod
    def _document(passage: Passage) -> tantivy.Document:
        document = tantivy.Document()
        document.add_unsigned("passage", passage.id)
        document.add_text("language", passage.language)
        document.add_text("terms", " ".join(terms(passage.text, passage.language)))
        return document

    def close(self) -> None:
        """Wait for background merges and let go of the writer's lock."""
        writer, self._writer = self._writer, None
        if writer is not None:
            with contextlib.suppress(ValueError):  # a writer that has failed already has nothing to wait for
                writer.wait_merging_threads()


def index_terms(text: str, languages: Iterable[str]) -> list[str]:
    """The terms of a question as the index spells them in each of these languages, each once."""
    return list(dict.fromkeys(term for language in languages for term in terms(text, language)))
