"""Passages to the few sentences that answer."""

import pytest

from corpus.library import Library
from corpus.study import PassageKind
from retriever.ask import ask
from retriever.reading import read, understand
from retriever.search import candidates
from retriever.select import MOST_SENTENCES, Chosen, is_statement, select
from tests.fakes import make_pdf
from tests.retriever.libraries import fill

LIGHT = "Does street lighting reduce property crime?"


def chosen(library: Library, question: str = LIGHT) -> list[Chosen]:
    asked = read(library, understand(question))
    return select(library, asked, candidates(library, asked))


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
    kinds = {c.passage.kind for c in candidates(library, read(library, understand(LIGHT)))}
    assert PassageKind.REFERENCES in kinds
    assert not any(sentence.candidate.passage.kind is PassageKind.REFERENCES for sentence in chosen(library))
    assert not any("Journal" in text or "reduced" in text for text in texts(library))


# Which of them are


def test_a_sentence_that_two_studies_share_is_quoted_once(library: Library) -> None:
    finding = "Street lighting reduced property crime in {} of the lit squares by a seventh."
    fill(library, one=make_pdf([finding.format("all")]), two=make_pdf([finding.format("most")]))
    assert len(texts(library)) == 1


FINDINGS = (
    "Street lighting reduced property crime in the lit squares by a seventh.",
    "Where street lighting came, fewer thefts and less property crime were reported to the police.",
    "The effect of street lighting on property crime was larger in winter than it was in summer.",
    "After five years with street lighting the property crime had fallen below that of the suburbs.",
)


def test_one_study_gives_two_sentences_at_most(library: Library) -> None:
    fill(library, one=make_pdf(["\n".join(FINDINGS)]))
    assert len(texts(library)) == 2
    assert set(texts(library)) <= set(FINDINGS)


def test_each_study_that_answers_is_heard(library: Library) -> None:
    fill(library, one=make_pdf([FINDINGS[0]]), two=make_pdf([FINDINGS[1]]))
    files = {citation.file for citation in ask(library, LIGHT).citations}
    assert files == {"one.pdf", "two.pdf"}


def test_an_answer_has_four_sentences_at_most(library: Library) -> None:
    more = (
        "Shops that got street lighting reported lower losses from property crime than their dark neighbours.",
        "Insurers found that street lighting halved the property crime they had to pay for.",
    )
    pages = ("\n".join(pair) for pair in (FINDINGS[:2], FINDINGS[2:], more))
    fill(library, **dict(zip(("one", "two", "three"), (make_pdf([page]) for page in pages), strict=True)))
    found = chosen(library)
    assert len(found) == MOST_SENTENCES
    assert len({sentence.text for sentence in found}) == 4


def test_sentences_come_best_first_and_the_poor_ones_not_at_all(standing: Library) -> None:
    found = chosen(standing)
    scores = [sentence.score for sentence in found]
    assert found[0].text == "Street lighting reduced property crime by 14 per cent in the lit squares."
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] >= 0.6 * scores[0]


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
