"""One question in, one cited answer out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus.library import Library
from corpus.words import Language, say
from retriever.answer import Answer, AnswerSentence, Citation, Evidence, Question
from retriever.cite import cite
from retriever.judge import Verdict, judge
from retriever.reading import Reading, read, understand
from retriever.search import FIRST, Candidate, balanced, by_page, candidates, counted, hit, looking_again, searched
from retriever.select import Chosen, select

_NEAREST = 5


@dataclass(frozen=True, slots=True)
class Considered:
    """An answer, the citations it has or, where the judge says no, would have had, and the pages it was judged by."""

    answer: Answer
    citations: tuple[Citation, ...]
    pages: tuple[Candidate, ...]


def ask(library: Library, text: str, only: Language | None = None) -> Answer:
    """Answer with sentences quoted from studies, or say that the corpus does not answer; of one language with `only`.

    Raises EmptyQuestion, LongQuestion or OtherLanguage.
    """
    return consider(library, text, only).answer


def consider(library: Library, text: str, only: Language | None = None) -> Considered:
    """The same answer with what it withholds, for those who measure how well it is withheld. Raises as `ask` does."""
    question = understand(text)
    return looking_again(lambda: _consider(library, question, only))


def _consider(library: Library, question: Question, only: Language | None) -> Considered:
    reading = read(library, question)
    found = candidates(library, reading, only)
    pages = balanced(by_page(found), FIRST)
    citations = tuple(_citations(library, select(library, reading, found)))
    verdict = judge(library, reading, pages, len(citations))
    library.notice(reading.gloss, question.language)
    answer = _answer(library, reading, pages, citations, verdict, searched(library, only))
    return Considered(answer, citations, tuple(pages))


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
    reading: Reading,
    pages: Sequence[Candidate],
    citations: tuple[Citation, ...],
    verdict: Verdict,
    looked: dict[str, int],
) -> Answer:
    if not verdict.answered:
        citations = ()
    cited = {(c.study_id, c.page) for c in citations}
    others = [c for c in pages if (c.passage.study_id, c.passage.page) not in cited]
    nearest = tuple(hit(library, c) for c in others[:_NEAREST])
    return Answer(
        question=reading.question.text,
        language=reading.question.language,
        carried=reading.question.carried,
        answered=verdict.answered,
        confidence=verdict.confidence,
        message=_message(reading.question, citations, verdict),
        sentences=tuple(AnswerSentence(c.quote, (c.n,)) for c in citations),
        citations=citations,
        more=(),
        groups=(),
        cards=(),
        comparisons=(),
        evidence=Evidence(0, None, 0, 0, 0, 0),
        written=False,
        notices=(),
        nearest=nearest,
        unknown=verdict.unknown,
        searched=looked,
        returned=counted([c.language for c in citations] + [n.language for n in nearest]),
        understood=reading.understood,
        fingerprint=library.fingerprint,
    )


def _message(question: Question, citations: Sequence[Citation], verdict: Verdict) -> str:
    if not verdict.answered:
        return say("not_answered", question.language)
    studies = len({c.study_id for c in citations})
    code = "answered_by_one" if studies == 1 else "answered_by_many"
    return say(code, question.language, studies=studies)
