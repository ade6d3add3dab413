"""Our search, where LangChain expects a retriever."""

import pytest
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from corpus.library import Library
from corpus.text import one_line
from retriever.langchain import AmpRetriever
from retriever.reading import EmptyQuestion
from retriever.search import search

LIGHT = "Does street lighting reduce property crime?"


def test_it_is_a_langchain_retriever_and_gives_documents(standing: Library) -> None:
    retriever: BaseRetriever = AmpRetriever(library=standing)
    found = retriever.invoke(LIGHT)
    assert len(found) == 4
    assert all(isinstance(document, Document) for document in found)


def test_the_documents_are_the_hits_of_our_search_in_their_order(standing: Library) -> None:
    found = AmpRetriever(library=standing, k=3).invoke(LIGHT)
    hits = search(standing, LIGHT, 3).hits
    assert [document.page_content for document in found] == [hit.text for hit in hits]
    assert [document.id for document in found] == [str(hit.passage_id) for hit in hits]


def test_a_document_tells_its_study_its_page_and_its_span(standing: Library) -> None:
    document = AmpRetriever(library=standing, k=1).invoke(LIGHT)[0]
    told = document.metadata
    page = standing.page(told["study_id"], told["page"])
    assert (told["file"], told["title"], told["page"]) == ("lighting.pdf", "Street lighting and crime", 2)
    assert (told["page_label"], told["language"]) == ("2", "en")
    assert document.page_content == one_line(page.text[told["start"] : told["end"]])
    assert told["score"] > 0


def test_a_question_that_cannot_be_asked_is_refused_there_too(standing: Library) -> None:
    with pytest.raises(EmptyQuestion):
        AmpRetriever(library=standing).invoke("???")
