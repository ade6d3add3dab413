"""Which questions refer to the one before, and what they take from it."""

import json
from pathlib import Path

import pytest

from corpus.gloss import Glosser, open_glosser
from corpus.language import OtherLanguage
from corpus.words import LANGUAGES, Language
from retriever.answer import Carried
from retriever.follow import (
    MOST_CARRIED,
    Earlier,
    NothingBefore,
    carried,
    carry,
    follow,
    follows_on,
    means_nothing_alone,
)

SETS = Path(__file__).parents[2] / "evals" / "sets"
FOLLOWING = {
    "sv": """
        Och för kvinnor?
        Hur är det i Sverige då?
        Vad kostar det?
        Men på natten?
        Men för unga män?
        Och i parker?
        Hur är det med äldre?
        Hur är det för kvinnor?
        Hur ser det ut i Sverige?
        Fungerar det?
        Fungerar det i Sverige?
        Varför?
        Varför då?
        Hur då?
        Hur mycket kostar de?
        Vem betalar för det?
        Gäller det även kvinnor?
        Är det dyrt?
        Är det sant?
        Är det samma sak i Sverige?
        Minskar det brotten?
        Minskar den rädslan för brott?
        Hur påverkar det tryggheten?
        Hur påverkar det människor?
        Vad säger forskningen om det?
        Vad tycker de boende om det?
        Finns det studier om det?
        Finns det några studier?
        Finns det siffror på det?
        I Sverige?
        För små butiker?
        På natten?
        Kvinnor då?
        Och sedan?
        Vad beror det på?
        Hur mäter man det?
        Vilka är det?
        Har det någon effekt på våld?
        Vad händer där?
        Hur länge håller det i sig?
        Gör de någon nytta?
        Kan du ge exempel?
        Berätta mer
        Vad innebär detta för Malmö?
        Hjälper de här åtgärderna mot klotter?
        Eller kameror?
        Vad är deras nackdelar?
        Hur ofta görs det?
        Är de effektiva?
        Vilka nackdelar har den?
        Hur stor är den?
        Vad säger forskningen?
        Blir det tryggare?
        Och nattetid?
        Hur stor är effekten då?
        Minskar det risken?
        Vilka städer har det?
    """,
    "en": """
        And at night?
        What about women?
        But in Sweden?
        How about cameras?
        And for older people?
        How much does it cost?
        What does it cost?
        Does it work?
        Does it work in Sweden?
        Does that work?
        Is that true?
        Why?
        Why not?
        How so?
        Who pays for it?
        Who pays for it in Sweden?
        Do they reduce crime?
        How much do they cost?
        What are their costs?
        What is its effect on crime?
        Is it effective?
        Is it effective in Sweden?
        Is there any evidence?
        Are there studies of that?
        In Sweden?
        At night?
        For women?
        For small shops?
        Or cameras?
        What do residents think of them?
        What does this mean for Malmö?
        How do these measures compare?
        Do these measures last?
        Why is that?
        Then what?
        What then?
        Women too?
        Tell me more
        Can you give an example?
        What does the research say?
        How long does it last?
        How is it in Sweden?
        How is it measured?
        Which ones?
        Has it been tried in Sweden?
        When does it fail?
        Is it legal?
        How do you measure it?
        What works there?
        And what does it cost?
        Are they effective?
        How was this studied?
        And the costs?
        How much money is that?
        Does this hold for small towns?
        So how do they pay?
    """,
}
COMPLETE = {
    "sv": """
        Vad är det som gör att belysning minskar brott?
        Minskar gatubelysning rädslan för brott?
        belysning
        friåkare
        trygghet i parker
        gatubelysning brott
        Vad är ett BID?
        Hur löser man friåkarproblemet?
        Vad tycker de boende om kameror?
        Hur påverkas de som bor nära torget?
        Finns det BID i Sverige?
        Finns det belägg för att kameror minskar brott?
        Går det att mäta trygghet?
        Är det lagligt att ta ut en obligatorisk avgift?
        Lönar det sig att anställa ordningsvakter?
        Vad krävs det för att starta ett BID?
        Vad är det för skillnad mellan BID och platssamverkan?
        Hur många BID finns det i Danmark?
        Är det bättre med kameror än med vakter?
        Vad är ett BID och vad kostar det?
        Vilken belysning är bäst och vad kostar den?
        Varför känner sig kvinnor otrygga i det offentliga rummet?
        Hur fungerar den danska modellen?
        Hur mäter man trygghet när det är mörkt?
        Kostar det mycket att belysa ett torg?
        Vad kostar en ordningsvakt?
        Med vilka medel minskar man klotter?
        I vilka städer finns BID?
        Hur påverkar trängselskatten köerna?
        Vem betalar för ordningsvakter?
        Är belysning effektivt?
        Stämmer det att kameror flyttar brotten?
        Hur är det att bo i ett utsatt område?
        Vad säger forskningen om kameror?
        Vilka studier finns om belysning?
        Är trygghet en jämlikhetsfråga?
        På vilket sätt bidrar fastighetsägare?
        Vad gäller för ordningsvakter?
        Hur ska man göra om det blir bråk på torget?
        Vad händer med brotten i den omgivande staden?
        Blir det färre brott med bättre belysning?
        Spelar det någon roll vem som äger marken?
        Hur länge dröjer det innan effekten märks?
        Vilken effekt har kameror på inbrott?
        Kan de små butikerna betala avgiften?
        evidens
        Varför är torg otrygga?
        Varför vill vissa fastighetsägare inte betala?
        Om friåkare
        Är det tryggare i områden med BID?
        Vad är trygghet?
        Vem är den största fastighetsägaren på torget?
        Vad kostar de två kamerorna på torget?
        ordningsvakter Malmö
    """,
    "en": """
        Does street lighting reduce crime?
        What is a BID?
        lighting
        free riders
        evidence
        fear of crime
        street lighting crime
        How do residents feel when they walk at night?
        Do people avoid places they find unsafe?
        Is it possible to measure safety?
        Is it legal to charge a compulsory levy?
        Does it cost much to light a square?
        What does it take to start a BID?
        Why is it that women feel less safe at night?
        What is it that makes lighting work?
        Is there evidence that cameras reduce crime?
        Are there BIDs in Sweden?
        Do BIDs work and do they last?
        What is a levy and who pays it?
        Which measures that reduce crime are cheapest?
        Do those who live nearby gain?
        What do those who pay get?
        Who pays for guards?
        In which cities are there BIDs?
        For whom are parks unsafe?
        How does CCTV affect crime?
        What do residents think of cameras?
        How is safety measured?
        Does a BID push crime to its neighbours?
        Do shop owners pay their levy?
        Is lighting effective?
        Why are squares unsafe?
        What works against graffiti?
        How can towns solve the free rider problem?
        What does research say about cameras?
        Which studies measure fear?
        Is it true that lighting reduces fear?
        When it comes to lighting, what works?
        Do cameras move crime to the streets around them?
        Should owners who do not join pay?
        What share of crime happens at night?
        How large is the effect of guards on theft?
        Is it worth paying for guards?
        Does it help to remove graffiti?
        Are women more afraid than men?
        Men and fear of crime
        What is the cost of street lighting?
        How long does the effect of lighting last?
        Does Malmö have BIDs?
        Can small shops afford the levy?
        What is the Swedish name of a BID?
        Is it safer to walk in lit streets?
        What are the effects of a levy?
        BID levy Sweden
    """,
}


