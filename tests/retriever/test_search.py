"""A question to ranked pages."""

import math
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from corpus.language import OtherLanguage
from corpus.library import Library
from corpus.record import Vectors
from corpus.settings import Settings
from corpus.study import Passage
from corpus.text import one_line
from corpus.words import Fault
from retriever.answer import Question
from retriever.reading import LONGEST_QUESTION, EmptyQuestion, LongQuestion, content, read, understand
from retriever.search import BadCount, candidates, pair, search, weights
from tests.fakes import FakeEmbedder, make_pdf
from tests.retriever.libraries import fill

LIGHT = "Does street lighting reduce property crime?"
GERMAN = "Wie verringert bessere Beleuchtung die Einbrüche?"
WEIGHTS = Path(__file__).parents[2] / "retriever" / "weights.toml"
LONG_PAGE = "\n".join(
    f"Street lighting was better in square {n} and the crime there fell in every year of it." for n in range(40)
)


class SpitefulEmbedder(FakeEmbedder):
    """Puts every text beside the question, except those with `right`, which lie as far away as can be."""

    def __init__(self, right: str, name: str = FakeEmbedder().identity.name) -> None:
        super().__init__(name)
        self._right = right

    def encode_query(self, text: str) -> Vectors:  # noqa: ARG002 (all questions are one to it)
        first = np.zeros(self.identity.dimension, np.float32)
        first[0] = 1
        return first

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        one = self.encode_query("")
        return np.array([-one if self._right in text else one for text in texts], np.float32)


def test_the_page_that_answers_comes_first(standing: Library) -> None:
    best = search(standing, LIGHT).hits[0]
    assert (best.file, best.page, best.title) == ("lighting.pdf", 2, "Street lighting and crime")


def test_hits_come_best_first(standing: Library) -> None:
    scores = [hit.score for hit in search(standing, LIGHT).hits]
    assert len(set(scores)) > 1
    assert scores == sorted(scores, reverse=True)


def test_a_page_comes_up_once_however_many_of_its_passages_match(library: Library) -> None:
    fill(library, long=make_pdf([LONG_PAGE, LONG_PAGE.replace("better", "brighter")]))
    found = candidates(library, read(library, understand(LIGHT)))
    hits = search(library, LIGHT, 200).hits
    assert len(found) > 4
    assert sorted(hit.page for hit in hits) == [1, 2]
    assert hits[0].passage_id == found[0].passage.id


@pytest.mark.parametrize("k", [1, 2, 3])
def test_no_more_hits_come_than_were_asked_for_and_the_first_stay_the_first(standing: Library, k: int) -> None:
    everything = search(standing, LIGHT, 200).hits
    assert len(everything) == 4
    assert search(standing, LIGHT, k).hits == everything[:k]


def test_ten_hits_come_where_nothing_is_said(library: Library) -> None:
    fill(library, many=make_pdf([f"Lighting in {name * 3} reduced property crime." for name in "ABCDEFGHIJKL"]))
    assert len(search(library, LIGHT).hits) == 10


def test_a_hit_is_the_span_of_the_page_that_it_names(standing: Library) -> None:
    for hit in search(standing, LIGHT).hits:
        page = standing.page(hit.study_id, hit.page)
        assert hit.text == one_line(page.text[hit.start : hit.end])
        assert len(hit.text) > 40
        assert hit.page_label == page.label


def test_a_hit_names_the_printed_page_beside_the_page_of_the_pdf(library: Library) -> None:
    fill(library, roman=make_pdf([LONG_PAGE, "Free riders do not pay their share of the levy."], labels="roman"))
    best = search(library, "Who are free riders?", 1).hits[0]
    assert (best.page, best.page_label) == (2, "ii")


def test_the_number_of_passages_searched_is_told_for_both_languages(standing: Library) -> None:
    assert search(standing, LIGHT).searched == {"sv": 2, "en": 2}


def test_an_empty_library_gives_no_hits_and_says_that_nothing_was_searched(library: Library) -> None:
    found = search(library, LIGHT)
    assert (found.hits, found.searched) == ((), {"sv": 0, "en": 0})


def test_the_same_question_gives_the_same_hits(standing: Library) -> None:
    assert search(standing, LIGHT) == search(standing, LIGHT)


def test_a_removed_study_is_found_no_more(small_library: Library) -> None:
    study_id = search(small_library, LIGHT, 1).hits[0].study_id
    small_library.remove(study_id)
    assert study_id not in {hit.study_id for hit in search(small_library, LIGHT, 200).hits}


def test_a_question_may_run_over_lines_and_loses_its_outer_spaces() -> None:
    assert understand("  Hur undviker\n vi friåkare? ") == Question("Hur undviker vi friåkare?", "sv")


