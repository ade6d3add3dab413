"""What a question is about, piece by piece, whether it asks for a figure, and how much of it a text holds."""

from collections.abc import Callable, Iterator
from typing import cast

import pytest

from corpus.language import terms
from corpus.lexical import Field
from corpus.library import Library
from retriever.matter import (
    Matter,
    Way,
    asks_for_figure,
    gives_a_figure,
    held_terms,
    matters,
    page_terms,
    weight_held,
)
from retriever.reading import read, understand
from tests.fakes import FREE_RIDERS, LIGHTING, FakeEmbedder, make_pdf
from tests.retriever.libraries import fill, settings_in

GLOSSARY = """
sv,en,sv_variants,en_variants,area,note
gatubelysning,street lighting,,street lights; lamps,lighting,
brott,crime,,offence; felony; breach; misdeed,core,
svensk,Swedish,,,core,
egendomsbrott,property crime,,,core,
agenda 2030,Agenda 2030,,,core,
"""
LEXICON = """
sv,en,class,forms
minska,reduce; decrease; fall,verb,
belysning,lighting,noun,
torg,square; plaza,noun,
"""


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """A library of the two small studies that reads with a list of eight words."""
    terms_folder = tmp_path_factory.mktemp("terms")
    (terms_folder / "glossary.csv").write_text(GLOSSARY.lstrip(), "utf-8")
    (terms_folder / "lexicon.csv").write_text(LEXICON.lstrip(), "utf-8")
    settings = settings_in(tmp_path_factory.mktemp("reader"), terms=terms_folder)
    with Library(settings, write=True, embedder=FakeEmbedder()) as library:
        fill(library, lighting=LIGHTING, friakare=FREE_RIDERS)
        yield library


def about(library: Library, text: str) -> dict[str, Matter]:
    """What a question is about, by its words as they stand."""
    question = understand(text)
    return {m.source: m for m in matters(library, library.gloss(text, question.language), question.language)}


def stems_of(matter: Matter, field: Field) -> list[tuple[str, ...]]:
    return [way.stems for way in matter.ways[field]]


# Whether a figure is asked for

FOR_A_FIGURE = (
    "How many squares were lit?",
    "How much does the levy cost?",
    "How large is the effect of lighting?",
    "How high are the fees?",
    "How often are the lamps replaced?",
    "How long does a district last?",
    "How common is fear of crime?",
    "What share of the owners pay?",
    "What percentage of the thefts was cleared?",
    "What is the average levy?",
    "What were the odds of a theft?",
    "By what factor did crime fall?",
    "And by how much did crime fall?",
    "Is it known how many owners pay?",
    "Hur många fastighetsägare är med?",
    "Hur mycket kostar en vakt?",
    "Hur stor är avgiften?",
    "Hur stor andel av ägarna betalar?",
    "Hur hög är avgiften?",
    "Hur ofta byts lamporna?",
    "Hur länge varar ett område?",
    "Hur vanligt är det med otrygghet?",
    "Vilken andel av ägarna betalar?",
    "Med hur många procent minskade brotten?",
    "Vad kostar det att lysa upp ett torg?",
    "Vilket belopp betalar en ägare?",
    "Vilken är oddskvoten?",
    "Vet man hur många ägare som betalar?",
)
NOT_FOR_A_FIGURE = (
    "How does lighting work against crime?",
    "How is the share of owners worked out?",
    "How effective is lighting?",
    "Why do many owners refuse to pay?",
    "What is the effect of lighting?",
    "What counts as an average town?",
    "What is a rate?",
    "What means do owners have?",
    "What numbers of the survey are wrong?",
    "Does the number of lamps matter?",
    "Does it cost much?",
    "Does a higher rate reduce crime?",
    "Did crime fall by 14 per cent in 2019?",
    "Are many crimes never reported?",
    "Who sets the rate?",
    "Can a third party be a member?",
    "Somehow many owners refuse, but why?",
    "Hur påverkar belysning brott?",
    "Hur räknas andelen ut?",
    "Hur mäts otrygghet?",
    "Hur storskaliga är projekten?",
    "Hur gammaldags är lagen?",
    "Vad är en andel?",
    "Vad är hög kvalitet?",
    "Varför vill många ägare inte betala?",
    "Är kostnaden hög?",
    "Är många brott oanmälda?",
    "Är det långt till torget?",
    "Minskar antalet brott?",
    "Minskade brotten med 14 procent 2019?",
    "Spelar andelen som betalar någon roll?",
    "Vilken myndighet godkänner en plan?",
)


