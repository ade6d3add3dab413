"""One question in, one cited answer out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from corpus.choice import EVERYTHING, Choice
from corpus.library import Library
from corpus.reference import STYLES, reference
from corpus.study import Appraisal, Study
from corpus.words import LANGUAGES, Language, say
from retriever import cautions, choosing
from retriever.answer import Answer, AnswerSentence, Caution, Citation, Question
from retriever.card import cards, claim, comparisons, evidence, groups
from retriever.choosing import Scope, scope_of
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

    @property
    def choice(self) -> Choice:
        """The filters of the question before."""
        return self.earlier.choice if self.earlier is not None else EVERYTHING


def ask(
    library: Library,
    text: str,
    only: Language | None = None,
    following: Following = Following(),
    writer: Writer | None = None,
    choice: Choice | None = None,
    today: date | None = None,
) -> Answer:
    """Answer with sentences quoted from studies, or say that the corpus does not answer; of one language with `only`.

    A question that refers to an `earlier` one carries its terms. With a `writer` the sentences are a model's, each
    checked against the quotes it cites. `choice` says which studies may answer; where it is None, that of the earlier
    question stands. `today` is the day for which is said whether a source is in force; None: this day. Raises
    EmptyQuestion, LongQuestion, OtherLanguage, NothingBefore or UnknownStudy.
    """
    *_, last = answering(library, text, only, following, writer, choice, today)
    assert isinstance(last, Answer)
    return last


def answering(
    library: Library,
    text: str,
    only: Language | None = None,
    following: Following = Following(),
    writer: Writer | None = None,
    choice: Choice | None = None,
    today: date | None = None,
) -> Iterator[Answer | AnswerSentence]:
    """The answer as it comes to be: made of quotes, then a writer's sentences one by one, then the whole of it.

    The last one is the answer that `ask` gives. Raises as `ask` does, before the first.
    """
    answer = consider(library, text, only, following, choice=choice, today=today).answer
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
    yield replace(answer, notices=(*answer.notices, *notices))


def consider(
    library: Library,
    text: str,
    only: Language | None = None,
    following: Following = Following(),
    without: Collection[str] = frozenset(),
    choice: Choice | None = None,
    today: date | None = None,
) -> Considered:
    """The answer made of quotes with what it withholds, for those who measure how well it is withheld.

    The studies named in `without` are passed over, as if the library did not hold them. Raises as `ask` does.
    """
    question = understand(text)
    carried = follow(question.text, question.language, following.earlier, library.glosser, following.dropped)
    question = replace(question, carried=carried)
    set_now = choice if choice is not None else following.choice
    return looking_again(lambda: _consider(library, question, scope_of(library, only, set_now, today), without))


def _consider(library: Library, question: Question, scope: Scope, without: Collection[str]) -> Considered:
    reading = read(library, question)
    brought_up = candidates(library, reading, scope.only, scope.selection)
    found = [c for c in brought_up if c.passage.study_id not in without]
    pages = balanced(by_page(found), FIRST)
    minded = Minded(library, question.language, scope.today)
    shown, more = _citations(minded, select(library, reading, found))
    given = signals(library, reading, pages) if pages else None
    verdict = judge(library, reading, given, len(shown))
    library.notice(reading.gloss, question.language)
    quoted = (shown, more) if verdict.answered else ((), ())
    return Considered(_answer(minded, reading, pages, *quoted, verdict, scope), shown, given)


@dataclass(frozen=True, slots=True)
class Minded:
    """A library as a reader is told of it, in a language and on a day."""

    library: Library
    language: Language
    today: date

    def reference(self, study: Study) -> str:
        """A study as a reference."""
        return reference(study, STYLES[0], self.language)

    def of_study(self, study: Study, appraisal: Appraisal | None = None) -> tuple[Caution, ...]:
        """What to mind of a study, and of its appraisal where it is given."""
        found = cautions.of_study(self.library, study, self.language, self.today)
        return found if appraisal is None else (*found, *cautions.of_appraisal(appraisal, self.language))


def _citations(minded: Minded, chosen: Sequence[Chosen]) -> tuple[tuple[Citation, ...], tuple[Citation, ...]]:
    """The citations that keep the quote contract, numbered: those of a minute's reading, best first, and more."""
    kept = list(_kept(minded, chosen))
    flags = within_a_minute([citation.quote for citation, _ in kept])
    first = [one for one, fits in zip(kept, flags, strict=True) if fits]
    rest = [one for one, fits in zip(kept, flags, strict=True) if not fits][:MOST_MORE]
    ordered = [*_grouped(_best_first(first)), *_grouped(_best_first(rest))]
    numbered = [replace(citation, n=n) for n, citation in enumerate(ordered, 1)]
    return tuple(numbered[: len(first)]), tuple(numbered[len(first) :])


def _kept(minded: Minded, chosen: Iterable[Chosen]) -> Iterator[tuple[Citation, float]]:
    for sentence in chosen:
        study_id, number = sentence.place
        study, page = minded.library.study(study_id), minded.library.page(study_id, number)
        citation = cite(0, study, page, sentence.start, sentence.end, sentence.candidate.passage.language)
        if citation is not None:
            found = (*minded.of_study(study), *cautions.of_page(page, minded.language))
            yield replace(citation, cautions=found), sentence.score


def _best_first(scored: Iterable[tuple[Citation, float]]) -> list[Citation]:
    return [citation for citation, _ in sorted(scored, key=lambda one: -one[1])]


def _grouped(citations: Sequence[Citation]) -> list[Citation]:
    """The same, those that speak of one outcome together, in order of the best of each."""
    about = {citation: claim(citation).outcomes[:1] for citation in citations}
    first = list(dict.fromkeys(about.values()))
    return sorted(citations, key=lambda citation: first.index(about[citation]))


def _answer(
    minded: Minded,
    reading: Reading,
    pages: Sequence[Candidate],
    citations: tuple[Citation, ...],
    more: tuple[Citation, ...],
    verdict: Verdict,
    scope: Scope,
) -> Answer:
    library, language = minded.library, minded.language
    cited = {(c.study_id, c.page) for c in citations}
    others = [c for c in pages if (c.passage.study_id, c.passage.page) not in cited]
    nearest = tuple(hit(library, c, language, scope.today) for c in others[:_NEAREST])
    made = cards(library, citations + more, minded.reference, minded.of_study)
    minding = cautions.notices(made, citations + more, language)
    heard = tuple(card for card in made if card.claims[0].n <= len(citations))
    return Answer(
        question=reading.question.text,
        language=language,
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
        notices=(*choosing.notices(library, scope.choice, language), *minding),
        nearest=nearest,
        unknown=verdict.unknown,
        searched=searched(library, scope.only, scope.selection),
        returned=counted([c.language for c in citations] + [n.language for n in nearest]),
        understood=reading.understood,
        fingerprint=library.fingerprint,
        choice=scope.choice,
    )


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
