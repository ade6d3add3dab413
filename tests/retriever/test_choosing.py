"""Which studies a choice leaves, in a search and in an answer, and what is said of it."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from corpus.choice import EVERYTHING, Choice, Listed, listed
from corpus.library import Library, UnknownStudy
from corpus.record import Record
from corpus.study import Appraisal, State, Study
from retriever import choosing
from retriever.ask import Following, answering, ask
from retriever.choosing import chosen, described, notices
from retriever.follow import Earlier
from retriever.langchain import AmpRetriever
from retriever.search import search
from tests.fakes import FakeEmbedder, make_pdf
from tests.retriever.libraries import fill, settings_in
from tests.retriever.test_answering import FELL, LIGHT, LJUS, debate_in, id_of

pytestmark = pytest.mark.slow

KINDS = {"malmo": "report", "newark": "quasi-experiment", "towns": "systematic review"}


def change(library: Library, name: str, **values: object) -> None:
    study = library.study(id_of(library, name))
    library.record.change_study(replace(study, **values))  # type: ignore[arg-type]


def names(library: Library, studies: frozenset[str] | None) -> set[str]:
    """Studies by the names of their files."""
    held = library.record.studies()
    return {Path(study.file_name).stem for study in held if studies is None or study.id in studies}


def left(library: Library, **filters: object) -> set[str]:
    return names(library, chosen(library, Choice(**filters)))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The debate, closed: kinds of all, Malmö and Newark appraised, that of Newark provisionally."""
    folder = tmp_path_factory.mktemp("template")
    with debate_in(folder) as library:
        for name, kind in KINDS.items():
            study = library.study(id_of(library, name))
            library.record.change_study(replace(study, description=replace(study.description, kind=kind)))
        malmo = Appraisal(id_of(library, "malmo"), "Eva", date(2026, 5, 1), "before-after", "2", levy="voluntary")
        newark = Appraisal(id_of(library, "newark"), "Bo", date(2026, 5, 2), "panel", "3-4", confirmed=False)
        library.record.appraise(malmo)
        library.record.appraise(newark)
    return folder / "data"


@pytest.fixture(scope="module")
def debate(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """For tests that change nothing."""
    folder = tmp_path_factory.mktemp("debate")
    shutil.copytree(template, folder / "data")
    with Library(settings_in(folder), write=True, embedder=FakeEmbedder()) as library:
        yield library


@pytest.fixture
def own(template: Path, tmp_path: Path) -> Iterator[Library]:
    """The same, for a test of its own."""
    shutil.copytree(template, tmp_path / "data")
    with Library(settings_in(tmp_path), write=True, embedder=FakeEmbedder()) as library:
        yield library


# Who is left


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({}, {"malmo", "newark", "towns"}),
        ({"kinds": ("review", "report")}, {"malmo", "towns"}),
        ({"kinds": ("experiment",)}, set()),
        ({"year_from": 2018}, {"malmo", "newark"}),
        ({"languages": ("sv",)}, {"malmo"}),
        ({"sms_least": 2}, {"malmo", "newark"}),
        ({"sms_least": 3}, {"newark"}),
        ({"sms_least": 2, "confirmed": True}, {"malmo"}),
        ({"levy": ("voluntary",)}, {"malmo"}),
        ({"sides": ("swedish",)}, {"malmo"}),
        ({"sides": ("international",)}, {"newark"}),
        ({"sides": ("not_stated",)}, {"towns"}),
        ({"evidence_from": ("Sverige", "Norge")}, {"malmo"}),
        ({"evidence_from": ("United States",)}, {"newark"}),
        ({"evidence_from": ("Atlantis",)}, set()),
    ],
)
def test_the_studies_left_are_those_that_meet_every_filter(
    debate: Library, filters: dict[str, object], names: set[str]
) -> None:
    assert left(debate, **filters) == names


def test_where_nothing_is_left_out_there_is_no_limit(debate: Library) -> None:
    assert chosen(debate, EVERYTHING) is None
    assert chosen(debate, Choice(year_from=1900)) is None


