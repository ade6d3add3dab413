"""Finding studies by what is said of them."""

import pytest

from corpus.choice import BadYears, EmptyChoice
from corpus.library import Library, UnknownStudy
from corpus.shelf import AmbiguousStudy, Filter, Gap, find, named
from corpus.study import Source, State, TextState
from tests.corpus.studies import appraise, found, put, wanted


@pytest.fixture
def shelf(library: Library) -> Library:
    """Five studies: two described well, a scan, one on the reading list, and one of which only the file is known."""
    put(
        library,
        "lamps",
        found("title", "Street lighting and fear of crime"),
        found("authors", ("Lorenc, T.",)),
        found("year", 2013),
        found("kind", "systematic review"),
        found("doi", "10.1186/1471-2458-13-496"),
        found("abstract", "Improved street lamps are weighed against home security."),
    )
    put(
        library,
        "levy",
        found("title", "Friåkare i platssamverkan"),
        found("authors", ("Norén Bretzer, Ylva",)),
        found("year", 2020),
        found("kind", "rapport"),
        found("report", "2020:14"),
        found("topics", ("fastighetsägare", "avgifter")),
        languages=("sv",),
        state=State.PUBLISHED,
    )
    put(
        library,
        "scan",
        found("title", "Ordningsvakter på torget"),
        found("languages", ("sv",)),
        languages=(),
        text=TextState.NEEDS_OCR,
    )
    wanted(
        library, "wish", found("title", "Gatubelysning och trygghet"), found("publisher", "Brottsförebyggande rådet")
    )
    put(library, "bare", found("title", "bare", Source.FILE_NAME, 0.1))
    appraise(library, "lamps", design="review")
    appraise(library, "levy", confirmed=False, design="case study")
    return library


def ids(library: Library, **wanted: object) -> list[str]:
    return [study.id for study in find(library, Filter(**wanted))]  # type: ignore[arg-type]


def test_without_a_filter_all_are_found_by_title(shelf: Library) -> None:
    assert ids(shelf) == ["bare", "levy", "wish", "scan", "lamps"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"states": (State.WANTED,)}, {"wish"}),
        ({"states": (State.WANTED, State.PUBLISHED)}, {"wish", "levy"}),
        ({"texts": (TextState.NEEDS_OCR, TextState.NO_FILE)}, {"scan", "wish"}),
        ({"languages": ("SV",)}, {"levy", "scan"}),  # of a scan as described
        ({"kinds": ("review",)}, {"lamps"}),
        ({"kinds": ("Review", "rapport")}, {"lamps", "levy"}),
        ({"year_from": 2014}, {"levy"}),
        ({"year_to": 2013}, {"lamps"}),
        ({"year_from": 2013, "year_to": 2020}, {"lamps", "levy"}),
        ({"states": (State.PUBLISHED,), "languages": ("en",)}, set()),
        ({"gaps": (Gap.YEAR,)}, {"scan", "wish", "bare"}),
        ({"gaps": (Gap.AUTHORS,)}, {"scan", "wish", "bare"}),
        ({"gaps": (Gap.TITLE,)}, {"bare"}),
        ({"gaps": (Gap.IDENTIFIER,)}, {"scan", "wish", "bare"}),
        ({"gaps": (Gap.APPRAISAL,)}, {"levy", "scan", "wish", "bare"}),
        ({"gaps": (Gap.OCR,)}, {"scan"}),
        ({"gaps": (Gap.FILE,)}, {"wish"}),
        ({"gaps": (Gap.APPRAISAL, Gap.FILE)}, {"wish"}),
    ],
)
def test_a_filter_lets_through_what_meets_it(shelf: Library, wanted: dict[str, object], found: set[str]) -> None:
    assert set(ids(shelf, **wanted)) == found