@pytest.mark.parametrize("question", FOR_A_FIGURE)
def test_how_many_how_large_and_what_share_ask_for_a_figure(question: str) -> None:
    assert asks_for_figure(question)


@pytest.mark.parametrize("question", NOT_FOR_A_FIGURE)
def test_a_question_that_speaks_of_amounts_but_wants_something_else_asks_for_none(question: str) -> None:
    assert not asks_for_figure(question)


@pytest.mark.parametrize("change", [str.lower, str.upper])
def test_capitals_do_not_change_whether_a_figure_is_asked_for(change: Callable[[str], str]) -> None:
    assert [question for question in FOR_A_FIGURE if not asks_for_figure(change(question))] == []
    assert [question for question in NOT_FOR_A_FIGURE if asks_for_figure(change(question))] == []


# Figures in sentences


@pytest.mark.parametrize(
    "text",
    [
        "Crime fell by 14 per cent.",
        "Crime fell by 14%.",
        "Thefts fell from 3,5 to 2.1.",
        "Perceived safety rose by 0.3.",
        "The owners paid 1 200 kronor each.",
        "Two of the squares were lit.",
        "Half of them were lit, and crime was twice as common before.",
        "In 2008, 12 squares were lit.",
        "Brotten minskade med 14 procent.",
        "Brotten minskade med en tredjedel.",
        "Avgifterna halverades på ett år.",
        "Hälften av ägarna betalar.",
        "Sju av ägarna betalade.",
        "Thefts were doubled in a year.",
        "Antalet stölder fördubblades.",
        "Kostnaden blev dubbelt så hög.",
        "A third of the owners pay.",
        "Two thirds of the owners pay.",
        "A quarter of them pay.",
        "Tre fjärdedelar av ägarna betalar.",
        "Crime fell by 10–15 per cent.",
        "The odds ratio was 0.86.",
    ],
)
def test_a_figure_is_given_in_digits_or_in_words(text: str) -> None:
    assert gives_a_figure(text)


@pytest.mark.parametrize(
    "text",
    [
        "Street lighting reduced property crime in the lit squares.",
        "The study appeared in 2008.",
        "Studien kom 2019.",
        "Between 1998 and 2010 crime fell.",
        "Crime fell (Welsh and Farrington, 2008; Chalfin, 2022).",
        "Crime fell in the 1990s.",
        "The lamps were replaced in the spring.3",
        "They are listed on page A4.",
        "A third party runs the district.",
        "Crime fell for the third time.",
        "The French quarter was lit.",
        "Tredje man får inte betala.",
        "The survey was put off by COVID-19.",
        "The law is of 2008–2010.",
        "Crime fell as Agenda 2030 has it.",
        "En ägare vägrade att betala.",
        "",
    ],
)
def test_a_year_an_order_a_note_and_a_word_with_a_digit_in_it_are_no_figures(text: str) -> None:
    assert not gives_a_figure(text)


# Ways to say something


def test_a_way_is_held_by_the_share_of_its_words() -> None:
    way = Way(("street", "light", "lamp", "post"), ())
    held = [way.held(have) for have in ((), ("street",), ("street", "light", "other"), way.stems)]
    assert held == [0, 1 / 4, 2 / 4, 1]


def test_a_way_inside_a_compound_is_held_nearly_as_much() -> None:
    belysning = Way(("belysning",), ("#_bel", "#bely", "#elys", "#lysn", "#ysni", "#snin", "#ning", "#ing_"))
    assert belysning.held(set(terms("gatubelysning", "sv"))) == pytest.approx(0.9 * 7 / 8)  # all but its beginning
    assert belysning.held(set(terms("belysning", "sv"))) == 1
    assert belysning.held(set(terms("belastning", "sv"))) == 0  # #_bel, #ning and #ing_: 3 of 8 are too few


