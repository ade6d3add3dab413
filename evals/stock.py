"""The rivals: a stock LangChain pipeline of the same model, as its documentation builds it, and plain BM25."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import tantivy
from langchain_chroma import Chroma
from langchain_core.documents import Document
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter
from pypdf import PdfReader
from pypdf.errors import PyPdfError

_BATCH = 2000  # Chroma takes no more than 5,461 at once, and the adapter does not split


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


class StockPipeline:
    """pypdf pages, RecursiveCharacterTextSplitter 1000/200, HuggingFaceEmbeddings, Chroma, top-k."""

    def __init__(self, folder: Path, model: Path) -> None:
        logging.getLogger("pypdf").setLevel(logging.ERROR)
        self.embeddings = HuggingFaceEmbeddings(model_name=str(model))
        self.store = Chroma(embedding_function=self.embeddings, persist_directory=str(folder))

    def ingest(self, pdfs: Sequence[Path]) -> int:
        """Take in PDFs; the number of pages."""
        pages = [page for pdf in pdfs for page in _pages(pdf)]
        self._split_and_add(pages)
        return len(pages)

    def ingest_chunks(self, texts: Sequence[Chunk]) -> None:
        """Take in texts that never were PDFs."""
        self._split_and_add(
            [Document(page_content=t.text, metadata={"source": t.study_id, "page": t.page}) for t in texts]
        )

    def _split_and_add(self, pages: Sequence[Document]) -> None:
        splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
        chunks = splitter.split_documents(pages)
        for i in range(0, len(chunks), _BATCH):
            self.store.add_documents(chunks[i : i + _BATCH])

    def fill(self, texts: Sequence[str], vectors: Sequence[Sequence[float]]) -> None:
        """Put texts with ready vectors into the store."""
        for i in range(0, len(texts), _BATCH):
            part = slice(i, i + _BATCH)
            ids = [str(n) for n in range(i, i + len(texts[part]))]
            self.store._collection.add(ids=ids, documents=list(texts[part]), embeddings=list(vectors[part]))

    def search(self, question: str, k: int) -> list[Document]:
        """The k nearest chunks."""
        return self.store.similarity_search(question, k=k)

    def search_with_scores(self, question: str, k: int) -> list[tuple[Chunk, float]]:
        """The k nearest chunks with their distance, nearest first."""
        found = self.store.similarity_search_with_score(question, k=k)
        return [(Chunk(d.metadata["source"], d.metadata["page"], d.page_content), score) for d, score in found]


def _pages(pdf: Path) -> Iterator[Document]:
    """A file that it cannot read is left out, as its user would leave it out."""
    with contextlib.suppress(PyPdfError):
        for number, page in enumerate(PdfReader(pdf).pages, 1):
            yield Document(page_content=page.extract_text(), metadata={"source": str(pdf), "page": number})