@pytest.mark.parametrize(
    ("words", "best"),
    [
        ("street lighting", "lamps"),
        ("gatubelysning", "wish"),
        ("lamps", "lamps"),  # in the abstract alone
        ("ordningsvakt", "scan"),  # found though nothing of its text can be searched
        ("security guard", "scan"),  # across languages by the term list
        ("free riders", "levy"),
        ("noren", "levy"),
        ("Norén Bretzer 2020", "levy"),
        ("brottsförebyggande", "wish"),
        ("property owners", "levy"),  # a topic
        ("10.1186/1471", "lamps"),
        ("https 2020:14", "levy"),
        ("vad säger man om friåkare", "levy"),
        ("lamps.pdf", "lamps"),
        ("rädsla för brott", "lamps"),
        ("vakter", "scan"),  # the last part of a compound
    ],
)
def test_words_find_a_study_in_either_language_the_best_first(shelf: Library, words: str, best: str) -> None:
    assert ids(shelf, about=words)[:1] == [best]


def test_a_swedish_word_finds_both_the_swedish_and_the_english_study(shelf: Library) -> None:
    assert ids(shelf, about="gatubelysning") == ["wish", "lamps"]


def test_words_that_nothing_is_about_find_nothing(shelf: Library) -> None:
    assert ids(shelf, about="zebrafisk") == []


def test_at_least_half_of_the_words_have_to_be_met(shelf: Library) -> None:
    assert ids(shelf, about="friåkare zebrafisk") == ["levy"]
    assert ids(shelf, about="friåkare zebrafisk xylofon") == []


def test_words_and_filters_go_together(shelf: Library) -> None:
    assert ids(shelf, about="gatubelysning", states=(State.WANTED,)) == ["wish"]


def test_a_word_in_a_title_counts_for_more_than_one_in_an_abstract(library: Library) -> None:
    put(library, "a", found("title", "Another matter"), found("abstract", "Wardens are mentioned."))
    put(library, "z", found("title", "Wardens"))
    assert ids(library, about="wardens") == ["z", "a"]


def test_a_word_that_every_study_has_does_not_bring_them_all(library: Library) -> None:
    for n in range(9):
        put(library, f"n{n}", found("title", f"Crime and matter {n}"))
    put(library, "lamp", found("title", "Crime and lamps"))
    assert ids(library, about="crime lamps") == ["lamp"]
    assert len(ids(library, about="crime")) == 10


@pytest.mark.parametrize(
    ("wanted", "fault"),
    [
        ({"year_from": 2020, "year_to": 2019}, BadYears),
        ({"about": "  "}, EmptyChoice),
        ({"about": "?!"}, EmptyChoice),
        ({"languages": ("",)}, EmptyChoice),
        ({"kinds": (" ",)}, EmptyChoice),
    ],
)
def test_a_filter_that_says_nothing_or_cannot_be_is_refused(wanted: dict[str, object], fault: type[Exception]) -> None:
    with pytest.raises(fault):
        Filter(**wanted)  # type: ignore[arg-type]


# Ids


def test_the_beginning_of_an_id_names_a_study_where_it_is_the_only_one(library: Library) -> None:
    for study_id in ("abcd1234", "abcd5678", "beef0000"):
        put(library, study_id)
    assert named(library.record, "beef") == "beef0000"
    assert named(library.record, "abcd5678") == "abcd5678"
    assert named(library.record, "abcd1") == "abcd1234"
    with pytest.raises(AmbiguousStudy, match=r"^2 studies have ids that begin with abcd: abcd1234, abcd5678\."):
        named(library.record, "abcd")


@pytest.mark.parametrize("beginning", ["", "b", "bee", "beefs", "%", "____", "beef0000x"])
def test_too_short_or_wrong_a_beginning_names_none(library: Library, beginning: str) -> None:
    put(library, "beef0000")
    with pytest.raises(UnknownStudy):
        named(library.record, beginning)


def test_an_id_that_is_the_beginning_of_another_names_itself(library: Library) -> None:
    put(library, "abcd")
    put(library, "abcd1234")
    assert named(library.record, "abcd") == "abcd"