@pytest.mark.parametrize(("met", "held"), [(5, 0), (6, 0.9 * 0.6), (8, 0.9 * 0.8), (10, 0.9)])
def test_parts_of_words_count_from_three_fifths_of_them(met: int, held: float) -> None:
    parts = tuple(f"#{n:04}" for n in range(10))
    assert Way(("word",), parts).held(parts[:met]) == pytest.approx(held)


def test_a_way_counts_by_its_words_or_its_parts_whichever_is_more() -> None:
    way = Way(("street", "light"), ("#stre", "#ligh"))
    assert way.held({"street", "#stre"}) == 0.5  # a half of the parts is too few
    assert way.held({"street", "#stre", "#ligh"}) == 0.9
    assert way.held({"street", "light", "#stre", "#ligh"}) == 1


def test_a_matter_is_held_by_the_way_that_fits_best_in_the_field_that_is_asked() -> None:
    ways: dict[Field, tuple[Way, ...]] = {
        "sv": (Way(("brott",), ()),),
        "en": (Way(("crime",), ()), Way(("criminal", "offenc"), ())),
    }
    crime = Matter("brott", 2.0, False, ways)
    assert crime.held("en", {"crime"}) == 1
    assert crime.held("en", {"offenc"}) == 0.5
    assert crime.held("en", {"brott"}) == 0
    assert crime.held("sv", {"brott"}) == 1


def test_a_matter_without_a_way_in_a_field_is_not_held_there() -> None:
    assert Matter("crime", 2.0, False, {"en": (Way(("crime",), ()),)}).held("sv", {"crime"}) == 0


def test_the_weight_that_a_text_holds_is_that_of_each_matter_as_far_as_it_is_held() -> None:
    light = Matter("street lighting", 3.0, False, {"en": (Way(("street", "light"), ()),)})
    crime = Matter("crime", 2.0, False, {"en": (Way(("crime",), ()),)})
    assert weight_held((light, crime), "en", {"light", "crime"}) == 3.5  # 3 * 1/2 + 2 * 1
    assert weight_held((light, crime), "en", {"street", "light"}) == 3
    assert weight_held((light, crime), "en", set()) == 0
    assert weight_held((), "en", {"light"}) == 0


# What a question is about


def test_a_swedish_question_can_be_met_in_both_languages(reader: Library) -> None:
    found = about(reader, "Minskar gatubelysning brotten?")
    assert list(found) == ["Minskar", "gatubelysning", "brotten"]
    assert {source: stems_of(matter, "sv") for source, matter in found.items()} == {
        "Minskar": [("minsk",)],
        "gatubelysning": [("gatubelysning",)],
        "brotten": [("brott",)],
    }
    assert stems_of(found["Minskar"], "en") == [("reduc",), ("decreas",), ("fall",)]
    assert stems_of(found["gatubelysning"], "en") == [("street", "light"), ("street", "light"), ("lamp",)]


def test_a_word_has_four_ways_to_be_said_in_english_at_most(reader: Library) -> None:
    assert stems_of(about(reader, "Vad gör brotten?")["brotten"], "en") == [
        *(("crime",), ("offenc",), ("feloni",), ("breach",)),
    ]


def test_an_english_question_is_met_in_english_as_it_stands(reader: Library) -> None:
    found = about(reader, "Does street lighting reduce the crime?")
    assert {source: stems_of(matter, "en") for source, matter in found.items()} == {
        "street lighting": [("street", "light")],
        "reduce": [("reduc",)],
        "crime": [("crime",)],
    }
    assert all(matter.ways.keys() == {"en"} for matter in found.values())


def test_a_word_that_the_list_does_not_know_is_looked_for_as_it_stands_in_both(reader: Library) -> None:
    unknown = about(reader, "Hur går det för glimmervippan?")["glimmervippan"]
    assert stems_of(unknown, "sv") == stems_of(unknown, "en") == [("glimmervippan",)]


