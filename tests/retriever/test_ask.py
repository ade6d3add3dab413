"""One question in, one cited answer out, or a plain no."""

import math
import sqlite3
import tomllib
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.language import OtherLanguage
from corpus.library import Library
from corpus.words import say
from retriever.ask import ask
from retriever.judge import SIGNALS, judge, signals, unknown_words
from retriever.reading import EmptyQuestion, LongQuestion, Reading, read, understand
from retriever.search import by_page, candidates
from tests.fakes import LIGHTING, FakeEmbedder, make_pdf
from tests.retriever.libraries import fill

LIGHT = "Does street lighting reduce property crime?"
NOBODY_KNOWS = "Do congestion charges shorten queues at harbour tollbooths?"
JUDGE = Path(__file__).parents[2] / "retriever" / "judge.toml"


def reading(library: Library, question: str) -> Reading:
    return read(library, understand(question))


def test_every_sentence_of_an_answer_is_a_quote_with_its_number(standing: Library) -> None:
    answer = ask(standing, LIGHT)
    assert answer.answered
    assert [citation.n for citation in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert [sentence.text for sentence in answer.sentences] == [citation.quote for citation in answer.citations]
    assert [sentence.citations for sentence in answer.sentences] == [(c.n,) for c in answer.citations]


def test_the_nearest_pages_are_not_those_that_were_cited(standing: Library) -> None:
    answer = ask(standing, LIGHT)
    cited = {(citation.study_id, citation.page) for citation in answer.citations}
    near = [(hit.study_id, hit.page) for hit in answer.nearest]
    assert cited
    assert near
    assert not cited & set(near)
    assert len(near) == len(set(near)) <= 5


def test_an_answer_tells_how_many_sources_it_rests_on(library: Library) -> None:
    fill(library, lighting=LIGHTING)
    assert ask(library, LIGHT).message == say("answered_by_one", "en")
    fill(library, other=make_pdf(["Insurers found that street lighting halved the property crime of a town."]))
    assert ask(library, LIGHT).message == "2 sources speak to this. The sentences are quoted as they stand."


def test_a_swedish_question_gets_a_swedish_message(standing: Library) -> None:
    answer = ask(standing, "Hur löser man friåkarproblemet?")
    assert (answer.language, answer.answered) == ("sv", True)
    assert answer.message == "En källa talar om detta. Meningarna är citerade ordagrant."


def test_a_quote_stays_in_the_language_of_its_study(standing: Library) -> None:
    assert {citation.language for citation in ask(standing, LIGHT).citations} == {"en"}
    assert {citation.language for citation in ask(standing, "Hur löser man friåkarproblemet?").citations} == {"sv"}


# Saying no


def test_what_no_study_tells_is_not_answered(standing: Library) -> None:
    answer = ask(standing, NOBODY_KNOWS)
    assert not answer.answered
    assert (answer.citations, answer.sentences) == ((), ())
    assert answer.message == "The corpus does not answer this."
    assert answer.confidence < 0.35


def test_a_no_names_the_nearest_pages(standing: Library) -> None:
    nearest = ask(standing, NOBODY_KNOWS).nearest
    assert 1 <= len(nearest) <= 5
    assert all(hit.text and hit.title for hit in nearest)


def test_a_no_lists_the_words_that_stand_nowhere_as_they_were_written(standing: Library) -> None:
    unknown = ask(standing, NOBODY_KNOWS).unknown
    assert unknown == ("congestion", "shorten", "queues", "harbour", "tollbooths")  # a Swedish study has the charges


def test_words_are_known_by_their_stem_and_grammar_words_never_missed(standing: Library) -> None:
    assert unknown_words(standing, reading(standing, "Does lighting of the squares reduce crimes?")) == ()
    assert unknown_words(standing, reading(standing, "Does lighting reduce burglary?")) == ("burglary",)


def test_a_swedish_no_is_said_in_swedish(standing: Library) -> None:
    answer = ask(standing, "Hur påverkar trängselskatten köerna vid hamnens vägtullar?")
    assert (answer.answered, answer.message) == (False, "Korpusen svarar inte på detta.")


def test_an_empty_library_answers_nothing(library: Library) -> None:
    answer = ask(library, LIGHT)
    assert (answer.answered, answer.confidence, answer.nearest) == (False, 0.0, ())
    assert answer.searched == {"sv": 0, "en": 0}


def test_a_quote_that_the_second_reader_denies_is_not_shown(library: Library) -> None:
    fill(library, lighting=LIGHTING)
    finding = "Street lighting reduced property crime by 14 per cent in the lit squares."
    assert finding in [citation.quote for citation in ask(library, LIGHT).citations]
    with closing(sqlite3.connect(library.folder / "record.sqlite3")) as connection:
        connection.execute("UPDATE pages SET witness = replace(witness, '14', '41')")
        connection.commit()
    assert finding not in [citation.quote for citation in ask(library, LIGHT).citations]


@pytest.mark.parametrize(
    ("text", "fault"),
    [("", EmptyQuestion), ("a" * 5000, LongQuestion), ("Wie verringert Beleuchtung die Einbrüche?", OtherLanguage)],
)
def test_what_cannot_be_searched_for_cannot_be_asked(standing: Library, text: str, fault: type[Exception]) -> None:
    with pytest.raises(fault):
        ask(standing, text)


# How sure


def test_the_more_a_page_fits_the_surer_the_judge(standing: Library) -> None:
    sure, unsure = ask(standing, LIGHT).confidence, ask(standing, NOBODY_KNOWS).confidence
    assert 0 <= unsure < sure <= 1


def test_without_a_sentence_to_show_there_is_no_answer_however_sure(standing: Library) -> None:
    question = reading(standing, LIGHT)
    given = signals(standing, question, by_page(candidates(standing, question)))
    assert judge(standing, question, given, 1).answered
    assert not judge(standing, question, given, 0).answered


def test_the_judge_has_a_fit_for_every_model() -> None:
    table = tomllib.loads(JUDGE.read_text("utf-8"))
    assert {"*", FakeEmbedder().identity.name} <= table.keys()
    for model, fit in table.items():
        assert fit.keys() == {"bar", "intercept", *SIGNALS}, model
        assert 0 < fit["bar"] < 1
        assert fit["cosine"] > 0
        assert all(math.isfinite(value) for value in fit.values())


def test_the_judge_is_less_sure_where_many_pages_fit_alike(library: Library) -> None:
    finding = "Street lighting reduced property crime by 14 per cent in the lit squares of the town."
    goods = ("timber", "herring", "barley", "iron ore", "coal", "paper")
    fill(
        library,
        one=make_pdf(
            [finding, *(f"Much {cargo} came to the harbour by ship in the {cargo} trade." for cargo in goods)]
        ),
    )
    asked = reading(library, LIGHT)
    pages = by_page(candidates(library, asked))
    alike = [replace(page, score=pages[0].score) for page in pages]
    sure, unsure = (judge(library, asked, signals(library, asked, given), 1) for given in (pages, alike))
    assert unsure.confidence < sure.confidence


# What an answer was made from


def test_the_fingerprint_stays_while_the_library_stays(standing: Library) -> None:
    assert ask(standing, LIGHT).fingerprint == ask(standing, NOBODY_KNOWS).fingerprint == standing.fingerprint


def test_the_fingerprint_and_the_counts_change_when_a_study_comes_and_when_it_goes(library: Library) -> None:
    fill(library, lighting=LIGHTING)
    before = ask(library, LIGHT)
    fill(library, other=make_pdf(["Insurers found that street lighting halved the property crime of a town."]))
    after = ask(library, LIGHT)
    added = next(study for study in library.record.studies() if study.file_name == "other.pdf")
    library.remove(added.id)
    gone = ask(library, LIGHT)
    assert len({before.fingerprint, after.fingerprint, gone.fingerprint}) == 3
    assert (before.searched["en"], after.searched["en"], gone.searched["en"]) == (2, 3, 2)