def test_where_evidence_lies_is_as_appraised_before_as_described(own: Library) -> None:
    newark = id_of(own, "newark")
    own.record.appraise(Appraisal(newark, "Eva", date(2026, 6, 1), evidence_from="Sweden", confirmed=False))
    assert left(own, sides=("swedish",)) == {"malmo", "newark"}
    assert left(own, sides=("international",), confirmed=True) == set()


def test_a_country_that_the_text_alone_names_counts_too(own: Library) -> None:
    fill(own, oslo=make_pdf(["Lamps of Oslo\nStreet lighting in Oslo, Norway, reduced property crime there."]))
    assert left(own, evidence_from=("Norge",)) == {"oslo"}


def test_a_study_that_is_not_here_cannot_be_chosen(debate: Library) -> None:
    with pytest.raises(UnknownStudy):
        chosen(debate, Choice(studies=("nope",)))


def test_a_choice_follows_what_people_change(own: Library) -> None:
    assert left(own, sms_least=3) == {"newark"}
    own.record.appraise(Appraisal(id_of(own, "towns"), "Eva", date(2026, 6, 1), sms_level="5"))
    assert left(own, sms_least=3) == {"newark", "towns"}
    change(own, "newark", state=State.WITHDRAWN)
    assert left(own, sms_least=3) == {"towns"}
    own.remove(id_of(own, "towns"))
    assert left(own, sms_least=3) == set()


def test_a_choice_follows_what_another_thread_changed(own: Library) -> None:
    assert left(own, sms_least=3) == {"newark"}
    with ThreadPoolExecutor(1) as pool:
        pool.submit(change, own, "newark", state=State.WITHDRAWN).result()
    assert left(own, sms_least=3) == set()