def test_function_words_are_no_matter(reader: Library) -> None:
    assert list(about(reader, "Hur är det med brotten och vad kan man göra?")) == ["brotten"]
    assert about(reader, "Hur är det?") == {}


def test_a_word_that_comes_twice_counts_once_whatever_its_capitals(reader: Library) -> None:
    assert list(about(reader, "Crime is what, if crime is not crime?")) == ["Crime"]


def test_a_matter_weighs_the_idf_of_its_rarest_word(reader: Library) -> None:
    found = about(reader, "Does street lighting in town centres prevent crime?")
    idf = {stem: reader.word_weight("en", stem) for stem in ("crime", "street", "light", "town", "centr", "prevent")}
    assert idf["town"] > idf["crime"]  # one of the pages tells of towns, and both tell of crime
    assert found["town"].weight == pytest.approx(idf["town"])
    assert found["crime"].weight == pytest.approx(max(0.5, idf["crime"]))
    assert found["street lighting"].weight == pytest.approx(max(0.5, idf["street"], idf["light"]))


def test_a_phrase_weighs_as_its_rarest_word(reader: Library) -> None:
    properties, crime = reader.word_weight("en", "properti"), reader.word_weight("en", "crime")
    assert properties > max(0.5, crime)  # one of the pages tells of property
    assert about(reader, "What about property crime?")["property crime"].weight == pytest.approx(properties)


class Weighed:
    """Stands for a library that knows what words weigh, and nothing else."""

    def __init__(self, **idf: float) -> None:
        self.idf = idf

    def word_weight(self, _: Field, term: str) -> float:
        return self.idf[term]


@pytest.mark.parametrize(("square", "plaza", "torg", "weight"), [(2, 3, 1, 2), (3, 2, 1, 2), (2, 3, 5, 5)])
def test_a_word_weighs_by_its_commonest_way_in_the_field_where_that_is_rarer(
    reader: Library, square: float, plaza: float, torg: float, weight: float
) -> None:
    weighed = cast(Library, Weighed(squar=square, plaza=plaza, torg=torg))
    (found,) = matters(weighed, reader.gloss("Vad är torg?", "sv"), "sv")
    assert found.weight == weight


def test_of_a_swedish_word_the_field_counts_in_which_it_is_rarer(reader: Library) -> None:
    swedish, english = reader.word_weight("sv", "brott"), reader.word_weight("en", "crime")
    assert swedish > english  # no page has the Swedish word
    assert about(reader, "Vad gör brott?")["brott"].weight == pytest.approx(swedish)


def test_a_word_that_every_passage_holds_still_weighs_a_half(library: Library) -> None:
    fill(library, lighting=LIGHTING)
    assert library.word_weight("en", "crime") < 0.5  # ln(1 + 0.5 / 2.5) = 0.18
    assert about(library, "What about crime?")["crime"].weight == 0.5


# Names and numbers


def given(library: Library, text: str) -> set[str]:
    return {source for source, matter in about(library, text).items() if matter.is_given}


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Does lighting reduce crime in Malmö?", {"Malmö"}),
        ("Did Chalfin find less crime?", {"Chalfin"}),
        ("Minskade brotten i Malmö 2019?", {"Malmö", "2019"}),
        ("Did crime fall by 14 in 2019?", {"14", "2019"}),
        ("Vad säger SOU 2019:12 om brott?", {"SOU", "2019:12"}),
        ("Does covid-19 reduce crime?", {"covid-19"}),
        ("Does agenda 2030 tell of crime?", {"agenda 2030"}),  # a term of the list, with a number in it
    ],
)
def test_names_and_numbers_are_given(reader: Library, question: str, names: set[str]) -> None:
    assert given(reader, question) == names


@pytest.mark.parametrize("question", ["Malmö: has crime fallen?", "Malmö, minskar brotten där?"])
def test_a_name_at_the_start_of_a_question_is_given_too(reader: Library, question: str) -> None:
    assert given(reader, question) == {"Malmö"}


