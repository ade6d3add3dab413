"""Both languages among the first ten hits, one of them where only one is wanted, and words nobody knew."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.library import Library
from corpus.study import Passage
from corpus.words import LANGUAGES, Language
from retriever.ask import ask
from retriever.reading import read, understand
from retriever.search import Candidate, balanced, by_page, candidates, near, of_each_language, search, weights
from tests.fakes import FREE_RIDERS, LIGHTING, FakeEmbedder, make_pdf
from tests.retriever.libraries import fill, settings_in

LIGHT = "Does street lighting reduce property crime?"
UNKNOWN = "Hur påverkar glimmervippan brotten i Malmö?"


def page(number: int, language: str, score: float) -> Candidate:
    """The best passage of page `number` of a study in a language."""
    passage = Passage(number, f"study-{language}", number, 0, 4, "text", language)
    return Candidate(passage, coverage=score, page=score, cosine=score, strength=score, score=score)


def ranked(*pages: tuple[str, float]) -> list[Candidate]:
    """Candidates numbered from 1 as they are given."""
    return [page(number, language, score) for number, (language, score) in enumerate(pages, 1)]


def numbers(pages: Sequence[Candidate]) -> list[int]:
    return [candidate.passage.id for candidate in pages]


TEN_AND_FOUR = ranked(*[("en", 0.9)] * 10, *[("sv", 0.5)] * 4)
"""Pages 1 to 10 in English, and then 11 to 14 in Swedish."""


# Three of each among the first ten


def test_three_of_the_other_language_take_the_last_places_of_the_first_ten() -> None:
    assert numbers(balanced(TEN_AND_FOUR, 10)) == [*range(1, 8), 11, 12, 13, 8, 9, 10, 14]


def test_english_pages_are_moved_up_as_swedish_ones_are() -> None:
    pages = ranked(*[("sv", 0.9)] * 10, *[("en", 0.5)] * 4)
    assert numbers(balanced(pages, 10)) == [*range(1, 8), 11, 12, 13, 8, 9, 10, 14]


def test_only_those_that_lack_are_moved_up() -> None:
    pages = ranked(*[("en", 0.9)] * 4, ("sv", 0.8), *[("en", 0.7)] * 5, *[("sv", 0.5)] * 4)
    assert numbers(balanced(pages, 10)) == [*range(1, 9), 11, 12, 9, 10, 13, 14]


def test_nothing_is_moved_where_each_language_has_its_three() -> None:
    pages = ranked(*[("en", 0.9)] * 7, *[("sv", 0.8)] * 3, *[("en", 0.7)] * 3, *[("sv", 0.6)] * 3)
    assert balanced(pages, 10) == pages


def test_fewer_than_three_are_moved_up_where_there_are_no_more() -> None:
    pages = ranked(*[("en", 0.9)] * 12, ("sv", 0.5))
    assert numbers(balanced(pages, 10)) == [*range(1, 10), 13, 10, 11, 12]


def test_danish_and_norwegian_pages_count_as_swedish() -> None:
    pages = ranked(*[("en", 0.9)] * 8, ("da", 0.8), ("no", 0.8), *[("en", 0.7)] * 2, *[("sv", 0.6)] * 2)
    assert numbers(balanced(pages, 10)) == [*range(1, 8), 9, 10, 13, 8, 11, 12, 14]


@pytest.mark.parametrize(
    ("score", "moved"),
    [(0.9, True), (0.09, True), (0.07, False), (0.0, False)],
)
def test_a_page_is_moved_up_where_it_is_a_tenth_as_likely_as_the_best(score: float, moved: bool) -> None:
    pages = ranked(("en", 0.8), *[("en", 0.5)] * 9, ("sv", score))
    assert numbers(balanced(pages, 10)) == ([*range(1, 10), 11, 10] if moved else [*range(1, 12)])


def test_of_three_weak_pages_those_that_may_answer_are_moved_up() -> None:
    pages = ranked(*[("en", 0.8)] * 10, ("sv", 0.2), ("sv", 0.1), ("sv", 0.01))
    assert numbers(balanced(pages, 10)) == [*range(1, 9), 11, 12, 9, 10, 13]


@pytest.mark.parametrize(("k", "swedish"), [(1, 0), (3, 0), (4, 1), (5, 1), (6, 1), (7, 2), (9, 2), (10, 3), (200, 3)])
def test_of_a_shorter_list_each_language_has_its_share_rounded_down(k: int, swedish: int) -> None:
    first = balanced(TEN_AND_FOUR, k)[: min(k, 10)]
    assert [near(candidate.passage.language) for candidate in first].count("sv") == swedish


def test_a_list_of_five_ends_with_the_best_of_the_other_language() -> None:
    assert numbers(balanced(TEN_AND_FOUR, 5)) == [1, 2, 3, 4, 11, 5, 6, 7, 8, 9, 10, 12, 13, 14]


@pytest.mark.parametrize("pages", [[], ranked(("sv", 0.5)), ranked(*[("en", 0.5)] * 12)])
def test_there_is_nothing_to_balance_in_one_language(pages: list[Candidate]) -> None:
    assert balanced(pages, 10) == pages


def rankings(lowest: int) -> st.SearchStrategy[list[Candidate]]:
    """Lists of pages, best first, each scored between `lowest` and 100 per cent."""
    drawn = st.lists(st.tuples(st.sampled_from(["sv", "en", "da"]), st.integers(lowest, 100)), max_size=40)
    return drawn.map(lambda pages: ranked(*((name, score / 100) for name, score in sorted(pages, key=lambda p: -p[1]))))


@given(rankings(0), st.integers(1, 40))
def test_nothing_is_lost_or_doubled_and_each_language_keeps_its_order(pages: list[Candidate], k: int) -> None:
    given_back = balanced(pages, k)
    assert sorted(numbers(given_back)) == numbers(pages)
    assert given_back[:1] == pages[:1]
    for language in LANGUAGES:
        of_it = [
            n for c, n in zip(given_back, numbers(given_back), strict=True) if near(c.passage.language) == language
        ]
        assert of_it == sorted(of_it)


@given(rankings(20))  # so that every page may answer: none is less than a tenth as likely as another
def test_no_language_with_enough_pages_that_may_answer_has_fewer_than_three_in_the_first_ten(
    pages: list[Candidate],
) -> None:
    def among(some: Sequence[Candidate], language: Language) -> int:
        return sum(near(candidate.passage.language) == language for candidate in some)

    first = balanced(pages, 10)[:10]
    for language in LANGUAGES:
        assert among(first, language) >= min(3, among(pages, language))


TOWNS = ("Falun", "Gävle", "Kalmar", "Luleå", "Malmö", "Nora", "Umeå", "Visby", "Växjö", "Ystad", "Älmhult", "Örebro")
SWEDISH_TOWNS = make_pdf(
    [f"Gatubelysning i {town}\nGatubelysningen minskade egendomsbrotten i {town} under det året." for town in TOWNS]
)
ENGLISH_TOWNS = make_pdf(
    [
        f"Lamps of {town}\nStreet lighting had been improved in {town}, and crime against property was reduced."
        for town in TOWNS[:4]
    ]
)


def test_a_search_shows_both_languages_though_one_holds_the_ten_best_pages(library: Library) -> None:
    fill(library, svenska=SWEDISH_TOWNS, engelska=ENGLISH_TOWNS)
    pages = by_page(candidates(library, read(library, understand(LIGHT))))
    assert {candidate.passage.language for candidate in pages[:10]} == {"sv"}
    found = search(library, LIGHT)
    assert [hit.language for hit in found.hits] == ["sv"] * 7 + ["en"] * 3
    assert found.returned == {"sv": 7, "en": 3}


# One language only


@pytest.mark.parametrize("question", [LIGHT, "Hur undviker vi friåkarproblemet?"])
@pytest.mark.parametrize(("only", "counts"), [("sv", {"sv": 2, "en": 0}), ("en", {"sv": 0, "en": 2})])
def test_a_search_in_one_language_looks_through_it_alone(
    standing: Library, question: str, only: Language, counts: dict[str, int]
) -> None:
    found = search(standing, question, only=only)
    assert {hit.language for hit in found.hits} == {only}
    assert (found.searched, found.returned) == (counts, counts)


def test_without_a_wish_both_are_searched_and_what_came_back_is_counted(standing: Library) -> None:
    found = search(standing, LIGHT, k=1)
    assert (found.searched, found.returned) == ({"sv": 2, "en": 2}, {"sv": 0, "en": 1})


@pytest.mark.parametrize("only", LANGUAGES)
def test_an_answer_in_one_language_cites_and_names_it_alone(standing: Library, only: Language) -> None:
    given = ask(standing, LIGHT, only)
    assert {citation.language for citation in given.citations} | {hit.language for hit in given.nearest} == {only}
    assert given.searched == {"sv": 0, "en": 0, only: 2}
    assert given.returned == {"sv": 0, "en": 0, only: 2}


def test_danish_goes_with_swedish(library: Library) -> None:
    danish = make_pdf(
        [
            "Kommunen og politiet har i fællesskab undersøgt, hvordan man kan øge trygheden på torvet om aftenen.\n"
            "Bedre belysning gør, at færre borgere føler sig utrygge, når de går hjem om natten."
        ]
    )
    fill(library, dansk=danish, lighting=LIGHTING, friakare=FREE_RIDERS)
    found = search(library, "Hur ökar belysning tryggheten på torget?", only="sv")
    assert found.returned == {"sv": 2, "en": 0, "da": 1}
    assert found.searched == {"sv": 2, "en": 0, "da": 1}


# From one language to the other


@pytest.mark.parametrize(
    ("question", "file", "number"),
    [
        ("Minskar gatubelysning brotten?", "lighting.pdf", 2),
        ("Mättes rädslan för brott?", "lighting.pdf", 2),
        ("Who are the free riders?", "friakare.pdf", 1),
        ("Does a compulsory fee solve the free-rider problem?", "friakare.pdf", 2),
    ],
)
def test_a_question_finds_the_page_that_answers_it_in_the_other_language(
    standing: Library, question: str, file: str, number: int
) -> None:
    best = search(standing, question).hits[0]
    assert (best.file, best.page) == (file, number)
    assert best.language != understand(question).language


# Words that nobody knew


def counts(library: Library) -> list[tuple[str, int]]:
    return [(word, count) for word, count, _ in library.unknown_words.counted()]


@pytest.mark.parametrize("door", [search, ask])
def test_a_word_that_the_term_list_does_not_know_is_noted_and_a_name_is_not(
    library: Library, door: Callable[[Library, str], object]
) -> None:
    door(library, UNKNOWN)
    assert counts(library) == [("glimmervippan", 1)]


def test_unknown_words_are_counted_over_questions_of_both_languages(library: Library) -> None:
    for question in (UNKNOWN, "Vad är glimmervippan i Lund?", "Does flibbertology reduce crime?"):
        search(library, question)
    assert counts(library) == [("glimmervippan", 2), ("flibbertology", 1)]


def test_a_word_that_comes_twice_in_a_question_is_noted_once(library: Library) -> None:
    search(library, "Vad är glimmervippan, och varför glimmervippan?")
    assert counts(library) == [("glimmervippan", 1)]


def test_of_a_question_nothing_else_is_kept(library: Library) -> None:
    search(library, UNKNOWN)
    kept = library.unknown_words.path.read_text("utf-8")
    assert [line.partition("\t")[2] for line in kept.splitlines()] == ["glimmervippan"]


def test_nothing_is_noted_of_a_question_that_is_known(library: Library) -> None:
    search(library, "Minskar gatubelysning brotten i Malmö 2019?")
    assert counts(library) == []


def test_nothing_is_noted_where_notes_are_not_wanted(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, note_unknown_words=False)
    with Library(settings, write=True, embedder=FakeEmbedder()) as library:
        search(library, UNKNOWN)
        ask(library, UNKNOWN)
        assert counts(library) == []
        assert not library.unknown_words.path.exists()


# What quotes are chosen from


def test_half_of_the_passages_that_quotes_come_from_are_of_each_language() -> None:
    assert numbers(of_each_language(TEN_AND_FOUR, 6)) == [1, 2, 3, 11, 12, 13]


def test_a_language_that_holds_too_little_leaves_its_half_to_the_other() -> None:
    assert numbers(of_each_language(ranked(*[("en", 0.9)] * 9, ("sv", 0.5), ("sv", 0.05)), 6)) == [1, 2, 3, 4, 5, 10]
    assert of_each_language([], 6) == []


def test_how_well_a_question_is_met_is_a_share_of_the_most_it_can_be() -> None:
    for weight in weights(FakeEmbedder().identity.name).values():
        assert weight.share(weight.strength(1.0, 1.0, 1.0)) == pytest.approx(1.0)
        assert weight.share(weight.strength(0.5, 0.5, 0.5)) == pytest.approx(0.5)


def test_an_answer_quotes_both_languages_where_both_answer(library: Library) -> None:
    swedish = make_pdf(
        ["Belysning och brott", "Bättre gatubelysning minskade egendomsbrotten med 14 procent på torgen."]
    )
    fill(library, lighting=LIGHTING, belysning=swedish)
    for question in (LIGHT, "Minskar gatubelysning egendomsbrotten?"):
        assert {citation.language for citation in ask(library, question).citations} == {"sv", "en"}
