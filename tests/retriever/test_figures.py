"""Which figures a sentence gives, and which numbers are none."""

import pytest

from retriever.figures import figures


def said(sentence: str, language: str = "en") -> list[tuple[str, str, str]]:
    return [(figure.text, figure.unit, figure.interval) for figure in figures(sentence, language)]


@pytest.mark.parametrize(
    ("sentence", "text", "unit"),
    [
        ("Total crime was 14 per cent lower.", "14 per cent", "%"),
        ("Total crime was 14% lower.", "14%", "%"),
        ("Brotten blev 14 % färre.", "14 %", "%"),
        ("Brotten minskade med 4,94 procent.", "4,94 procent", "%"),
        ("Crime was 4.94% lower in 2018.", "4.94%", "%"),
        ("Fourteen per cent of the shops closed.", "Fourteen per cent", "%"),
        ("Stölderna (-14 %) och rånen minskade.", "-14 %", "%"),
        ("Property values rose by 15 percentage points.", "15 percentage points", "percentage points"),
        ("Andelen otrygga minskade 2,5 procentenheter.", "2,5 procentenheter", "percentage points"),
        ("A fall of between 6 and 10 per cent.", "between 6 and 10 per cent", "%"),
        ("A fall of 6 to 10 per cent.", "6 to 10 per cent", "%"),
        ("Brotten var mellan 6 och 10 procent färre.", "mellan 6 och 10 procent", "%"),
        ("Hubben anger 30–40 % mindre skadegörelse.", "30–40 %", "%"),
        ("From 14 % to 21 % of shops.", "14 % to 21 %", "%"),
        ("The base funding is SEK 3 million a year.", "SEK 3 million", "SEK"),
        ("Verksamheten kostar 3 miljoner kronor om året.", "3 miljoner kronor", "SEK"),
        ("Each averted crime cost about USD 21,000.", "USD 21,000", "USD"),
        ("The budget was above $1.2 million.", "$1.2 million", "USD"),
        ("Insatsen kostade 12,5 mnkr.", "12,5 mnkr", "SEK"),
        ("Avgiften är 10 000 kr för varje ägare.", "10 000 kr", "SEK"),
        ("The review pools 33 studies.", "33 studies", "studies"),
        ("Översikten fann 13 utvärderingar.", "13 utvärderingar", "utvärderingar"),
        ("Eight of nine quantitative studies show a fall.", "Eight of nine quantitative studies", "studies"),
        ("I 12 av de 17 sammanvägda undersökningarna.", "12 av de 17 sammanvägda undersökningarna", "undersökningarna"),
        ("The authors study 30 Los Angeles BIDs.", "30 Los Angeles BIDs", "BIDs"),
        ("Uppföljningen pågick i 12 mån.", "12 mån", "mån"),
        ("Guards were there for eighteen months.", "eighteen months", "months"),
        ("Utbildningen är 80 till 160 timmar.", "80 till 160 timmar", "timmar"),
        ("The odds were higher (OR = 1.23).", "OR = 1.23", "OR"),
        ("The pooled effect was RR 0.86.", "RR 0.86", "RR"),
        ("The effect was small, Cohen’s d = 0.2.", "Cohen’s d = 0.2", "Cohen’s d"),
        ("Värdet steg mest i centrum (B = 3,704).", "B = 3,704", "B"),
        ("Tryggheten steg från 4 till 5 på en tiogradig skala.", "från 4 till 5 på en tiogradig skala", "scale"),
        ("Betyget steg från 3,9 till 4,2.", "från 3,9 till 4,2", "scale"),
        ("Safety rose by 1.5 points.", "1.5 points", "points"),
        ("Rånen var 12 per 100 000 invånare.", "12 per 100 000 invånare", "per 100 000 invånare"),
    ],
)
def test_a_number_with_a_unit_is_a_figure_as_written(sentence: str, text: str, unit: str) -> None:
    assert said(sentence) == [(text, unit, "")]
    assert text in sentence