@pytest.mark.parametrize(
    "question",
    ["Crime: does it fall?", "Street lighting and crime?", "Brott, minskar de?", "Gatubelysning och brott?"],
)
def test_a_word_of_the_list_with_the_capital_that_opens_a_question_is_no_name(reader: Library, question: str) -> None:
    assert given(reader, question) == set()


def test_a_word_of_the_list_that_is_always_written_with_a_capital_is_no_name(reader: Library) -> None:
    assert not about(reader, "Do Swedish lamps reduce crime?")["Swedish"].is_given


def test_a_word_without_a_capital_is_no_name_though_the_list_does_not_know_it(reader: Library) -> None:
    assert given(reader, "Hur går det för glimmervippan?") == set()


# The terms of a text


def test_an_english_text_is_held_by_its_stems_and_their_parts(reader: Library) -> None:
    have = held_terms(reader, "Lamps reduced crime.", "en", "en")
    assert {"lamp", "reduc", "crime", "#lamp", "#crim"} <= have


def test_a_swedish_text_is_read_in_english_for_the_english_field(reader: Library) -> None:
    text = "Gatubelysning minskar brott."
    assert {"street", "light", "reduc", "crime"} <= held_terms(reader, text, "sv", "en")
    assert "brott" not in held_terms(reader, text, "sv", "en")
    assert {"gatubelysning", "minsk", "brott"} <= held_terms(reader, text, "sv", "sv")


@pytest.mark.parametrize("language", ["da", "no"])
def test_a_danish_or_norwegian_text_is_read_as_a_swedish_one_is(reader: Library, language: str) -> None:
    assert {"street", "light"} <= held_terms(reader, "Gatubelysning minskar brott.", language, "en")


def test_a_page_is_held_by_all_its_passages(library: Library) -> None:
    quay = "The harbour has a long quay where the ferries wait for their passengers each day.\n"
    fill(library, long=make_pdf([f"Lamps were lit in the old town.\n{quay * 12}Owners paid a levy for them.", quay]))
    first = next(library.record.all_passages())
    assert "levy" not in first.text
    assert {"lamp", "harbour", "levi", "#levy"} <= page_terms(library, first, "en")


def test_a_swedish_page_is_read_in_english_by_all_its_passages(library: Library) -> None:
    quay = "Hamnen har en lång kaj där färjorna väntar på sina passagerare varje dag.\n"
    fill(library, long=make_pdf([f"Lamporna tändes i den gamla staden.\n{quay * 14}Alla ägare betalade en avgift."]))
    first = next(library.record.all_passages())
    assert (first.language, "avgift" in first.text) == ("sv", False)
    assert {"lamp", "harbour", "pay", "fee"} <= page_terms(library, first, "en")


def test_the_english_passages_of_a_swedish_page_count_in_the_english_field(library: Library) -> None:
    kaj = "Hamnen har en lång kaj där färjorna väntar på sina passagerare varje dag.\n"
    quay = "The harbour has a long quay where the ferries wait for their passengers each day.\n"
    fill(library, both=make_pdf([f"{kaj * 18}{quay * 16}The lanterns of the square were counted by the wardens."]))
    passages = list(library.record.all_passages())
    assert {p.language for p in passages if "lanterns" in p.text} == {"en"}
    swedish = next(p for p in passages if p.language == "sv")
    assert {"harbour", "lantern", "warden"} <= page_terms(library, swedish, "en")


@pytest.mark.parametrize(("field", "held", "lacked"), [("sv", "betal", "pay"), ("en", "pay", "betal")])
def test_a_swedish_page_is_held_in_swedish_or_read_in_english(
    standing: Library, field: Field, held: str, lacked: str
) -> None:
    passage = next(p for p in standing.record.all_passages() if p.language == "sv")
    have = page_terms(standing, passage, field)
    assert held in have
    assert lacked not in have


def test_a_question_holds_the_whole_of_itself(reader: Library) -> None:
    question = "Does street lighting reduce property crime in Malmö?"
    asked = read(reader, understand(question)).matters
    have = held_terms(reader, question, "en", "en")
    assert weight_held(asked, "en", have) == pytest.approx(sum(matter.weight for matter in asked))