def test_what_a_choice_left_is_looked_up_once_until_something_changes(
    own: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[int] = []

    def listing(record: Record) -> list[Listed]:
        counted.append(1)
        return listed(record)

    monkeypatch.setattr(choosing, "listed", listing)
    for _ in range(3):
        chosen(own, Choice(year_from=2018))
        chosen(own, Choice(kinds=("review",)))
    assert len(counted) == 1
    change(own, "towns", state=State.PUBLISHED)
    chosen(own, Choice(year_from=2018))
    assert len(counted) == 2


def test_a_withdrawn_study_answers_only_when_asked_for(own: Library) -> None:
    towns = id_of(own, "towns")
    change(own, "towns", state=State.WITHDRAWN)
    assert left(own) == {"malmo", "newark"}
    assert towns not in {hit.study_id for hit in search(own, LIGHT).hits}
    answer = ask(own, LIGHT)
    named = {c.study_id for c in answer.citations} | {hit.study_id for hit in answer.nearest}
    assert towns not in named
    assert search(own, LIGHT).searched == {"sv": 1, "en": 1}
    with_it = search(own, LIGHT, choice=Choice(withdrawn=True))
    assert towns in {hit.study_id for hit in with_it.hits}
    assert with_it.searched == {"sv": 1, "en": 2}


def test_where_only_published_studies_may_answer_no_other_does(tmp_path: Path) -> None:
    with debate_in(tmp_path) as library:
        change(library, "towns", state=State.PUBLISHED)
    settings = settings_in(tmp_path, published_only=True)
    with Library(settings, write=True, embedder=FakeEmbedder()) as library:
        assert left(library) == {"towns"}
        answer = ask(library, LIGHT)
        assert ({c.study_id for c in answer.citations}, answer.notices) == ({id_of(library, "towns")}, ())
        change(library, "towns", state=State.RECEIVED)
        told = "No study in the library meets: published studies only."
        assert ask(library, LIGHT).notices == search(library, LIGHT).notices == (told,)


def test_a_wanted_study_has_no_text_and_is_not_counted(own: Library) -> None:
    change(own, "towns", state=State.WANTED)
    assert left(own, withdrawn=True) == {"malmo", "newark"}


# In search and answers


def test_a_search_and_an_answer_stay_within_the_choice(debate: Library) -> None:
    choice = Choice(kinds=("review",))
    towns = id_of(debate, "towns")
    found, answer = search(debate, LIGHT, choice=choice), ask(debate, LIGHT, choice=choice)
    assert {hit.study_id for hit in found.hits} == {towns}
    assert found.searched == answer.searched == {"sv": 0, "en": 1}
    assert {c.study_id for c in answer.citations} == {towns}
    assert found.choice == answer.choice == choice


def test_without_a_choice_nothing_is_as_it_was_not(debate: Library) -> None:
    assert search(debate, LIGHT, choice=EVERYTHING) == search(debate, LIGHT)
    assert ask(debate, LIGHT, choice=EVERYTHING) == ask(debate, LIGHT)
    everyone = tuple(study.id for study in debate.record.studies())
    named = ask(debate, LIGHT, choice=Choice(studies=everyone))
    assert replace(named, choice=EVERYTHING, notices=()) == ask(debate, LIGHT)


@pytest.mark.slow
def test_the_one_page_of_a_narrow_choice_is_found_among_hundreds_that_match_better(own: Library) -> None:
    squares = ["".join(chr(ord("a") + int(digit)) for digit in f"{n:03}") for n in range(120)]
    line = "In the square called {name} the street lighting did reduce property crime {when} the change."
    pages = [f"{line.format(name=name, when='before')}\n{line.format(name=name, when='after')}" for name in squares]
    fill(own, many=make_pdf(pages), lone=make_pdf(["Lamps\nLamps were put up by the river last year, one by one."]))
    lone = id_of(own, "lone")
    assert lone not in {hit.study_id for hit in search(own, LIGHT, 200).hits}
    found = search(own, LIGHT, choice=Choice(studies=(lone,)))
    assert [(hit.study_id, hit.page) for hit in found.hits] == [(lone, 1)]


def test_a_language_of_sources_is_kept_within_the_choice(debate: Library) -> None:
    found = search(debate, LIGHT, only="sv", choice=Choice(year_from=2018))
    assert ({hit.language for hit in found.hits}, found.searched) == ({"sv"}, {"sv": 1, "en": 0})


def test_a_follow_up_keeps_the_choice_of_the_question_before_unless_it_brings_its_own(debate: Library) -> None:
    choice = Choice(kinds=("review",))
    following = Following(Earlier(LIGHT, choice=choice))
    kept = ask(debate, "And in three towns?", following=following)
    assert (kept.choice, kept.searched) == (choice, {"sv": 0, "en": 1})
    own = ask(debate, "And in three towns?", following=following, choice=EVERYTHING)
    assert (own.choice, own.searched) == (EVERYTHING, {"sv": 1, "en": 2})


def test_an_answer_in_parts_has_the_choice_from_the_first(debate: Library) -> None:
    (answer,) = answering(debate, LIGHT, choice=Choice(kinds=("review",)))
    assert answer == ask(debate, LIGHT, choice=Choice(kinds=("review",)))


def test_langchain_may_choose_too(debate: Library) -> None:
    found = AmpRetriever(library=debate, choice=Choice(kinds=("review",))).invoke(LIGHT)
    assert [document.metadata["study_id"] for document in found] == [id_of(debate, "towns")]


def test_a_removed_study_cannot_be_asked_for_any_more(own: Library) -> None:
    towns = id_of(own, "towns")
    assert ask(own, LIGHT, choice=Choice(studies=(towns,))).citations
    own.remove(towns)
    with pytest.raises(UnknownStudy):
        ask(own, LIGHT, choice=Choice(studies=(towns,)))


# In words


def test_nothing_is_said_where_no_filter_is_set(debate: Library, own: Library) -> None:
    change(own, "towns", state=State.WITHDRAWN)
    assert ask(debate, LIGHT).notices == search(debate, LIGHT).notices == notices(own, EVERYTHING, "en") == ()


def test_an_answer_tells_its_filters_and_what_they_leave_in_the_readers_language(debate: Library) -> None:
    choice = Choice(year_from=2010, year_to=2019, kinds=("review", "experiment"))
    assert ask(debate, LIGHT, choice=choice).notices == (
        "Filters: years: 2010–2019; type of study: review, experiment. Left: 1 of 3 studies; passages: 1.",
    )
    assert ask(debate, LJUS, choice=choice).notices == (
        "Urval: år: 2010–2019; typ av studie: review, experiment. Kvar: 1 av 3 studier; stycken: 1.",
    )


def test_filters_that_leave_everything_are_told_too(debate: Library) -> None:
    assert notices(debate, Choice(year_from=1900), "en") == (
        "Filters: year: 1900 or later. Left: 3 of 3 studies; passages: 3.",
    )


def test_how_many_have_no_level_is_told_where_a_level_is_asked_for(debate: Library) -> None:
    assert notices(debate, Choice(sms_least=2), "en")[1] == (
        "Studies left out since they have no SMS level, as reviews have none: 1."
    )
    assert len(notices(debate, Choice(sms_least=2, year_from=2018), "en")) == 1


def test_where_nothing_is_left_the_answer_says_so_and_what_there_is_to_choose_from(debate: Library) -> None:
    answer = ask(debate, LIGHT, choice=Choice(kinds=("thesis",), designs=("rct",), year_from=2010))
    assert not answer.answered
    assert (answer.citations, answer.nearest, answer.searched) == ((), (), {"sv": 0, "en": 0})
    assert answer.notices == (
        "No study in the library meets: year: 2010 or later; type of study: thesis; design: rct.",
        "To choose from – type of study: quasi-experiment, report, systematic review; design: before-after, panel.",
    )
    swedish = ask(debate, LJUS, choice=Choice(evidence_from=("Norway",)))
    assert swedish.notices == (
        "Ingen studie i biblioteket uppfyller: underlag från: Norge.",
        "Att välja bland – underlag från: Sverige, USA.",
    )


def test_where_all_is_withdrawn_that_is_what_is_told(own: Library) -> None:
    for name in KINDS:
        change(own, name, state=State.WITHDRAWN)
    assert ask(own, LIGHT).notices == ("No study in the library meets: not withdrawn.",)


def test_an_empty_library_says_nothing_of_filters(library: Library) -> None:
    assert ask(library, LIGHT, choice=Choice(year_from=2010)).notices == ()


def test_every_filter_has_its_words_in_both_languages(debate: Library) -> None:
    studies: list[Study] = debate.record.studies()
    choice = Choice(
        languages=("sv",),
        year_to=2020,
        kinds=("report",),
        evidence_from=("Sweden",),
        sides=("swedish", "not_stated"),
        designs=("panel",),
        sms_least=3,
        emmie=("effect", "economics"),
        outcomes=("perceived_safety", "dogs"),
        places=("park",),
        levy=("voluntary",),
        party_interest=("no", "part"),
        confirmed=True,
        published=True,
        withdrawn=True,
        studies=(studies[0].id,),
    )
    assert described(debate, choice, "en") == (
        "year: 2020 or earlier; language of the study: sv; type of study: report; evidence from: Sweden; "
        "evidence: Swedish, not stated; design: panel; EMMIE: effect, economics; outcome: perceived safety, dogs; "
        "type of place: park; levy: voluntary; party interest: no, in part; SMS level: 3 or higher; "
        f"chosen studies: {studies[0].title}; confirmed appraisals only; published studies only; "
        "withdrawn studies too"
    )
    assert described(debate, choice, "sv") == (
        "år: till och med 2020; studiens språk: sv; typ av studie: report; underlag från: Sverige; "
        "underlag: svenskt, anges inte; upplägg: panel; EMMIE: effekt, ekonomi; utfall: upplevd trygghet, dogs; "
        "typ av plats: park; avgift: frivillig; partsintresse: nej, delvis; SMS-nivå: minst 3; "
        f"utvalda studier: {studies[0].title}; bara bekräftade bedömningar; bara publicerade studier; "
        "även tillbakadragna studier"
    )


def test_many_chosen_studies_are_counted_and_not_named(debate: Library) -> None:
    four = tuple(study.id for study in debate.record.studies()) * 2
    assert described(debate, Choice(studies=four), "en") == "chosen studies: 6"


def test_a_question_in_swedish_is_answered_within_the_choice(debate: Library) -> None:
    answer = ask(debate, LJUS, choice=Choice(sides=("international",)))
    assert {c.quote for c in (*answer.citations, *answer.more)} & {FELL} == set()
    assert answer.searched == {"sv": 0, "en": 1}
