"""Passages to the few sentences that answer."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

import retriever.judge
import retriever.select
from corpus.language import language_of
from corpus.library import Library
from corpus.study import Description, Draft, Page, PassageKind, Study, StudyFile, TextState
from corpus.words import Language
from retriever.answer import Citation
from retriever.ask import consider
from retriever.judge import SIGNALS
from retriever.reading import Reading, read, understand
from retriever.search import Candidate, by_page, candidates
from retriever.select import MINUTE, MOST_MORE, MOST_SENTENCES, Chosen, is_statement, select, within_a_minute
from tests.fakes import FakeEmbedder, make_pdf
from tests.retriever.libraries import fill

LIGHT = "Does street lighting reduce property crime?"
QUAY = "The harbour has a long quay where the ferries wait for their passengers each day."
FINDINGS = (
    "Street lighting reduced property crime in the lit squares by a seventh.",
    "Where street lighting came, fewer thefts and less property crime were reported to the police.",
    "The effect of street lighting on property crime was larger in winter than it was in summer.",
    "After five years with street lighting the property crime had decreased below that of the suburbs.",
)
SWEDISH = "Gatubelysning minskade egendomsbrott på de upplysta torgen med en sjundedel."
BODY, REFERENCES, TABLE = PassageKind

Part = tuple[str, PassageKind]


def put(library: Library, study_id: str, *pages: str | list[Part], version_of: str | None = None) -> None:
    """Put in a study whose pages are one passage of body text each, or the passages that are named."""
    study = Study(
        study_id,
        Description(study_id.title()),
        ("en",),
        TextState.SEARCHABLE,
        (StudyFile(study_id * 8, f"{study_id}.pdf", 1, len(pages)),),
        version_of,
    )
    made: list[Page] = []
    drafts: list[Draft] = []
    for number, parts in enumerate(pages, 1):
        at = 0
        given = [(parts, BODY)] if isinstance(parts, str) else parts
        for text, kind in given:
            drafts.append(Draft(number, at, at + len(text), text, language_of(text), kind))
            at += len(text) + 2
        made.append(Page(study_id, number, str(number), "\n\n".join(text for text, _ in given)))
    library.keep(study, made, drafts, library.prepare(drafts))
    library.lexical.catch_up()
    library.dense.catch_up()


def reading(library: Library, question: str = LIGHT) -> Reading:
    return read(library, understand(question))


def found(library: Library, question: str = LIGHT) -> list[Candidate]:
    return candidates(library, reading(library, question))


def chosen(library: Library, question: str = LIGHT) -> list[Chosen]:
    return select(library, reading(library, question), found(library, question))


def texts(library: Library, question: str = LIGHT) -> list[str]:
    return [sentence.text for sentence in chosen(library, question)]


# Which sentences may be quoted at all


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Street lighting reduced property crime by 14 per cent in the lit squares.", "en"),
        ("“Street lighting reduced the number of thefts in both towns.”", "en"),
        ("12 of the 40 squares had less crime after the change.", "en"),
        ("Violent crime did not fall in the lit squares (Welsh and Farrington, 2008; Chalfin, 2022).", "en"),
        ("The lamps were replaced in all of the squares in the spring.3", "en"),
        ("En obligatorisk avgift löser friåkarproblemet eftersom alla ägare då måste betala.", "sv"),
    ],
)
def test_a_whole_statement_may_be_quoted(text: str, language: str) -> None:
    assert is_statement(text, language)


@pytest.mark.parametrize(
    "text",
    [
        "Street lighting and property crime in the lit squares",
        "Results.",
        "Does street lighting reduce property crime in the lit squares?",
        "and fell by 14 per cent in the lit squares of the town.",
        "Street lighting reduced property crime by 14 per cent in the",
        "Table 2 Lit squares 40 14.2 3.1 0.02 Dark squares 40 16.9 2.8 0.31.",
        "Lit 12 14 18 dark 22 31 18 lit 40 44 of 9 in 3.",
        "Street lighting reduced crime.",
        "Welsh Brandon Farrington David Improved Street Lighting Campbell Systematic Reviews.",
        "The lamps were lit " + "and the squares were watched " * 14 + "in the winter.",
    ],
)
def test_headings_questions_table_rows_and_cut_sentences_may_not(text: str) -> None:
    assert not is_statement(text, "en")


def test_a_page_of_all_kinds_yields_its_one_finding(library: Library) -> None:
    fill(
        library,
        mixed=make_pdf(
            [
                "Street lighting reduces property crime\n"
                "Does street lighting reduce property crime in the lit squares of the old town?\n"
                "Street lighting reduced property crime in all of the lit squares by a seventh.\n"
                "Table 2 street lighting property crime 40 14.2 3.1 0.02 16.9 2.8 0.31 12 18.\n"
                "Brooks, L. (2008). Street lighting reduced the property crime of an English town.\n"
                "and that street lighting reduced property crime in the"
            ]
        ),
    )
    assert texts(library) == ["Street lighting reduced property crime in all of the lit squares by a seventh."]


def test_the_title_after_a_reference_is_no_finding(library: Library) -> None:
    fill(
        library,
        review=make_pdf(
            [
                "A few studies have looked at what the lamps of a town do for its squares and streets.\n"
                "Brooks, L. (2008). Street lighting reduced the property crime of a town in the north.\n"
                "The lamps of the town were lit from dusk to dawn and cost the owners a small share."
            ]
        ),
    )
    assert not any("reduced the property crime" in text for text in texts(library))


def test_a_reference_list_is_never_quoted(library: Library) -> None:
    references = (
        "References\n"
        "Brooks, L., 2008, Street lighting reduced the property crime in a town. Journal of Light 3, pp. 1-9.\n"
        "Welsh, B., 2010, Street lighting and its effect on property crime in towns. Journal of Light 5, pp. 2-8.\n"
        "Ek, A., 2012, It was found that street lighting reduced the property crime. Journal of Light 7, pp. 3-7."
    )
    fill(library, listed=make_pdf(["The lamps of the old town were lit from dusk to dawn in the winter.", references]))
    assert REFERENCES in {c.passage.kind for c in found(library)}
    assert all(sentence.candidate.passage.kind is BODY for sentence in chosen(library))
    assert not any("Journal" in text or "reduced" in text for text in texts(library))


# A whole page


@pytest.mark.parametrize("kind", [REFERENCES, TABLE])
def test_reference_lists_and_tables_are_never_quoted_though_their_page_is_read(
    library: Library, kind: PassageKind
) -> None:
    listed = "Street lighting reduced the property crime of an English town in the north."
    assert is_statement(listed, "en")
    put(library, "review", [(FINDINGS[0], BODY), (listed, kind)])
    assert kind in {c.passage.kind for c in found(library)}
    assert texts(library) == [FINDINGS[0]]
    best = next(c for c in found(library) if c.passage.kind is BODY)
    assert [s.text for s in select(library, reading(library), [best])] == [FINDINGS[0]]
    put(library, "review", [(FINDINGS[0], BODY), (listed, BODY)])
    assert listed in texts(library)  # where it is neither


def test_what_answers_may_stand_beside_the_passage_that_matched(library: Library) -> None:
    put(library, "study", [(QUAY, BODY), (FINDINGS[0], BODY)])
    quay = next(c for c in found(library) if c.passage.text == QUAY)
    first = select(library, reading(library), [quay])[0]
    assert first.text == FINDINGS[0]
    assert first.candidate.passage.text == FINDINGS[0]
    assert first.candidate.strength == pytest.approx(0.85 * quay.strength)


def test_a_passage_that_matched_keeps_its_own_strength_though_its_page_is_read(library: Library) -> None:
    put(library, "study", [(FINDINGS[0], BODY), (FINDINGS[2], BODY)])
    best, weak = found(library)
    given = [best, replace(weak, strength=0.5 * best.strength)]
    strengths = {s.text: s.candidate.strength for s in select(library, reading(library), given)}
    assert strengths == {best.passage.text: best.strength, weak.passage.text: 0.5 * best.strength}


def test_six_pages_are_read_as_a_whole(library: Library) -> None:
    put(library, "study", *([(f"{QUAY[:-1]} of year {n}.", BODY), (QUAY, BODY)] for n in range(6)))
    put(library, "answer", [(QUAY, BODY), (FINDINGS[0], BODY)])
    first = {c.passage.page: c for c in found(library) if c.passage.study_id == "study" and c.passage.start == 0}
    quay = next(c for c in found(library) if c.passage.study_id == "answer" and c.passage.text == QUAY)
    six = [first[n] for n in range(1, 7)]

    def told(given: list[Candidate]) -> bool:
        return any(s.text == FINDINGS[0] for s in select(library, reading(library), given))

    assert told([*six[:5], quay])
    assert not told([*six, quay])


BOTH = [(FINDINGS[0], BODY), (SWEDISH, BODY)]
"""A page of both languages."""


@pytest.mark.parametrize("question", [LIGHT, "Minskar gatubelysning egendomsbrott?"])
@pytest.mark.parametrize(("only", "quoted"), [("en", {FINDINGS[0]}), ("sv", {SWEDISH}), (None, {FINDINGS[0], SWEDISH})])
def test_of_a_page_of_both_languages_only_the_one_that_is_wanted_is_quoted(
    library: Library, question: str, only: Language | None, quoted: set[str]
) -> None:
    put(library, "study", BOTH)
    asked = reading(library, question)
    assert {s.text for s in select(library, asked, candidates(library, asked, only))} == quoted


def test_an_answer_of_one_language_cites_no_other_though_its_page_holds_both(library: Library) -> None:
    put(library, "study", BOTH)
    assert [c.quote for c in consider(library, LIGHT, "en").citations] == [FINDINGS[0]]
    assert {c.language for c in consider(library, LIGHT).citations} == {"en", "sv"}


# Which of them are


def test_a_sentence_that_two_studies_share_is_quoted_once(library: Library) -> None:
    finding = "Street lighting reduced property crime in {} of the lit squares by a seventh."
    fill(library, one=make_pdf([finding.format("all")]), two=make_pdf([finding.format("most")]))
    assert len(texts(library)) == 1


@pytest.mark.parametrize("question", [LIGHT, "Minskar gatubelysning egendomsbrott?"])
def test_what_one_study_says_in_english_and_another_in_swedish_is_quoted_from_both(
    library: Library, question: str
) -> None:
    swedish = "Gatubelysning minskade egendomsbrott i hela staden."  # that is, in the whole city
    put(library, "english", "Street lighting reduced property crime in the whole city.")
    put(library, "swedish", swedish)
    assert len(texts(library, question)) == 2


@pytest.mark.parametrize(("place", "heard"), [("city", 1), ("harbour", 2)])
def test_what_one_study_says_in_both_languages_is_quoted_once(library: Library, place: str, heard: int) -> None:
    swedish = "Gatubelysning minskade egendomsbrott i hela staden."
    put(library, "study", f"Street lighting reduced property crime in the whole {place}.", swedish)
    assert len(texts(library)) == heard


def test_a_sentence_has_the_vector_by_which_it_was_compared(library: Library) -> None:
    put(library, "study", FINDINGS[0])
    (sentence,) = chosen(library)
    assert sentence.vector is not None
    assert sentence.vector == pytest.approx(library.encode_sentences([(FINDINGS[0], "en")])[0])


def test_no_more_than_the_best_sentences_are_compared_by_vectors(library: Library, embedder: FakeEmbedder) -> None:
    told = apart()
    put(library, "study", *("\n".join(next(told) for _ in range(10)) for _ in range(4)))
    asked, given = reading(library), found(library)
    before = embedder.encoded
    select(library, asked, given)
    assert embedder.encoded - before == retriever.select._EMBEDDED < 40


def test_a_sentence_that_is_not_compared_by_vectors_is_heard_but_counts_for_less(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(library, "one", FINDINGS[0])
    put(library, "two", FINDINGS[2])
    with_vectors = chosen(library)
    monkeypatch.setattr(retriever.select, "_EMBEDDED", 0)
    without = chosen(library)
    assert [s.text for s in without] == [s.text for s in with_vectors] == [FINDINGS[0], FINDINGS[2]]
    assert all(s.vector is None for s in without)
    assert all(less.score < more.score for less, more in zip(without, with_vectors, strict=True))


def apart() -> Iterator[str]:
    """Findings that share seven words and differ in six."""
    for n in count():
        a, b, c, d, e, f = (f"{letter}{''.join(chr(97 + int(i)) for i in str(n))}on" for letter in "bdfgkl")
        yield f"Street lighting cut crime by the {a} {b} of {c} {d} {e} {f}."


def test_one_page_gives_two_sentences_at_most(library: Library) -> None:
    fill(library, one=make_pdf(["\n".join(FINDINGS)]))
    assert len(texts(library)) == 2
    assert set(texts(library)) <= set(FINDINGS)


def test_one_study_may_give_two_sentences_for_each_of_its_pages(library: Library) -> None:
    fill(library, one=make_pdf(["\n".join(FINDINGS[:2]), "\n".join(FINDINGS[2:])]))
    assert set(texts(library)) == set(FINDINGS)


def test_each_study_that_answers_is_heard(library: Library) -> None:
    fill(library, one=make_pdf([FINDINGS[0]]), two=make_pdf([FINDINGS[1]]))
    files = {citation.file for citation in consider(library, LIGHT).citations}
    assert files == {"one.pdf", "two.pdf"}


@pytest.fixture
def all_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time to compare all sentences by vectors, so that the bound on what is kept is the only one."""
    monkeypatch.setattr(retriever.select, "_EMBEDDED", 100)