GLOSSARY = """
sv,en,sv_variants,en_variants,area,note
gatubelysning,street lighting,,street lights,lighting,
rädsla för brott,fear of crime,rädslan för brott,,core,
brott,crime,,offence,core,
"""
LEXICON = """
sv,en,class,forms
minska,reduce; decrease,verb,
kvinna,woman,noun,kvinnor
torg,square; plaza,noun,
"""
LIGHT = Earlier("Minskar gatubelysning rädslan för brott?")


def each(questions: dict[str, str]) -> list[tuple[str, Language]]:
    return [(line.strip(), name) for name in LANGUAGES for line in questions[name].strip().split("\n")]


@pytest.fixture(scope="module")
def glosser(tmp_path_factory: pytest.TempPathFactory) -> Glosser:
    """A glosser that knows six words."""
    folder = tmp_path_factory.mktemp("terms")
    (folder / "glossary.csv").write_text(GLOSSARY.lstrip(), "utf-8")
    (folder / "lexicon.csv").write_text(LEXICON.lstrip(), "utf-8")
    return open_glosser(folder)


# Which questions follow on


@pytest.mark.parametrize(("question", "language"), each(FOLLOWING))
def test_a_question_that_refers_to_the_one_before_follows_on(question: str, language: Language) -> None:
    assert follows_on(question, language)


