"""What a sentence speaks of, and which way it says that it went."""

import pytest

from corpus.words import LANGUAGES, Language, catalogue
from retriever.outcomes import direction, outcome_keys, outcomes

CRIME, SAFETY, DISORDER, TRADE = "reported_crime", "perceived_safety", "disorder", "trade"
DISPLACEMENT, TRUST, COST, VISITS = "displacement", "trust", "cost", "visits"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_outcome_has_a_name_for_people(language: Language) -> None:
    assert {f"outcome_{key}" for key in outcome_keys()} <= catalogue(language).keys()
    assert len(outcome_keys()) <= 10


@pytest.mark.parametrize(
    ("language", "sentence", "named"),
    [
        ("en", "Burglary and car theft fell.", (CRIME,)),
        ("en", "Fear of crime is measured with a survey.", (SAFETY,)),
        ("en", "Crime prevention is the task of many.", ()),
        ("en", "The review covers crime and disorder.", (CRIME, DISORDER)),
        ("en", "Staff turnover was high.", ()),
        ("en", "Sales and property values were followed.", (TRADE,)),
        ("en", "The levy covers the costs of cleaning.", (COST,)),
        ("en", "Public trust in the police was measured.", (TRUST,)),
        ("sv", "Inbrotten och bilstölderna följdes i tre år.", (CRIME,)),
        ("sv", "Säkerheten på platsen bedömdes av brandkåren.", ()),
        ("sv", "Den upplevda tryggheten mättes två gånger.", (SAFETY,)),
        ("sv", "Trygghetsvärdar arbetar på torget.", ()),
        ("sv", "Det brottsförebyggande arbetet leds av kommunen.", ()),
        ("sv", "Ett avbrott i mätningen gjordes.", ()),
        ("sv", "Rädslan för brott skiljer sig mellan områdena.", (SAFETY,)),
        ("sv", "Skadegörelse och klotter anmäls sällan.", (DISORDER,)),
        ("sv", "Omsättningen i butikerna och kostnaderna redovisas.", (TRADE, COST)),
        ("sv", "Hög personalomsättning präglade försöket.", ()),
        ("sv", "Antalet besökare räknas varje timme.", (VISITS,)),
    ],
)
def test_outcomes_are_found_by_their_words(language: str, sentence: str, named: tuple[str, ...]) -> None:
    assert outcomes(sentence, language) == named


def test_an_outcome_with_a_direction_comes_first() -> None:
    assert outcomes("Trust was asked about, while crime fell by a tenth.", "en") == (CRIME, TRUST)