@pytest.mark.usefixtures("all_compared")
def test_there_are_as_many_sentences_as_may_be_shown_and_asked_for_at_most(library: Library) -> None:
    told = apart()
    for number in range(10):
        put(library, f"study-{number}", f"{next(told)}\n{next(told)}")
    sentences = chosen(library)
    assert len(sentences) == MOST_SENTENCES + MOST_MORE == 16  # of twenty
    assert len({sentence.text for sentence in sentences}) == 16


# One version of a work


def test_of_a_work_in_several_versions_only_one_is_quoted(library: Library) -> None:
    put(library, "report", FINDINGS[0])
    put(library, "article", FINDINGS[1], version_of="report")
    put(library, "summary", FINDINGS[2], version_of="article")
    put(library, "other", FINDINGS[3])
    assert {s.place[0] for s in chosen(library)} == {"report", "other"}


def test_the_version_that_says_it_best_is_quoted_whichever_came_first(library: Library) -> None:
    put(library, "report", FINDINGS[1])
    put(library, "article", FINDINGS[0], version_of="report")
    assert [s.place[0] for s in chosen(library)] == ["article"]


@pytest.mark.parametrize(("shown", "copy"), [("alpha", "beta"), ("beta", "alpha")])
def test_of_two_files_with_the_same_text_the_one_that_a_person_chose_is_quoted(
    library: Library, shown: str, copy: str
) -> None:
    put(library, shown, FINDINGS[0])
    put(library, copy, FINDINGS[0], version_of=shown)
    assert [sentence.place[0] for sentence in chosen(library)] == [shown]