@pytest.mark.parametrize(("question", "language"), each(COMPLETE))
def test_a_question_that_is_complete_in_itself_does_not(question: str, language: Language) -> None:
    assert not follows_on(question, language)
    assert not means_nothing_alone(question, language)


def test_none_of_the_questions_that_come_with_the_starter_corpus_follows_on() -> None:
    lines = (SETS / "starter.jsonl").read_text("utf-8").splitlines()[1:]
    asked = [(form["question"], form["language"]) for form in map(json.loads, lines)]
    assert len(asked) > 200
    assert [question for question, language in asked if follows_on(question, language)] == []


@pytest.mark.parametrize(
    "question", ["OCH FÖR KVINNOR?", "  och   för kvinnor", "… och för kvinnor?", "– Och för kvinnor?"]
)
def test_capitals_and_marks_make_no_difference(question: str) -> None:
    assert follows_on(question, "sv")


# Those that nothing comes before


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Och för kvinnor?", "sv"),
        ("Hur är det i Sverige då?", "sv"),
        ("Vad kostar det?", "sv"),
        ("Varför?", "sv"),
        ("Finns det studier?", "sv"),
        ("And at night?", "en"),
        ("What about women?", "en"),
        ("Does it work?", "en"),
        ("Why not?", "en"),
        ("Tell me more", "en"),
    ],
)
def test_a_follow_up_with_nothing_before_it_is_told_so(glosser: Glosser, question: str, language: Language) -> None:
    with pytest.raises(NothingBefore) as met:
        follow(question, language, None, glosser)
    assert question in met.value.sentence(language)


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("belysning", "sv"),
        ("friåkare", "sv"),
        ("evidens", "sv"),
        ("I Sverige?", "sv"),
        ("Och minskar gatubelysning rädslan för brott?", "sv"),
        ("And does street lighting reduce crime?", "en"),
        ("evidence", "en"),
        ("Do they reduce fear of crime?", "en"),
        ("What about the cost of street lighting in parks?", "en"),
    ],
)
def test_what_names_a_matter_can_be_asked_with_nothing_before_it(
    glosser: Glosser, question: str, language: Language
) -> None:
    assert follow(question, language, None, glosser) == ()


def test_the_sentence_says_what_was_met_and_what_to_do() -> None:
    fault = NothingBefore(question="And at night?")
    assert fault.sentence("en") == (
        "“And at night?” refers to an earlier question, and there is none. "
        "Ask the whole question, or give the earlier one."
    )
    assert "Ställ hela frågan" in fault.sentence("sv")


# What is carried


def test_a_follow_up_carries_words_and_known_phrases_in_order(glosser: Glosser) -> None:
    assert carried(LIGHT, "Och för kvinnor?", "sv", glosser) == ("Minskar", "gatubelysning", "rädslan för brott")


def test_a_complete_question_carries_nothing_whatever_came_before(glosser: Glosser) -> None:
    assert follow("Vad kostar en ordningsvakt?", "sv", LIGHT, glosser) == ()
    assert len(follow("Vad kostar det?", "sv", LIGHT, glosser)) == 3


def test_what_the_new_question_has_itself_is_not_carried(glosser: Glosser) -> None:
    assert carried(LIGHT, "Och gatubelysningen i parker?", "sv", glosser) == ("Minskar", "rädslan för brott")
    assert carried(LIGHT, "Och brott då?", "sv", glosser) == ("Minskar", "gatubelysning", "rädslan för brott")


