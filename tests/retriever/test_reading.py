"""A question to the words of each field, its vector, and how it was understood."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from corpus.language import is_gram
from corpus.library import Library
from retriever.answer import Carried, Question, Understood
from retriever.matter import matters
from retriever.reading import Reading, read, understand
from tests.fakes import FREE_RIDERS, FakeEmbedder
from tests.retriever.libraries import fill, settings_in

GLOSSARY = """
sv,en,sv_variants,en_variants,area,note
gatubelysning,street lighting,,street lights; lamps,lighting,
brott,crime,,offence; felony; breach,core,
"""
LEXICON = """
sv,en,class,forms
minska,reduce; decrease; fall,verb,
lösa,solve; do away with,verb,
påverka,affect,verb,
torg,square; plaza,noun,
plats,place; square,noun,
kontingent,fee,noun,
avgift,fee; charge,noun,
"""


@pytest.fixture(scope="module")
def terms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a term list of nine words."""
    folder = tmp_path_factory.mktemp("terms")
    (folder / "glossary.csv").write_text(GLOSSARY.lstrip(), "utf-8")
    (folder / "lexicon.csv").write_text(LEXICON.lstrip(), "utf-8")
    return folder


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory, terms: Path) -> Iterator[Library]:
    """An empty library that reads with the list of nine words."""
    settings = settings_in(tmp_path_factory.mktemp("reader"), terms=terms)
    with Library(settings, write=True, embedder=FakeEmbedder()) as library:
        yield library


def reading(library: Library, text: str) -> Reading:
    return read(library, understand(text))


def sources(found: Reading) -> list[str]:
    return [word.source for word in found.understood]


# Words


def test_a_swedish_question_has_its_own_words_and_english_ones_that_count_less_by_rank(reader: Library) -> None:
    found = reading(reader, "Minskar gatubelysning brotten?")
    assert found.question.language == "sv"
    assert found.stems("sv") == {"minsk": 1, "gatubelysning": 1, "brott": 1}
    assert found.stems("en") == {
        **{"reduc": 1, "decreas": 1 / 2, "fall": 1 / 3},
        **{"street": 1, "light": 1, "lamp": 1 / 3},  # "street lights" says nothing that "street lighting" does not
        **{"crime": 1, "offenc": 1 / 2, "feloni": 1 / 3, "breach": 1 / 4},
    }


def test_an_english_question_has_english_words_only(reader: Library) -> None:
    found = reading(reader, "Does street lighting reduce the crime?")
    assert found.words.keys() == {"en"}
    assert found.stems("en") == {"street": 1, "light": 1, "reduc": 1, "crime": 1}


def test_a_word_that_two_words_of_the_question_may_mean_counts_as_the_likelier(reader: Library) -> None:
    assert reading(reader, "Hur påverkas platsen?").stems("en")["squar"] == 1 / 2
    assert reading(reader, "Hur påverkas platsen och torget?").stems("en")["squar"] == 1


def test_the_parts_of_a_word_count_as_much_as_the_word(reader: Library) -> None:
    words = reading(reader, "Minskar gatubelysning brotten?").words
    assert (words["en"]["#redu"], words["en"]["#decr"], words["en"]["#fall"]) == (1, 1 / 2, 1 / 3)
    assert words["sv"]["#mins"] == 1


def test_stems_are_the_words_without_their_parts(reader: Library) -> None:
    found = reading(reader, "Minskar gatubelysning brotten?")
    for field in ("sv", "en"):
        assert any(is_gram(term) for term in found.words[field])
        assert not any(is_gram(term) for term in found.stems(field))
        assert found.stems(field).items() <= found.words[field].items()


def test_function_words_of_the_question_do_not_count(reader: Library) -> None:
    found = reading(reader, "Hur är det med brotten och vad kan man göra?")
    assert found.stems("sv") == {"brott": 1}
    assert found.stems("en") == {"crime": 1, "offenc": 1 / 2, "feloni": 1 / 3, "breach": 1 / 4}


def test_function_words_of_an_equivalent_do_not_count(reader: Library) -> None:
    assert reading(reader, "Hur löser man det?").stems("en") == {"solv": 1, "away": 1 / 2}  # "do away with"


def test_a_question_of_nothing_but_function_words_is_searched_by_them(reader: Library) -> None:
    assert reading(reader, "Hur är det?").stems("sv") == {"hur": 1, "är": 1, "det": 1}


def test_names_and_numbers_and_unknown_words_stand_for_themselves(reader: Library) -> None:
    found = reading(reader, "Hur påverkar glimmervippan torget i Malmö 2019?")
    assert found.stems("sv") == {"påverk": 1, "glimmervippan": 1, "torget": 1, "malmö": 1, "2019": 1}
    assert found.stems("en") == {
        **{"affect": 1, "squar": 1, "plaza": 1 / 2},
        **{"glimmervippan": 1, "malmö": 1, "2019": 1},
    }


def test_a_name_that_is_also_a_word_stands_for_itself_first(reader: Library) -> None:
    assert reading(reader, "Hur påverkas Torget i Lund?").stems("en") == {
        **{"affect": 1, "lund": 1},
        **{"torget": 1, "squar": 1 / 2, "plaza": 1 / 3},
    }


