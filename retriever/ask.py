"""One question in, one cited answer out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from corpus.library import Library
from corpus.reference import STYLES, reference
from corpus.study import Study
from corpus.words import LANGUAGES, Language, say
from retriever.answer import Answer, AnswerSentence, Citation, Question
from retriever.card import cards, claim, comparisons, evidence, groups
from retriever.cite import cite
from retriever.follow import Earlier, follow
from retriever.judge import Signals, Verdict, judge, signals
from retriever.outcomes import direction
from retriever.reading import Reading, read, understand
from retriever.search import FIRST, Candidate, balanced, by_page, candidates, counted, hit, looking_again, searched
from retriever.select import MOST_MORE, Chosen, select, within_a_minute
from retriever.write import Writer, write

_NEAREST = 5


@dataclass(frozen=True, slots=True)
class Considered:
    """An answer, the citations it has or, where the judge says no, would have had, and what it was judged by."""

    answer: Answer
    citations: tuple[Citation, ...]
    signals: Signals | None


@dataclass(frozen=True, slots=True)
class Following:
    """The question before, where one was asked, and the terms of it that the asker wants to be without."""

    earlier: Earlier | None = None
    dropped: tuple[str, ...] = ()


def ask(
    library: Library,
    text: str,
    only: Language | None = None,
    following: Following = Following(),
    writer: Writer | None = None,
) -> Answer:
    """Answer with sentences quoted from studies, or say that the corpus does not answer; of one language with `only`.

    A question that refers to an `earlier` one carries its terms. With a `writer` the sentences are a model's, each
    checked against the quotes it cites. Raises EmptyQuestion, LongQuestion, OtherLanguage or NothingBefore.
    """
    *_, last = answering(library, text, only, following, writer)
    assert isinstance(last, Answer)
    return last


def answering(
    library: Library,
    text: str,
    only: Language | None = None,
    following: Following = Following(),
    writer: Writer | None = None,
) -> Iterator[Answer | AnswerSentence]:
    """The answer as it comes to be: made of quotes, then a writer's sentences one by one, then the whole of it.

    The last one is the answer that `ask` gives. Raises as `ask` does, before the first.
    """
    answer = consider(library, text, only, following).answer
    yield answer
    if writer is None or not answer.answered:
        return
    written: list[AnswerSentence] = []
    notices: list[str] = []
    question = Question(answer.question, answer.language, answer.carried)
    for part in write(writer, question, answer.citations, library.glosser, library.settings.writer_seconds):
        if isinstance(part, AnswerSentence):
            written.append(part)
            yield part
        else:
            notices.append(part.sentence(answer.language))
    if written:
        message = _counted(answer.evidence.works, "written_from", answer.language)
        answer = replace(answer, sentences=tuple(written), written=True, message=message)
    yield replace(answer, notices=tuple(notices))


def consider(
    library: Library,
    text: str,
    only: Language | None = None,
    following: Following = Following(),
    without: Collection[str] = frozenset(),
) -> Considered:
    """The answer made of quotes with what it withholds, for those who measure how well it is withheld.

    The studies named in `without` are passed over, as if the library did not hold them. Raises as `ask` does.
    """
    question = understand(text)
    carried = follow(question.text, question.language, following.earlier, library.glosser, following.dropped)
    question = replace(question, carried=carried)
    return looking_again(lambda: _consider(library, question, only, without))


def _consider(library: Library, question: Question, only: Language | None, without: Collection[str]) -> Considered:
    reading = read(library, question)
    found = [c for c in candidates(library, reading, only) if c.passage.study_id not in without]
    pages = balanced(by_page(found), FIRST)
    shown, more = _citations(library, select(library, reading, found))
    given = signals(library, reading, pages) if pages else None
    verdict = judge(library, reading, given, len(shown))
    library.notice(reading.gloss, question.language)
    quoted = (shown, more) if verdict.answered else ((), ())
    return Considered(_answer(library, reading, pages, *quoted, verdict, searched(library, only)), shown, given)


def _citations(library: Library, chosen: Sequence[Chosen]) -> tuple[tuple[Citation, ...], tuple[Citation, ...]]:
    """The citations that keep the quote contract, numbered: those of a minute's reading, best first, and more."""
    kept = list(_kept(library, chosen))
    flags = within_a_minute([citation.quote for citation, _ in kept])
    first = [one for one, fits in zip(kept, flags, strict=True) if fits]
    rest = [one for one, fits in zip(kept, flags, strict=True) if not fits][:MOST_MORE]
    ordered = [*_grouped(_best_first(first)), *_grouped(_best_first(rest))]
    numbered = [replace(citation, n=n) for n, citation in enumerate(ordered, 1)]
    return tuple(numbered[: len(first)]), tuple(numbered[len(first) :])


def _kept(library: Library, chosen: Iterable[Chosen]) -> Iterator[tuple[Citation, float]]:
    for sentence in chosen:
        study_id, number = sentence.place
        study, page = library.study(study_id), library.page(study_id, number)
        citation = cite(0, study, page, sentence.start, sentence.end, sentence.candidate.passage.language)
        if citation is not None:
            yield citation, sentence.score


def _best_first(scored: Iterable[tuple[Citation, float]]) -> list[Citation]:
    return [citation for citation, _ in sorted(scored, key=lambda one: -one[1])]


def _grouped(citations: Sequence[Citation]) -> list[Citation]:
    """The same, those that speak of one outcome together, in order of the best of each."""
    about = {citation: claim(citation).outcomes[:1] for citation in citations}
    first = list(dict.fromkeys(about.values()))
    return sorted(citations, key=lambda citation: first.index(about[citation]))


def _answer(
    library: Library,
    reading: Reading,
    pages: Sequence[Candidate],
    citations: tuple[Citation, ...],
    more: tuple[Citation, ...],
    verdict: Verdict,
    looked: dict[str, int],
) -> Answer:
    cited = {(c.study_id, c.page) for c in citations}
    others = [c for c in pages if (c.passage.study_id, c.passage.page) not in cited]
    nearest = tuple(hit(library, c) for c in others[:_NEAREST])
    made = cards(library, citations + more, partial(_reference, language=reading.question.language))
    heard = tuple(card for card in made if card.claims[0].n <= len(citations))
    return Answer(
        question=reading.question.text,
        language=reading.question.language,
        carried=reading.question.carried,
        answered=verdict.answered,
        confidence=verdict.confidence,
        message=_message(reading.question, len(heard), verdict),
        sentences=tuple(AnswerSentence(c.quote, (c.n,)) for c in citations),
        citations=citations,
        more=more,
        groups=groups(made),
        cards=made,
        comparisons=comparisons(made),
        evidence=evidence(heard),
        written=False,
        notices=(),
        nearest=nearest,
        unknown=verdict.unknown,
        searched=looked,
        returned=counted([c.language for c in citations] + [n.language for n in nearest]),
        understood=reading.understood,
        fingerprint=library.fingerprint,
    )


def _reference(study: Study, language: Language) -> str:
    return reference(study, STYLES[0], language)


def _message(question: Question, works: int, verdict: Verdict) -> str:
    if not verdict.answered:
        return say("not_answered", question.language)
    return _counted(works, "answered_by", question.language)


def _counted(works: int, code: str, language: Language) -> str:
    return say(f"{code}_one" if works == 1 else f"{code}_many", language, studies=works)


def warm(library: Library) -> None:
    """Load what answers need, so that the first question waits for nothing."""
    library.warm()
    for language in LANGUAGES:
        direction("", language, "")
