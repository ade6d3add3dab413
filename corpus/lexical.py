"""The word index (tantivy), derived from the record: BM25 over stems and character 4-grams, a field a language.

Field `sv` holds Swedish passages as they stand. Field `en` holds English ones as they stand and Swedish ones by their
English shadow, so that an English word finds both. Fields `page_sv` and `page_en` hold the stems of the whole page.
"""

from __future__ import annotations

import contextlib
import json
import logging
import math
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import Literal

import tantivy

from corpus.choice import Selection
from corpus.language import ANALYSER, SCANDINAVIAN, stems, terms
from corpus.record import Record
from corpus.study import Passage, Shadow

Scored = tuple[int, float]
"""(passage id, BM25 score)"""

Field = Literal["sv", "en", "page_sv", "page_en"]
FIELDS: tuple[Field, ...] = ("sv", "en", "page_sv", "page_en")

Words = Mapping[str, float] | Sequence[str]
"""Index terms, each with what it counts for; 1 where nothing is said."""

_LOG = logging.getLogger(__name__)
_STATE = "analyser.json"
_HEAP = 64_000_000
_PROBES = 16
_K1 = 1.2  # tantivy's own


def fingerprint() -> str:
    """What the index depends on; a change makes it anew."""
    return f"{ANALYSER}|{','.join(FIELDS)}|tantivy {version('tantivy')}"


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("passage", stored=True, indexed=True, fast=True)
    builder.add_text_field("language", tokenizer_name="raw", index_option="basic")
    for field in FIELDS:
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="freq")
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
        self._writable = writable
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

    def matching(
        self, field: Field, words: Words, k: int, language: str | None = None, within: Selection | None = None
    ) -> list[Scored]:
        """At most k passages with any of the index terms `words` in a field, by BM25, best first; `within` a selection.

        What a term tells is still reckoned over all passages.
        """
        limits = [] if language is None else [self._term("language", language, "basic")]
        if within is None:
            return self._search(field, weighted(words), limits, k)
        if len(within.inside) <= len(within.outside):
            return self._search(field, weighted(words), [*limits, self._any_of(within.inside)], k)
        found = self._search(field, weighted(words), limits, k, [self._any_of(within.outside)])
        return [hit for hit in found if hit[0] in within.inside]

    def _any_of(self, ids: Collection[int]) -> tantivy.Query:
        return tantivy.Query.term_set_query(self._schema, "passage", list(ids))

    def coverage(self, field: Field, words: Words, ids: Collection[int]) -> dict[int, float]:
        """For each of some passages, the share of the BM25 weight of `words` that it holds in a field.

        BM25 of a term is at most idf * (k1 + 1) (Robertson and Zaragoza 2009, The Probabilistic Relevance
        Framework, eq. 3.15), so the score divided by the sum of these lies between 0 and 1 whatever the question.
        Words that no passage holds count in the sum.
        """
        wanted = weighted(words)
        most = sum(share * self.idf(field, word) for word, share in wanted.items()) * (_K1 + 1)
        if not ids or not most:
            return {}
        return {i: score / most for i, score in self._search(field, wanted, [self._any_of(ids)], len(ids))}

    def idf(self, field: Field, word: str) -> float:
        """Inverse document frequency of an index term in a field, as BM25 has it."""
        frequency = self.document_frequency(field, word)
        return math.log(1 + (self.size - frequency + 0.5) / (frequency + 0.5))

    def _term(self, field: str, word: str, option: str = "freq") -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, field, word, option)

    def _boosted(self, field: Field, word: str, share: float) -> tantivy.Query:
        term = self._term(field, word)
        return term if share == 1.0 else tantivy.Query.boost_query(term, share)

    def _search(
        self,
        field: Field,
        words: Mapping[str, float],
        limits: list[tantivy.Query],
        k: int,
        without: Sequence[tantivy.Query] = (),
    ) -> list[Scored]:
        if not words:
            return []
        any_word = tantivy.Query.boolean_query(
            [(tantivy.Occur.Should, self._boosted(field, word, share)) for word, share in words.items()]
        )
        unscored = [tantivy.Query.const_score_query(limit, 0.0) for limit in limits]
        must = [(tantivy.Occur.Must, q) for q in [any_word, *unscored]]
        query = tantivy.Query.boolean_query([*must, *((tantivy.Occur.MustNot, q) for q in without)])
        searcher = self._index.searcher()
        hits = searcher.search(query, k, count=False).hits
        ids = searcher.fast_field_values("passage", [address for _, address in hits])
        return [(int(i or 0), float(score)) for i, (score, _) in zip(ids, hits, strict=True)]

    def document_frequency(self, field: Field, word: str) -> int:
        """In how many passages an index term occurs in a field."""
        return int(self._index.searcher().doc_freq(field, word))

    @property
    def size(self) -> int:
        """How many passages the index holds."""
        return int(self._index.searcher().num_docs)

    # Following the record

    def add(self, passages: Iterable[Passage]) -> None:
        """Index passages of the record; they are found when this returns."""
        with self._writing() as writer:
            if writer is not None:
                for document in self._documents(passages):
                    writer.add_document(document)

    def remove(self, ids: Iterable[int]) -> None:
        """Drop passages from the index."""
        with self._writing() as writer:
            if writer is not None and (gone := list(ids)):
                # By query: tantivy's delete by term takes a number for a signed one, and misses.
                writer.delete_documents_by_query(tantivy.Query.term_set_query(self._schema, "passage", gone))

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
        """Make the whole index anew from the record, beside the present one, which serves till then.

        Nothing that was ever in the present one is left on disk.
        """
        self.close()
        if self._folder is None:
            self._index = self._fresh()
        else:
            self._build_beside(self._folder)
            self._index = tantivy.Index(self._schema, str(self._folder), reuse=True)
        self._writer = self._index.writer(_HEAP, 1)
        if self._folder is None:
            self.add(self._record.all_passages())

    def _build_beside(self, folder: Path) -> None:
        """A whole index in a folder of its own, which then takes the present one's place."""
        making = folder.with_name(f"{folder.name}-making")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True)
        index = tantivy.Index(self._schema, str(making))
        writer = index.writer(_HEAP, 1)
        for document in self._documents(self._record.all_passages()):
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        (making / _STATE).write_text(json.dumps({"analyser": fingerprint()}), "utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        making.rename(folder)

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
        field: Field = "sv" if passage.language in SCANDINAVIAN else "en"
        words = list(terms(passage.text, passage.language))
        if not words:
            return True
        hits = self.matching(field, words, 10, passage.language)
        return any(i == passage.id for i, _ in hits) or len(hits) == 10

    def agrees(self, passage: Passage) -> bool:
        """Does the index hold, for this passage, every index term that it is read as today?"""
        shadow = self._record.shadows([passage.id]).get(passage.id)
        wanted = [self._term("en", term) for term in set(terms(*_english(passage, shadow)))]
        if passage.language in SCANDINAVIAN:
            wanted += [self._term("sv", term) for term in set(terms(passage.text, passage.language))]
        this = tantivy.Query.term_set_query(self._schema, "passage", [passage.id])
        every = tantivy.Query.boolean_query([(tantivy.Occur.Must, query) for query in (this, *wanted)])
        return bool(self._index.searcher().search(every, 1, count=False).hits)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[tantivy.IndexWriter | None]:
        """What the block writes is found when it ends.

        A writer that has failed once, for instance on a full disk, takes nothing more in and does not say so. It is let
        go; the next change is made with a new one that brings the index level, and the block is then given None.
        """
        assert self._writable or self._folder is None
        failed, self._writer = self._writer is None, self._writer or self._index.writer(_HEAP, 1)
        try:
            if failed:
                self.catch_up()
            yield None if failed else self._writer
            self._writer.commit()
        except (ValueError, OSError):
            self.close()
            raise
        self._index.reload()

    def _documents(self, passages: Iterable[Passage]) -> Iterator[tantivy.Document]:
        for (study_id, page), group in groupby(passages, key=lambda p: (p.study_id, p.page)):
            around = self._record.passages_on(study_id, page)
            shadows = self._record.shadows(p.id for p in around)
            of_page = {
                "page_sv": " ".join(" ".join(stems(p.text, p.language)) for p in around if p.language in SCANDINAVIAN),
                "page_en": " ".join(" ".join(stems(*_english(p, shadows.get(p.id)))) for p in around),
            }
            for passage in group:
                yield _document(passage, shadows.get(passage.id), of_page)

    def close(self) -> None:
        """Wait for background merges and let go of the writer's lock."""
        writer, self._writer = self._writer, None
        if writer is not None:
            with contextlib.suppress(ValueError):  # a writer that has failed already has nothing to wait for
                writer.wait_merging_threads()


def _document(passage: Passage, shadow: Shadow | None, of_page: Mapping[str, str]) -> tantivy.Document:
    document = tantivy.Document()
    document.add_unsigned("passage", passage.id)
    document.add_text("language", passage.language)
    if passage.language in SCANDINAVIAN:
        document.add_text("sv", " ".join(terms(passage.text, passage.language)))
    document.add_text("en", " ".join(terms(*_english(passage, shadow))))
    for field, words in of_page.items():
        document.add_text(field, words)
    return document


def _english(passage: Passage, shadow: Shadow | None) -> tuple[str, str]:
    """What the English fields hold of a passage, and its language: its shadow's words, else its own text."""
    if passage.language in SCANDINAVIAN:
        return (shadow.words if shadow else ""), "en"
    return passage.text, passage.language


def weighted(words: Words) -> Mapping[str, float]:
    """Index terms with what each counts for."""
    return words if isinstance(words, Mapping) else dict.fromkeys(words, 1.0)