@pytest.mark.parametrize(
    ("language", "sentence", "outcome", "way"),
    [
        # lower and higher
        ("en", "Crime fell by 13.3 per cent where vacant land was restored.", CRIME, "lower"),
        ("en", "Street lighting reduces crime on average.", CRIME, "lower"),
        ("en", "More patrol by guards gave 16 per cent fewer victim-reported crimes.", CRIME, "lower"),
        ("en", "Drug crime was 20 per cent lower with cameras.", CRIME, "lower"),
        ("en", "All six studies report a lower level of some form of property crime.", CRIME, "lower"),
        ("en", "Improved street lighting goes with 14 per cent less total crime.", CRIME, "lower"),
        ("en", "The measure was found to reduce crime.", CRIME, "lower"),
        ("en", "Crimes reported by victims rose by between 23 and 25 per cent nearby.", CRIME, "higher"),
        ("en", "Sales were 11.65 per cent higher than in the control towns.", TRADE, "higher"),
        ("en", "Visitors said that they felt safer on the square.", SAFETY, "higher"),
        ("en", "Violent crime (-8 %) was measured in thirty districts.", CRIME, "lower"),
        ("sv", "Skadegörelsen minskade med 40 procent.", DISORDER, "lower"),
        ("sv", "Brottsligheten var 4,94 procent lägre än i kontrollstäderna.", CRIME, "lower"),
        ("sv", "I de belysta områdena minskade brotten mer än i kontrollområdena.", CRIME, "lower"),
        ("sv", "Den upplevda tryggheten ökade från 4 till 5.", SAFETY, "higher"),
        ("sv", "Kvinnor uppgav att de kände sig tryggare.", SAFETY, "higher"),
        ("sv", "Antalet stillastående besökare fördubblades.", VISITS, "higher"),
        ("sv", "Anmälda rån sjönk under försöket.", CRIME, "lower"),
        # turned
        ("en", "Fear of crime fell in the lit streets.", SAFETY, "higher"),
        ("en", "Residents expressed 57.8 per cent less concern about safety.", SAFETY, "higher"),
        ("sv", "Otryggheten ökade i hela staden.", SAFETY, "lower"),
        ("sv", "Rädslan för brott minskade efter ombyggnaden.", SAFETY, "higher"),
        # no effect shown
        ("en", "Crime did not fall in the lit streets.", CRIME, "unchanged"),
        ("en", "There was no significant change in assault.", CRIME, "unchanged"),
        ("en", "The review finds little evidence that street lighting reduces fear of crime.", SAFETY, "unchanged"),
        ("en", "Cameras had no effect on violence.", CRIME, "unchanged"),
        ("en", "The programme failed to reduce burglary.", CRIME, "unchanged"),
        ("en", "No displacement was seen in the blocks around.", DISPLACEMENT, "unchanged"),
        ("en", "No effect on reported crime could be seen.", CRIME, "unchanged"),
        ("sv", "Kamerorna hade ingen effekt på våldsbrott.", CRIME, "unchanged"),
        ("sv", "Översikten fann få belägg för att gatubelysning minskar rädsla för brott.", SAFETY, "unchanged"),
        ("sv", "De anmälda brotten minskade inte mer än i jämförbara områden.", CRIME, "unchanged"),
        ("sv", "Tryggheten var oförändrad efter två år.", SAFETY, "unchanged"),
        ("sv", "De boende kände sig inte tryggare.", SAFETY, "unchanged"),
        ("sv", "Studien fann ingen minskning av våldsbrott.", CRIME, "unchanged"),
        ("sv", "För fastighetsvärden fann Ek, Dal och Ås (2022) ingen säkerställd effekt.", TRADE, "unchanged"),
        # not said, or said twice
        ("en", "Does lighting reduce crime?", CRIME, ""),
        ("en", "The trial asks whether patrol reduces crime.", CRIME, ""),
        ("en", "The aim was to reduce crime in the centre.", CRIME, ""),
        ("en", "Cameras may reduce crime in car parks.", CRIME, ""),
        ("en", "Guards can reduce theft.", CRIME, ""),
        ("en", "Do not write that cameras reduce violence.", CRIME, ""),
        ("en", "Property crime fell with better lighting, but violent crime did not.", CRIME, ""),
        ("en", "Burglary fell, while robbery rose.", CRIME, ""),
        ("en", "The review looks at business improvement districts and crime.", CRIME, ""),
        ("en", "The authors do not show that lighting has no effect on perceived safety.", SAFETY, ""),
        ("en", "Officers in high crime areas earned more.", CRIME, ""),
        ("en", "Trust was correlated with greater cooperation.", TRUST, ""),
        ("en", "Higher scores on the scale mean more fear.", SAFETY, ""),
        ("sv", "Minskar kameror brotten?", CRIME, ""),
        ("sv", "Syftet är att minska brotten och öka tryggheten.", CRIME, ""),
        ("sv", "Rapporten frågar om vakter minskar brotten.", CRIME, ""),
        ("sv", "Om brotten minskar lika mycket i kontrollområdet beror det på annat.", CRIME, ""),
        ("sv", "Bättre belysning kan minska brotten.", CRIME, ""),
        ("sv", "Skriv inte att AMP ökade tryggheten.", SAFETY, ""),
        ("sv", "Insatsen bör öka tryggheten.", SAFETY, ""),
        ("sv", "Omsättningen var högre, men effekten avtog.", TRADE, ""),
        ("sv", "Effekten på omsättningen skilde sig inte längre från noll.", TRADE, ""),
        ("sv", "Katalogen innehåller ingen siffra om effekter på brott.", CRIME, ""),
    ],
)
def test_a_direction_is_told_or_left_open(language: str, sentence: str, outcome: str, way: str) -> None:
    assert direction(sentence, language, outcome) == way


def test_each_outcome_of_a_sentence_has_its_own_direction() -> None:
    sentence = "Brotten minskade med en tiondel, medan den upplevda tryggheten sjönk och skadegörelsen var oförändrad."
    assert [direction(sentence, "sv", key) for key in (CRIME, SAFETY)] == ["lower", "lower"]
    assert direction(sentence, "sv", TRADE) == ""


def test_danish_and_norwegian_are_read_as_swedish() -> None:
    assert direction("Brotten minskade.", "no", CRIME) == "lower"
