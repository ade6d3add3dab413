"""What a card says of a source, and what the sources together say."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import cast

import pytest

from corpus.library import Library
from corpus.study import Appraisal, Description, Page, Study, StudyFile, TextState
from retriever.answer import Card, Caution, Citation, Claim, Comparison, Evidence, Figure, Group, Side
from retriever.card import cards, claim, comparisons, evidence, groups, years_in
from retriever.places import countries, side_of
from tests.fakes import FREE_RIDERS, LIGHTING, FakeEmbedder
from tests.retriever.libraries import fill, settings_in

LOWER = "Crime fell by 14 per cent (95 % CI 5 to 21)."
HIGHER = "Crime rose by 3 per cent."
UNCHANGED = "Crime did not fall."
SAFER = "Perceived safety rose."
NOTHING = "The square was paved anew."


@dataclass
class Shelf:
    """Stands for a library: studies, pages and appraisals by id."""

    studies: dict[str, Study] = field(default_factory=dict)
    pages: dict[tuple[str, int], str] = field(default_factory=dict)
    appraisals: dict[str, Appraisal] = field(default_factory=dict)
    read: list[tuple[str, int]] = field(default_factory=list)

    def put(self, study_id: str, *texts: str, version_of: str | None = None, **described: object) -> Study:
        description = replace(Description(title=study_id.title()), **described)  # type: ignore[arg-type]
        file = StudyFile(study_id * 8, f"{study_id}.pdf", 1, max(1, len(texts)))
        study = Study(study_id, description, ("en",), TextState.SEARCHABLE, (file,), version_of)
        self.studies[study_id] = study
        self.pages |= {(study_id, number): text for number, text in enumerate(texts or [""], 1)}
        return study

    def study(self, study_id: str) -> Study:
        return self.studies[study_id]

    def page(self, study_id: str, number: int) -> Page:
        self.read.append((study_id, number))
        return Page(study_id, number, str(number), self.pages[study_id, number])

    def appraisal(self, study_id: str) -> Appraisal | None:
        return self.appraisals.get(study_id)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def cited(n: int, study_id: str, quote: str = NOTHING, page: int = 1, language: str = "en") -> Citation:
    return Citation(n, study_id, "a.pdf", "A", (), None, page, str(page), language, quote, 0, len(quote))


def made(shelf: Shelf, *citations: Citation) -> tuple[Card, ...]:
    return cards(cast("Library", shelf), citations, lambda study: f"Reference to {study.title}.")


def one(shelf: Shelf, study_id: str = "a") -> Card:
    return made(shelf, cited(1, study_id))[0]


# One card a work


def test_a_work_has_one_card_in_the_order_of_first_citation(shelf: Shelf) -> None:
    shelf.put("a", authors=("Ek, E.",), year=2020)
    shelf.put("b")
    found = made(shelf, cited(1, "b"), cited(2, "a"), cited(3, "b"))
    assert [(card.study_id, [said.n for said in card.claims]) for card in found] == [("b", [1, 3]), ("a", [2])]
    assert (found[1].title, found[1].authors, found[1].year) == ("A", ("Ek, E.",), 2020)
    assert [card.reference for card in found] == ["Reference to B.", "Reference to A."]


def test_versions_share_the_card_of_the_one_cited_first(shelf: Shelf) -> None:
    shelf.put("root")
    shelf.put("article", version_of="report")
    shelf.put("report", version_of="root")
    shelf.put("summary", version_of="root")
    found = made(shelf, cited(1, "article"), cited(2, "summary"), cited(3, "article"))
    assert [card.study_id for card in found] == ["article"]
    assert [said.n for said in found[0].claims] == [1, 2, 3]
    assert found[0].versions == ("report", "root", "summary")


def test_studies_that_are_versions_of_one_another_in_a_circle_are_one_work(shelf: Shelf) -> None:
    shelf.put("a", version_of="b")
    shelf.put("b", version_of="a")
    assert [card.versions for card in made(shelf, cited(1, "a"), cited(2, "b"))] == [("b",)]


def test_what_leads_into_a_circle_shares_its_card(shelf: Shelf) -> None:
    shelf.put("b", version_of="c")
    shelf.put("c", version_of="b")
    shelf.put("a", version_of="c")
    found = made(shelf, cited(1, "a"), cited(2, "b"), cited(3, "c"))
    assert [(card.study_id, card.versions) for card in found] == [("a", ("c", "b"))]


def test_without_citations_there_are_no_cards(shelf: Shelf) -> None:
    assert made(shelf) == ()
    assert evidence(()) == Evidence(0, None, 0, 0, 0, 0)


def test_a_claim_holds_figures_outcomes_and_the_direction_of_the_first() -> None:
    assert claim(cited(4, "a", LOWER)) == Claim(
        4, (Figure("14 per cent", "%", "95 % CI 5 to 21"),), ("reported_crime",), "lower"
    )
    assert claim(cited(5, "a", NOTHING)) == Claim(5, (), (), "")
    assert claim(cited(6, "a", "Brotten minskade.", language="sv")).direction == "lower"


# Only a person appraises


def test_design_and_level_are_empty_until_a_person_has_appraised(shelf: Shelf) -> None:
    shelf.put("a", "A randomised controlled trial, level 5 on the Maryland scale.")
    card = one(shelf)
    assert (card.design, card.sms_level, card.appraised_by, card.party_interest) == ("", "", "", "")
    shelf.appraisals["a"] = Appraisal("a", "Eva", date(2026, 5, 1), "before-after", "1", party_interest="no")
    card = one(shelf)
    assert (card.design, card.sms_level, card.appraised_by, card.party_interest) == ("before-after", "1", "Eva", "no")


def test_an_appraisal_of_another_version_is_not_borrowed(shelf: Shelf) -> None:
    shelf.put("root")
    shelf.put("a", version_of="root")
    shelf.appraisals["root"] = Appraisal("root", "Eva", date(2026, 5, 1), "panel", "3")
    assert one(shelf).design == ""


@pytest.mark.parametrize(
    ("kind", "interest", "apart"),
    [
        ("evidence note", "", "note"),
        ("Evidensnotis", "yes", "note"),
        ("master's thesis", "", "thesis"),
        ("doktorsavhandling", "", "thesis"),
        ("Kandidatuppsats", "", "thesis"),
        ("remissvar", "", "consultation"),
        ("consultation response", "", "consultation"),
        ("practice report", "yes", "self_report"),
        ("", "published by the partners", "self_report"),
        ("report", "no", ""),
        ("rapport", "nej", ""),
        ("report", "part", ""),
        ("systematic review", "", ""),
    ],
)
def test_notes_theses_responses_and_self_reports_are_kept_apart(
    shelf: Shelf, kind: str, interest: str, apart: str
) -> None:
    shelf.put("a", kind=kind)
    shelf.appraisals["a"] = Appraisal("a", "Eva", date(2026, 5, 1), party_interest=interest)
    assert one(shelf).apart == apart


# Where evidence is from


@pytest.mark.parametrize(
    ("evidence_from", "side"),
    [
        ("Sweden", "swedish"),
        ("Sverige", "swedish"),
        ("Malmö, Sverige", "swedish"),
        ("Stockholms län", "swedish"),
        ("USA", "international"),
        ("UK/USA/Netherlands", "international"),
        ("International", "international"),
        ("International (published in Sweden)", "international"),
        ("Peru", "international"),
        ("Sweden/USA", "not_stated"),
        ("Sverige och Danmark", "not_stated"),
        ("mostly Sweden with some Danish towns", "not_stated"),
        ("okänt", "not_stated"),
        ("", "not_stated"),
    ],
)
def test_the_side_follows_from_where_evidence_is_from(evidence_from: str, side: Side) -> None:
    assert side_of(evidence_from) == side


def test_the_description_is_believed_before_the_text(shelf: Shelf) -> None:
    shelf.put("a", "Streets in Sweden.", "Svenska kommuner.", evidence_from="USA")
    card = one(shelf)
    assert (card.evidence_from, card.evidence_source, card.side) == ("USA", "described", "international")


def test_a_country_is_named_where_the_first_two_pages_name_one_alone(shelf: Shelf) -> None:
    shelf.put("a", "Belysning i svenska städer", "Göteborg och Malmö jämförs.", "Som i Danmark.")
    shelf.put("b", "Lighting in Swedish and Danish towns")
    shelf.put("c", "Lighting in towns")
    found = made(shelf, cited(1, "a", page=3), cited(2, "b"), cited(3, "c"))
    assert [(card.evidence_from, card.evidence_source, card.side) for card in found] == [
        ("Sweden", "named", "swedish"),
        ("", "", "not_stated"),
        ("", "", "not_stated"),
    ]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Thirty Los Angeles BIDs and British stations", ("USA", "UK")),
        ("Polish the lamps and tell us", ("Poland",)),
        ("polish the lamps and tell us", ()),
        ("New South Wales", ("Australia",)),
        ("Svensk sammanfattning av en rapport", ()),
        ("Crime in Swedish towns", ("Sweden",)),
        ("Brott på svenska torg", ("Sweden",)),
        ("Norska och danska kommuner", ("Norway", "Denmark")),
        ("businesses", ()),
    ],
)
def test_countries_are_found_by_names_peoples_and_clear_places(text: str, named: tuple[str, ...]) -> None:
    assert countries(text) == named


# The years of its data


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("The panel covers 30 BIDs and crime in 1994-2005.", ("1994-2005",)),
        ("Uppgifterna samlades in mellan 2014 och 2017.", ("mellan 2014 och 2017",)),
        ("Data from 2014 to 2017 and from 2018–2019 were used.", ("2014 to 2017", "2018–2019")),
        ("Crime was measured in 2014 and 2017.", ()),
        ("A study of 2014.", ()),
        ("Data: doi 10.1000/1994-2005 and SFS 2014:2017.", ()),
        ("Crime data in 2017-2014.", ()),
        ("Chair, 2014-2017.", ()),
        ("Enligt riksmötet 2012/13 och 2013/14 om brott.", ()),
    ],
)
def test_only_ranges_that_are_of_data_are_years_of_evidence(text: str, years: tuple[str, ...]) -> None:
    assert years_in(text) == years


def test_years_are_read_on_the_cited_pages_only_and_each_page_once(shelf: Shelf) -> None:
    shelf.put("a", "Crime data of 1990-1995.", "Crime data of 2001-2004.", evidence_from="USA")
    (card,) = made(shelf, cited(1, "a", page=2), cited(2, "a", page=2))
    assert card.evidence_years == ("2001-2004",)
    assert shelf.read == [("a", 2)]


# What the sources together say


def said(shelf: Shelf, *quotes: tuple[str, str]) -> tuple[Card, ...]:
    for study_id, _ in quotes:
        shelf.studies.get(study_id) or shelf.put(study_id)
    return made(shelf, *(cited(n, study_id, quote) for n, (study_id, quote) in enumerate(quotes, 1)))


def test_groups_are_by_first_outcome_in_order_of_citation_and_others_are_one_group_too(shelf: Shelf) -> None:
    found = said(shelf, ("a", NOTHING), ("b", SAFER), ("a", LOWER), ("c", HIGHER), ("b", NOTHING))
    assert groups(found) == (Group("other", (1, 5)), Group("perceived_safety", (2,)), Group("reported_crime", (3, 4)))


def test_two_works_that_point_the_same_way_agree(shelf: Shelf) -> None:
    found = said(shelf, ("a", LOWER), ("b", LOWER), ("c", SAFER), ("d", NOTHING))
    assert comparisons(found) == (Comparison("reported_crime", "agree", (1, 2), (), ()),)


@pytest.mark.parametrize(("second", "higher", "unchanged"), [(HIGHER, (2,), ()), (UNCHANGED, (), (2,))])
def test_two_works_that_point_different_ways_may_disagree(
    shelf: Shelf, second: str, higher: Sequence[int], unchanged: Sequence[int]
) -> None:
    found = said(shelf, ("a", LOWER), ("b", second))
    assert comparisons(found) == (Comparison("reported_crime", "may_disagree", (1,), tuple(higher), tuple(unchanged)),)


def test_one_work_that_contradicts_itself_makes_no_comparison(shelf: Shelf) -> None:
    assert comparisons(said(shelf, ("a", LOWER), ("a", HIGHER), ("b", NOTHING))) == ()


def test_versions_do_not_confirm_or_contradict_each_other(shelf: Shelf) -> None:
    shelf.put("report")
    shelf.put("article", version_of="report")
    assert comparisons(said(shelf, ("report", LOWER), ("article", LOWER))) == ()


def test_evidence_counts_works_once_with_newest_year_sides_and_appraisals(shelf: Shelf) -> None:
    shelf.put("report", evidence_from="Sweden", year=2019)
    shelf.put("article", version_of="report", evidence_from="Sweden", year=2023)
    shelf.put("b", evidence_from="USA", year=2021)
    shelf.put("c")
    shelf.appraisals["b"] = Appraisal("b", "Eva", date(2026, 5, 1))
    found = said(shelf, ("report", LOWER), ("article", LOWER), ("b", LOWER), ("c", NOTHING))
    assert evidence(found) == Evidence(works=3, newest=2021, swedish=1, international=1, not_stated=1, appraised=1)


# In a real library


def test_a_real_library_gives_its_cards_in_five_milliseconds(tmp_path: Path) -> None:
    with Library(settings_in(tmp_path), write=True, embedder=FakeEmbedder()) as library:
        fill(library, lighting=LIGHTING, friakare=FREE_RIDERS)
        studies = library.record.studies()
        library.record.appraise(Appraisal(studies[0].id, "Eva", date(2026, 5, 1), "review", "2"))
        citations = [cited(n, studies[n % 2].id, f"{LOWER[:-1]} in town {n}.", page=1 + n % 2) for n in range(12)]
        found = cards(library, citations, lambda study: study.title)  # word lists are read when first needed
        assert [card.study_id for card in found] == [study.id for study in studies]
        assert [card.appraised_by for card in found] == ["Eva", ""]
        fastest = min(_seconds(library, citations) for _ in range(5))
    assert fastest < 0.005


def _seconds(library: Library, citations: Sequence[Citation]) -> float:
    begun = time.perf_counter()
    cards(library, citations, lambda study: study.title)
    return time.perf_counter() - begun


# What a person said, whole


def test_a_card_tells_all_that_an_appraisal_says(shelf: Shelf) -> None:
    shelf.put("a", evidence_from="Norway")
    shelf.appraisals["a"] = Appraisal(
        "a",
        "Eva",
        date(2026, 5, 1),
        emmie=("effect",),
        outcomes=("reported_crime",),
        place_type="town centre",
        levy="compulsory",
        evidence_from="Sweden",
        transfer="There is no such law.",
        confirmed=False,
    )
    card = one(shelf)
    assert (card.emmie, card.outcomes, card.place_type, card.levy) == (
        ("effect",),
        ("reported_crime",),
        "town centre",
        "compulsory",
    )
    assert (card.transfer, card.appraised_on, card.confirmed) == ("There is no such law.", date(2026, 5, 1), False)
    assert (card.evidence_from, card.evidence_source, card.side) == ("Sweden", "appraised", "swedish")


def test_without_an_appraisal_nothing_of_one_is_told(shelf: Shelf) -> None:
    shelf.put("a", evidence_from="Norway")
    card = one(shelf)
    assert (card.emmie, card.outcomes, card.place_type, card.levy, card.transfer) == ((), (), "", "", "")
    assert (card.appraised_on, card.confirmed, card.evidence_source) == (None, None, "described")


def test_a_card_bears_the_cautions_of_each_version_that_is_cited(shelf: Shelf) -> None:
    shelf.put("root")
    shelf.put("a", version_of="root")
    shelf.appraisals["a"] = Appraisal("a", "Eva", date(2026, 5, 1))

    def minded(study: Study, said: Appraisal | None) -> tuple[Caution, ...]:
        return (Caution("withdrawn" if said is None else "provisional", study.id, "Mind it."),)

    citations = (cited(1, "a"), cited(2, "root"), cited(3, "a"))
    (card,) = cards(cast("Library", shelf), citations, lambda study: study.title, minded)
    assert [(caution.study_id, caution.kind) for caution in card.cautions] == [
        ("a", "provisional"),
        ("root", "withdrawn"),
    ]