def test_half_characters_in_a_question_do_no_harm(standing: Library) -> None:
    found = search(standing, "Does street lighting \ud800 reduce crime?")
    assert found.question.text == "Does street lighting ? reduce crime?"
    assert found.hits[0].file == "lighting.pdf"


# What cannot be asked


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "???", "—!…"])
def test_a_question_without_a_letter_is_empty(standing: Library, text: str) -> None:
    with pytest.raises(EmptyQuestion) as met:
        search(standing, text)
    assert met.value.sentence("en") == "The question is empty. Write what you want to know in a sentence."
    assert met.value.sentence("sv") == "Frågan är tom. Skriv i en mening vad du vill veta."


def test_a_question_of_5000_characters_is_too_long(standing: Library) -> None:
    with pytest.raises(LongQuestion) as met:
        search(standing, "lighting " * 555 + "crime")
    assert "5000 characters, and the limit is 2000" in met.value.sentence("en")
    assert "5000 tecken, och gränsen är 2000" in met.value.sentence("sv")


def test_the_longest_question_is_still_understood() -> None:
    assert understand("street lighting " * 125).text.startswith("street lighting street")
    assert understand("a" * LONGEST_QUESTION).text == "a" * 2000
    with pytest.raises(LongQuestion):
        understand("a" * (LONGEST_QUESTION + 1))


def test_a_german_question_is_refused_by_name(standing: Library) -> None:
    with pytest.raises(OtherLanguage) as met:
        search(standing, GERMAN)
    assert met.value.sentence("en") == ("The question seems to be in another language (de). Ask in Swedish or English.")
    assert met.value.sentence("sv").endswith("(de). Fråga på svenska eller engelska.")


@pytest.mark.parametrize("k", [-1, 0, 201, 10_000])
def test_a_number_of_hits_out_of_range_is_refused(standing: Library, k: int) -> None:
    with pytest.raises(BadCount) as met:
        search(standing, LIGHT, k)
    assert met.value.sentence("en") == f"{k} hits were asked for. Ask for between 1 and 200."
    assert met.value.sentence("sv") == f"{k} träffar efterfrågades. Be om mellan 1 och 200."


@pytest.mark.parametrize("text", ["", "a" * 5000, GERMAN])
def test_what_is_wrong_with_a_question_is_said_in_two_languages(text: str) -> None:
    with pytest.raises(Fault) as met:
        understand(text)
    assert met.value.sentence("sv") != met.value.sentence("en")


# What counts for what


def test_every_model_has_a_weight_for_every_pair_of_languages() -> None:
    tables = tomllib.loads(WEIGHTS.read_text("utf-8"))
    assert {"*", FakeEmbedder().identity.name} <= tables.keys()
    for model in tables:
        table = weights(model)
        assert table.keys() == {"en-en", "sv-sv", "sv-en", "en-sv"}
        for weight in table.values():
            assert weight.words > 0
            assert weight.vectors >= 0
            assert math.isfinite(weight.words + weight.vectors)


def test_a_model_that_nobody_measured_has_the_weights_of_a_multilingual_one() -> None:
    assert weights("nobody/ever-heard-of-it") == weights("*")
    assert weights("nobody/ever-heard-of-it") != weights(FakeEmbedder().identity.name)


@pytest.mark.parametrize(
    ("asked", "written", "expected"),
    [("sv", "en", "sv-en"), ("en", "sv", "en-sv"), ("sv", "da", "sv-sv"), ("en", "no", "en-sv"), ("en", "en", "en-en")],
)
def test_danish_and_norwegian_passages_are_weighed_as_swedish_ones(asked: str, written: str, expected: str) -> None:
    passage = Passage(1, "s", 1, 0, 4, "text", written)
    assert pair(Question("text", "sv" if asked == "sv" else "en"), passage) == expected


def test_grammar_words_do_not_count_unless_there_are_no_others() -> None:
    assert content(Question("Does street lighting reduce the crime?", "en")) == "street lighting reduce crime"
    assert content(Question("Who are they?", "en")) == "who are they"


def test_a_page_that_no_vector_brings_up_is_found_by_its_words(settings: Settings) -> None:
    names = [a + b for a in "ABCDEFGHIJKL" for b in "abcdefghijkl"]  # more pages than vectors bring up
    pages = [f"The lamp of {name} stands on the northern side of a square and is lit at dusk." for name in names]
    with Library(settings, write=True, embedder=SpitefulEmbedder("levy")) as library:
        fill(library, lamps=make_pdf([*pages, "A compulsory levy makes every owner pay for the common good."]))
        hits = search(library, "Who must pay the compulsory levy?", 200).hits
    assert 145 in [hit.page for hit in hits]


def test_an_english_question_is_led_by_meaning_too(standing: Library) -> None:
    found = candidates(standing, read(standing, understand("Was fear measured?")))
    assert found[0].cosine > 0.2
    assert re.search("fear of crime was not measured", found[0].passage.text)
