"""Our search as a LangChain retriever. The only module that knows LangChain."""

from __future__ import annotations

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from corpus.choice import EVERYTHING, Choice
from corpus.library import Library
from retriever.search import search


class AmpRetriever(BaseRetriever):
    """Hybrid bilingual search over a library; metadata carry study, page and character span.

    Example: `AmpRetriever(library=library, k=5).invoke("Hur undviker vi friåkare?")`
    """

    library: Library
    k: int = 10
    choice: Choice = EVERYTHING

    model_config = ConfigDict(arbitrary_types_allowed=True)

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        found = search(self.library, query, self.k, choice=self.choice)
        return [
            Document(
                id=str(hit.passage_id),
                page_content=hit.text,
                metadata={
                    "study_id": hit.study_id,
                    "file": hit.file,
                    "title": hit.title,
                    "page": hit.page,
                    "page_label": hit.page_label,
                    "start": hit.start,
                    "end": hit.end,
                    "language": hit.language,
                    "score": hit.score,
                    "cautions": [caution.text for caution in hit.cautions],
                },
            )
            for hit in found.hits
        ]