def test_two_versions_of_a_work_that_is_not_here_itself_are_one_work(library: Library) -> None:
    put(library, "root", QUAY)
    put(library, "report", FINDINGS[0], version_of="root")
    put(library, "article", FINDINGS[1], version_of="root")
    given = [c for c in found(library) if c.passage.study_id != "root"]
    assert {s.place[0] for s in select(library, reading(library), given)} == {"report"}


def test_a_version_may_be_quoted_from_several_pages(library: Library) -> None:
    put(library, "report", FINDINGS[3])
    put(library, "article", FINDINGS[0], FINDINGS[1], version_of="report")
    assert {s.place for s in chosen(library)} == {("article", 1), ("article", 2)}


def test_of_a_study_that_is_a_version_of_itself_and_its_versions_only_one_is_quoted(library: Library) -> None:
    put(library, "itself", FINDINGS[0], version_of="itself")
    put(library, "version", FINDINGS[1], version_of="itself")
    put(library, "other", FINDINGS[3])
    assert {s.place[0] for s in chosen(library)} == {"itself", "other"}


# In what order


def test_the_best_sentence_of_each_of_the_three_best_pages_comes_first(library: Library) -> None:
    put(library, "much", "\n".join(FINDINGS[:2]))
    put(library, "some", FINDINGS[2])
    put(library, "little", FINDINGS[3])
    pages = [c.passage.study_id for c in by_page(found(library))]
    sentences = chosen(library)
    assert pages == ["much", "some", "little"]
    assert [s.place[0] for s in sentences] == ["much", "some", "little", "much"]
    assert sentences[3].score > sentences[2].score  # which is heard for its page


