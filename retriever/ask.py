"""One question in, one cited answer out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from corpus.library import Library
from corpus.words import say
from retriever.answer import Answer, AnswerSentence, Citation, Question
from retriever.cite import cite
from retriever.judge import Verdict, judge
from retriever.search import Candidate, by_page, candidates, hit, looking_again, searched, understand
from retriever.select import Chosen, select

_NEAREST = 5


def ask(library: Library, text: str) -> Answer:
    """Answer with sentences quoted from studies, or say that the corpus does not answer.

    Raises EmptyQuestion, LongQuestion or OtherLanguage.
    """
    question = understand(text)
    return looking_again(lambda: _ask(library, question))


def _ask(library: Library, question: Question) -> Answer:
    found = candidates(library, question)
    pages = by_page(found)
    citations = tuple(_citations(library, select(library, question, found)))
    verdict = judge(library, question, pages, len(citations))
    return _answer(library, question, pages, citations, verdict)


def _citations(library: Library, chosen: Sequence[Chosen]) -> Iterator[Citation]:
    """The citations that keep the quote contract, numbered from 1."""
    n = 1
    for sentence in chosen:
        passage = sentence.candidate.passage
        study = library.study(passage.study_id)
        page = library.page(passage.study_id, passage.page)
        citation = cite(n, study, page, sentence.start, sentence.end, passage.language)
        if citation is not None:
            yield citation
            n += 1


def _answer(
    library: Library,
    question: Question,
    pages: Sequence[Candidate],
    citations: tuple[Citation, ...],
    verdict: Verdict,
) -> Answer:
    if not verdict.answered:
        citations = ()
    cited = {(c.study_id, c.page) for c in citations}
    others = [c for c in pages if (c.passage.study_id, c.passage.page) not in cited]
    return Answer(
        question=question.text,
        language=question.language,
        answered=verdict.answered,
        confidence=verdict.confidence,
        message=_message(question, citations, verdict),
        sentences=tuple(AnswerSentence(c.quote, (c.n,)) for c in citations),
        citations=citations,
        nearest=tuple(hit(library, c) for c in others[:_NEAREST]),
        unknown=verdict.unknown,
        searched=searched(library),
        fingerprint=library.fingerprint,
    )


def _message(question: Question, citations: Sequence[Citation], verdict: Verdict) -> str:
    if not verdict.answered:
        return say("not_answered", question.language)
    studies = len({c.study_id for c in citations})
    code = "answered_by_one" if studies == 1 else "answered_by_many"
    return say(code, question.language, studies=studies)