@pytest.mark.parametrize(
    ("question", "language", "field"),
    [
        ("Minskar gatubelysning brotten?", "sv", "sv"),
        ("Minskar gatubelysning brotten?", "da", "sv"),
        ("Minskar gatubelysning brotten?", "no", "sv"),
        ("Minskar gatubelysning brotten?", "en", "en"),
        ("Does street lighting reduce crime?", "sv", "en"),
        ("Does street lighting reduce crime?", "da", "en"),
        ("Does street lighting reduce crime?", "en", "en"),
    ],
)
def test_swedish_words_search_scandinavian_passages_and_english_words_all_others(
    reader: Library, question: str, language: str, field: str
) -> None:
    assert reading(reader, question).field(language) == field


# The vector


def test_the_vector_of_a_swedish_question_is_that_of_its_likeliest_english(reader: Library) -> None:
    found = reading(reader, "Minskar gatubelysning brotten?")
    assert found.gloss.text == "reduce street lighting crime?"
    assert np.array_equal(found.vector, FakeEmbedder().encode_query("reduce street lighting crime"))


def test_a_model_that_reads_swedish_is_asked_in_swedish(tmp_path: Path, terms: Path) -> None:
    model = FakeEmbedder(reads=("sv", "en"))
    with Library(settings_in(tmp_path, terms=terms), write=True, embedder=model) as library:
        found = reading(library, "Minskar gatubelysning brotten?")
    assert np.array_equal(found.vector, model.encode_query("Minskar gatubelysning brotten?"))


# How it was understood


def test_what_was_understood_lists_three_equivalents_at_most(reader: Library) -> None:
    assert reading(reader, "Minskar gatubelysning brotten?").understood == (
        Understood("Minskar", ("reduce", "decrease", "fall"), "word"),
        Understood("gatubelysning", ("street lighting", "street lights", "lamps"), "term"),
        Understood("brotten", ("crime", "offence", "felony"), "term"),
    )


def test_what_was_understood_of_an_english_question_is_swedish(reader: Library) -> None:
    assert reading(reader, "Does street lighting affect the crime?").understood == (
        Understood("street lighting", ("gatubelysning",), "term"),
        Understood("affect", ("påverka",), "word"),
        Understood("crime", ("brott",), "term"),
    )


def test_a_word_that_comes_twice_is_listed_once_as_it_came_first(reader: Library) -> None:
    assert sources(reading(reader, "Brott och åter brott på torget?")) == ["Brott", "åter", "torget"]


def test_names_and_numbers_are_not_listed(reader: Library) -> None:
    assert sources(reading(reader, "Hur påverkas Torget i Malmö av brott 2019?")) == ["påverkas", "brott"]
    assert sources(reading(reader, "Does Malmö or the square of Lund affect crime in 2019?")) == [
        *("square", "affect", "crime"),
    ]


def test_a_word_that_is_not_in_the_list_is_listed_as_unknown(reader: Library) -> None:
    assert reading(reader, "Hur påverkar glimmervippan?").understood == (
        Understood("påverkar", ("affect",), "word"),
        Understood("glimmervippan", (), "unknown"),
    )


def test_of_swedish_equivalents_those_that_the_passages_use_come_first(tmp_path: Path, terms: Path) -> None:
    with Library(settings_in(tmp_path, terms=terms), write=True, embedder=FakeEmbedder()) as library:
        fee = "What is the fee?"
        assert reading(library, fee).understood == (Understood("fee", ("kontingent", "avgift"), "word"),)
        fill(library, friakare=FREE_RIDERS)  # which speaks of an "avgift" and of no "kontingent"
        assert reading(library, fee).understood == (Understood("fee", ("avgift", "kontingent"), "word"),)


# What it is about, and what it wants


def subjects(found: Reading) -> list[str]:
    return [matter.source for matter in found.matters]


def test_a_reading_has_what_the_question_is_about_word_by_word(reader: Library) -> None:
    found = reading(reader, "Minskar gatubelysning brotten i Malmö?")
    assert subjects(found) == ["Minskar", "gatubelysning", "brotten", "Malmö"]
    assert [matter.source for matter in found.matters if matter.is_given] == ["Malmö"]
    assert found.matters == matters(reader, found.gloss, "sv")


def test_a_question_of_nothing_but_function_words_is_about_nothing(reader: Library) -> None:
    assert subjects(reading(reader, "Hur är det?")) == []


def test_a_question_is_also_about_what_it_carries(reader: Library) -> None:
    carried = (Carried("gatubelysning", "street lighting"),)
    found = read(reader, Question("Minskar brotten?", "sv", carried))
    assert subjects(found) == ["Minskar", "brotten", "gatubelysning"]


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("Hur många brott finns det på torget?", True),
        ("How large is the fee?", True),
        ("Minskar gatubelysning brotten?", False),
        ("Who pays the fee?", False),
    ],
)
def test_a_reading_says_whether_a_figure_is_asked_for(reader: Library, question: str, asks: bool) -> None:
    assert reading(reader, question).asks_for_figure is asks


@pytest.mark.parametrize(("question", "asks"), [("Minskar brotten?", False), ("Hur många brott?", True)])
def test_what_a_question_carries_does_not_change_whether_a_figure_is_asked_for(
    reader: Library, question: str, asks: bool
) -> None:
    carried = (Carried("hur många procent", "how many per cent"),)
    assert read(reader, Question(question, "sv", carried)).asks_for_figure is asks