def test_of_the_three_best_pages_one_whose_best_sentence_is_poor_is_not_heard(library: Library) -> None:
    put(library, "much", "\n".join(FINDINGS[:2]))
    put(library, "some", FINDINGS[2])
    put(library, "little", "Many of the owners of boats think that there is too much crime at the quay and in town.")
    pages = [c.passage.study_id for c in by_page(found(library))]
    assert pages == ["much", "some", "little"]
    assert [s.place[0] for s in chosen(library)] == ["much", "some", "much"]


def test_after_them_sentences_come_best_first_and_the_poor_ones_not_at_all(library: Library) -> None:
    told = [*FINDINGS, "The lamps of the harbour prevent some crime, as sailors and owners of boats have it."]
    for number, text in enumerate(told):
        put(library, f"study-{number}", text)
    sentences = chosen(library)
    leading, others = [s.score for s in sentences[:3]], [s.score for s in sentences[3:]]
    assert {s.text for s in sentences} == set(FINDINGS)
    assert leading == sorted(leading, reverse=True)
    assert others == sorted(others, reverse=True)
    assert others[-1] >= retriever.select._NEAR_BEST * max(leading)


def test_of_two_studies_the_one_that_was_found_to_answer_comes_first(standing: Library) -> None:
    assert texts(standing)[0] == "Street lighting reduced property crime by 14 per cent in the lit squares."


