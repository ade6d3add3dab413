"""The rival: a stock LangChain pipeline of the same model and the same store, as its own documentation builds it."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

from langchain_chroma import Chroma
from langchain_core.documents import Document
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from evals.plain import Chunk

_BATCH = 2000  # Chroma takes no more than 5,461 at once, and the adapter does not split


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