def test_nothing_is_taken_to_be_replaced(glosser: Glosser) -> None:
    assert carried(Earlier("Does CCTV help men?"), "And women?", "en", glosser) == ("CCTV", "help", "men")


@pytest.mark.parametrize("dropped", ["minskar", "Minskar", "MINSKAR"])
def test_a_word_that_was_dropped_stays_dropped_whatever_its_case(glosser: Glosser, dropped: str) -> None:
    assert carried(LIGHT, "Och kvinnor?", "sv", glosser, [dropped]) == ("gatubelysning", "rädslan för brott")


def test_a_word_is_carried_once(glosser: Glosser) -> None:
    twice = Earlier("Minskar brotten på torg, och ökar brott på torgen?")
    assert carried(twice, "Och för kvinnor?", "sv", glosser) == ("Minskar", "brotten", "torg", "ökar")


def test_words_that_name_no_matter_are_not_carried(glosser: Glosser) -> None:
    assert carried(Earlier("Hur många torg är det egentligen?"), "Och i Malmö?", "sv", glosser) == ("torg",)


# Across languages


def test_terms_from_the_other_language_are_carried_by_their_likeliest_equivalent(glosser: Glosser) -> None:
    assert carry(LIGHT, "What about women?", "en", glosser) == (
        Carried("reduce", "Minskar"),
        Carried("street lighting", "gatubelysning"),
        Carried("fear of crime", "rädslan för brott"),
    )
    assert carried(Earlier("Does street lighting reduce crime?"), "Och nattetid?", "sv", glosser) == (
        "gatubelysning",
        "minska",
        "brott",
    )


def test_a_name_or_a_word_that_the_list_lacks_is_carried_as_it_stands(glosser: Glosser) -> None:
    assert carried(Earlier("Är torg i Malmö glimmiga?"), "And at night?", "en", glosser) == (
        "square",
        "Malmö",
        "glimmiga",
    )


def test_what_the_new_question_has_in_its_own_language_is_not_carried(glosser: Glosser) -> None:
    assert carried(LIGHT, "What about street lights?", "en", glosser) == ("reduce", "fear of crime")


@pytest.mark.parametrize("dropped", ["fear of crime", "Rädslan för brott"])
def test_a_term_is_dropped_by_either_of_its_names(glosser: Glosser, dropped: str) -> None:
    assert carried(LIGHT, "And women?", "en", glosser, [dropped]) == ("reduce", "street lighting")


# Chains


def test_a_chain_carries_what_its_links_carried_oldest_first(glosser: Glosser) -> None:
    second = Earlier("Och för kvinnor?", carried(LIGHT, "Och för kvinnor?", "sv", glosser))
    assert carried(second, "Och på natten?", "sv", glosser) == (
        "Minskar",
        "gatubelysning",
        "rädslan för brott",
        "kvinnor",
    )


def test_a_phrase_stays_one_term_all_along_a_chain_and_across_languages(glosser: Glosser) -> None:
    second = Earlier("Och för kvinnor?", ("rädslan för brott",))
    assert carry(second, "And at night?", "en", glosser) == (
        Carried("fear of crime", "rädslan för brott"),
        Carried("woman", "kvinnor"),
    )


def test_at_most_twelve_terms_are_carried_the_newest_of_them(glosser: Glosser) -> None:
    older = tuple(f"äldre{n}" for n in range(10))
    newer = " ".join(f"nyare{n}" for n in range(5))
    found = carried(Earlier(f"Hur är {newer}?", older), "Och för kvinnor?", "sv", glosser)
    assert len(found) == MOST_CARRIED == 12
    assert found == (*older[3:], *newer.split())


def test_of_a_very_long_question_the_first_words_are_carried(glosser: Glosser) -> None:
    words = [f"sak{n}" for n in range(16)]
    assert carried(Earlier("Hur är " + " ".join(words) + "?"), "Och för kvinnor?", "sv", glosser) == tuple(words[:12])


def test_an_earlier_question_in_a_third_language_is_refused(glosser: Glosser) -> None:
    with pytest.raises(OtherLanguage):
        carry(Earlier("Wie verringert Beleuchtung die Einbrüche?"), "Och för kvinnor?", "sv", glosser)