def test_a_question_for_a_figure_is_better_met_by_a_sentence_that_gives_one(library: Library) -> None:
    put(library, "figure", "Street lighting reduced property crime by 14 per cent in the lit squares.")
    put(library, "year", "In 2008 street lighting had made an end to most of the property crime.")
    asked, given = reading(library), found(library)
    other, number = (
        {s.place[0]: s.score for s in select(library, replace(asked, asks_for_figure=wanted), given)}
        for wanted in (False, True)
    )
    assert number["figure"] == pytest.approx(1.1 * other["figure"])
    assert number["year"] == other["year"]


def test_what_was_found_comes_before_what_was_asked(library: Library) -> None:
    fill(
        library,
        one=make_pdf(["This study asks whether street lighting reduces the property crime of a town."]),
        two=make_pdf(["In the towns of the north street lighting had reduced the property crime."]),
    )
    assert texts(library)[0].startswith("In the towns of the north")


def test_a_chosen_sentence_is_the_span_it_tells(standing: Library) -> None:
    for sentence in chosen(standing):
        passage = sentence.candidate.passage
        page = standing.page(passage.study_id, passage.page)
        assert " ".join(page.text[sentence.start : sentence.end].split()) == sentence.text
        assert passage.start <= sentence.start < sentence.end <= passage.end