@pytest.mark.parametrize(
    "sentence",
    [
        "Crime in Malmö was studied in 1994-2005 and again in 2008.",
        "Lagen (2023:196) trädde i kraft 2023, se 3 kap. 4 § och 7 §.",
        "BID001 and LIT002 are described on p. 12 and pp. 3-5, see Table 2 and Figure 3.1.",
        "Se avsnitt 5.3, tabell 4 och bilaga 2 (Brå 2023, s. 17).",
        "Områdena enligt LOV 2 och LOV 3 har ersatts, liksom SOU 2025:5.",
        "Welsh, Farrington and Douglas (2022) and Piza et al. (2019) disagree.",
        "Its level is 3 of 5, as in Study 2.",
        "Some were between 18 and 24, and others older.",
        "Resultatet gällde brott, trygghet och en enda kommun.",
        "I artikel 6 i direktiv 89/391/EEG sägs inget om 2 kap. 1–9 §§.",
    ],
)
def test_years_pages_tables_ids_and_law_are_no_figures(sentence: str) -> None:
    assert said(sentence, "sv") == []


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Crime was 14 per cent lower (95 % CI 5 to 21).", [("14 per cent", "%", "95 % CI 5 to 21")]),
        (
            "Robbery fell 12% (95% posterior interval -2 to 24) and violence 8% (-5 to 21).",
            [("12%", "%", "95% posterior interval -2 to 24"), ("8%", "%", "-5 to 21")],
        ),
        (
            "Minskningen var 14 procent (95 % konfidensintervall 5–21).",
            [("14 procent", "%", "95 % konfidensintervall 5–21")],
        ),
        (
            "Brotten var 14 procent färre, 95 % KI 5–21.",
            [("14 procent", "%", "95 % KI 5–21")],
        ),
        ("Assaults were less likely (OR = .455, p < .0001).", [("OR = .455", "OR", "p < .0001")]),
        ("Brotten var 5 procent färre, men det var ej signifikant.", [("5 procent", "%", "")]),
        ("Brotten var 5 procent färre (ej signifikant).", [("5 procent", "%", "ej signifikant")]),
        ("Skillnaden på 4,94 procent är statistiskt säkerställd.", [("4,94 procent", "%", "statistiskt säkerställd")]),
        ("The fall of 3 per cent is not statistically significant.",
         [("3 per cent", "%", "not statistically significant")]),
        ("The effect was significant (p < .05).", [("p < .05", "p", "")]),
        ("Drug crime fell 20 per cent; violence did not change (p = .4).", [("20 per cent", "%", "")]),
    ],
)  # fmt: skip
def test_an_interval_or_significance_goes_with_the_figure_of_its_clause(
    sentence: str, expected: list[tuple[str, str, str]]
) -> None:
    assert said(sentence) == expected


def test_figures_come_in_the_order_of_the_sentence() -> None:
    sentence = "Guards made 41 per cent more visits at 29 stations over 6 months, for USD 2 million."
    assert [text for text, _, _ in said(sentence)] == ["41 per cent", "29 stations", "6 months", "USD 2 million"]


def test_two_values_of_one_unit_are_one_figure() -> None:
    assert said("Sexualbrotten minskade med 62 och 58 procent, mot 18 procent.", "sv") == [
        ("62 och 58 procent", "%", ""),
        ("18 procent", "%", ""),
    ]


def test_a_word_of_one_language_is_not_taken_for_one_of_the_other() -> None:
    assert said("Of the nine quantitative studies, eight show a fall in crime.") == [
        ("nine quantitative studies", "studies", "")
    ]


def test_a_year_before_a_share_is_not_drawn_into_it() -> None:
    assert said("Under 2015 och 2016 var effekten 12 till 14 procent.", "sv") == [("12 till 14 procent", "%", "")]