def test_a_library_without_studies_gives_no_sentences(library: Library) -> None:
    assert chosen(library) == []


# A minute's reading


def words(many: int) -> str:
    return "word " * many


@pytest.mark.parametrize(
    ("lengths", "flags"),
    [
        ([], ""),
        ([30], "y"),
        ([400, 1], "yn"),  # the first always, and then there is no time left
        ([100, 130], "yy"),  # 230
        ([100, 131], "yn"),  # 231
        ([100, 131, 130], "yny"),  # a shorter one may still find room
        ([100, 131, 100, 31, 30], "ynyny"),
        ([10] * 10, "yyyyyyyynn"),  # eight at most
        ([29] * 8, "yyyyyyyn"),  # 7 * 29 = 203, and 8 * 29 = 232
    ],
)
def test_a_minute_has_room_for_230_words_and_eight_sentences(lengths: list[int], flags: str) -> None:
    assert (MINUTE, MOST_SENTENCES) == (230, 8)
    assert within_a_minute([words(length) for length in lengths]) == [flag == "y" for flag in flags]


def test_words_are_parted_by_any_space() -> None:
    assert within_a_minute([words(229), "one\n\ttwo"]) == [True, False]
    assert within_a_minute([words(229), "one-two"]) == [True, True]


@pytest.fixture
def always(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A judge who says yes to everything."""
    fit = dict.fromkeys((*SIGNALS, "intercept", "bar"), 0.0)
    (tmp_path / "judge.toml").write_text("\n".join(['["*"]', *(f"{k} = {v}" for k, v in fit.items())]), "utf-8")
    monkeypatch.setattr(retriever.judge, "__file__", str(tmp_path / "judge.py"))
    retriever.judge._fit.cache_clear()
    yield
    retriever.judge._fit.cache_clear()


@pytest.mark.usefixtures("always", "all_compared")
def test_an_answer_shows_a_minute_of_sentences_and_keeps_as_many_more(library: Library) -> None:
    told = apart()
    fill(library, **{f"study_{n}": make_pdf([f"{next(told)}\n{next(told)}"]) for n in range(10)})
    answer = consider(library, LIGHT).answer
    assert answer.citations == consider(library, LIGHT).citations
    assert (len(answer.citations), len(answer.more)) == (8, 8)  # thirteen words each: 104 of 230
    assert [c.n for c in (*answer.citations, *answer.more)] == list(range(1, 17))
    assert [s.text for s in answer.sentences] == [c.quote for c in answer.citations]


@pytest.mark.usefixtures("always")
def test_long_sentences_are_fewer_in_a_minute(library: Library) -> None:
    told = apart()
    long = (
        f"{next(told)[:-1]}, although\nthe owners of the {a} {b} and the {c} {d} that stood there"
        f"\nhad to pay for {e} {f} and {g} {h} with {i} {j}, and so did all the others at the time."
        for n in count()
        for a, b, c, d, e, f, g, h, i, j in [[f"{letter}{chr(97 + n)}{letter}an" for letter in "mnprstvbdg"]]
    )
    fill(library, **{f"study_{n}": make_pdf([next(long)]) for n in range(8)})
    answer = consider(library, LIGHT).answer

    def length(citation: Citation) -> int:
        return len(citation.quote.split())

    shown = sum(map(length, answer.citations))
    assert shown <= MINUTE
    assert len(answer.citations) < 8
    assert answer.more
    assert all(shown + length(citation) > MINUTE for citation in answer.more)
