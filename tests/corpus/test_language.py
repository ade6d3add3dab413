"""Which language; where sentences end; stems and 4-grams."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.language import (
    FUNCTION_WORDS,
    OtherLanguage,
    content_stems,
    grams,
    language_of,
    question_language,
    sentence_spans,
    stem,
    terms,
    tokens,
)


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


# Which language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Friåkare är ägare som får del av nyttan utan att betala sin andel.", "sv"),
        ("Free riders are owners who share the benefit without paying their part.", "en"),
        ("Hur ökar man tryggheten?", "sv"),
        ("How is safety improved?", "en"),
    ],
)
def test_swedish_and_english_are_told_apart(text: str, language: str) -> None:
    assert language_of(text) == language


def test_danish_is_told_from_swedish_where_danish_may_be() -> None:
    text = "Kommunen og politiet har i fællesskab undersøgt, hvordan man kan øge trygheden på torvet om aftenen."
    assert language_of(text, ("sv", "en", "da")) == "da"
    assert language_of(text) == "sv"


def test_the_first_language_is_taken_where_nothing_tells_them_apart() -> None:
    assert language_of("", ("fi", "sv")) in ("fi", "sv")
    assert language_of("", ("xx", "yy")) == "xx"


@pytest.mark.parametrize(
    "question",
    [
        "Hur kan trygghet på torget öka?",
        "Hur undviker vi friåkarproblemet?",
        "Vad är en BID?",
        "Minskar kameror brott?",
        "Vem betalar?",
        "vad säger brå om belysning",
    ],
)
def test_a_swedish_question_is_swedish(question: str) -> None:
    assert question_language(question) == "sv"


@pytest.mark.parametrize(
    "question",
    [
        "Does street lighting reduce crime?",
        "What is a BID?",
        "Who pays?",
        "Is CCTV any good?",
        "How safe is the square at night?",
        "Who owns Medborgarplatsen in Stockholm?",
        "what are malum prohibitum considerations",
    ],
)
def test_an_english_question_is_english(question: str) -> None:
    assert question_language(question) == "en"


@pytest.mark.parametrize(
    "question",
    ["Hvordan kan vi øke tryggheten i sentrum?", "Hvordan undgår vi at nogle ejere ikke betaler?", "Hvem betaler?"],
)
def test_norwegian_and_danish_are_read_as_swedish(question: str) -> None:
    assert question_language(question) == "sv"


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Wie kann man die Kriminalität in der Innenstadt verringern?", "de"),
        ("Welche Wirkung hat die Straßenbeleuchtung auf die Sicherheit?", "de"),
        ("¿Cómo se reduce la delincuencia en el centro?", "es"),
        ("¿Cuál es el efecto de las cámaras de vigilancia?", "es"),
        ("Quel est l'effet de l'éclairage public sur la criminalité ?", "fr"),
        ("Wat is het effect van straatverlichting op de veiligheid?", "nl"),
        ("Miten rikollisuutta voidaan vähentää keskustassa?", "fi"),
        ("Jak zmniejszyć przestępczość w centrum miasta?", "pl"),
        ("كيف يمكن الحد من الجريمة في وسط المدينة؟", "ar"),
    ],
)
def test_a_question_in_another_language_is_refused_by_its_name(question: str, found: str) -> None:
    with pytest.raises(OtherLanguage) as refusal:
        question_language(question)
    assert refusal.value.values == {"found": found}
    assert f"({found})" in refusal.value.sentence("sv")


@given(st.text(max_size=40))
def test_a_question_is_in_swedish_in_english_or_refused(text: str) -> None:
    try:
        assert question_language(text) in ("sv", "en")
    except OtherLanguage as refusal:
        assert refusal.values["found"] not in ("sv", "en", "da", "no")


# Sentences


@pytest.mark.parametrize(
    "sentence",
    [
        "Det gäller bl.a. Malmö och Lund.",
        "Polisen, kommunen m.fl. deltar i arbetet.",
        "Det är en avgift, dvs. en kostnad.",
        "Se s. 12 för mer.",
        "Avgiften är ca. 3 kronor per kvm.",
        "Det gäller t.ex. Stockholm.",
        "Enligt 2 kap. 5 § får kommunen besluta.",
        "See Fig. 3 for the trend.",
        "Smith et al. (2010) found no effect.",
        "Crime fell in several U.S. cities.",
        "Some measures, e.g. Lighting, cost little.",
        "It fell by 14.5 per cent.",
        "Welsh, B. C. and Farrington, D. P. reviewed it.",
    ],
)
def test_an_abbreviation_ends_no_sentence(sentence: str) -> None:
    assert sentences(f"{sentence} Nästa mening är en annan.") == [sentence, "Nästa mening är en annan."]


@pytest.mark.parametrize(
    "first", ["Så gick det då.", "Ägaren vill inte få.", "Platsen hade många trä.", "De måste bo."]
)
def test_a_sentence_may_end_in_a_swedish_letter(first: str) -> None:
    assert sentences(f"{first} Ägarna betalade.") == [first, "Ägarna betalade."]


@pytest.mark.parametrize("first", ["Vem betalar?", "De betalar!", "Det är sant (nästan).", "Han sa ”ja”."])
def test_a_sentence_may_end_otherwise_than_in_a_full_stop(first: str) -> None:
    assert sentences(f"{first} Ingen vet.") == [first, "Ingen vet."]


def test_a_sentence_reads_on_over_line_breaks() -> None:
    text = (
        "En obligatorisk avgift löser friåkarproblemet eftersom\n"
        "alla ägare då måste betala. Frivilliga avgifter räcker\n"
        "sällan."
    )
    assert sentences(text) == [
        "En obligatorisk avgift löser friåkarproblemet eftersom\nalla ägare då måste betala.",
        "Frivilliga avgifter räcker\nsällan.",
    ]


@pytest.mark.parametrize("last", ["det.", "då.", "att.", "it.", "did.", "up).", "så."])
def test_a_short_last_word_on_a_new_line_is_no_list_item(last: str) -> None:
    first = f"Det finns många skäl till att ägarna ville betala för\n{last}"
    assert sentences(f"{first} Sedan hände något annat på samma plats i staden.") == [
        first,
        "Sedan hände något annat på samma plats i staden.",
    ]


def test_a_page_reference_on_a_new_line_is_no_list_item() -> None:
    text = "Hur avgiften räknas ut beskrivs närmare i rapporten, se\ns. 12 för en tabell över alla områden som ingår."
    assert sentences(text) == [text]


def test_a_heading_stands_alone() -> None:
    text = (
        "Resultat\n"
        "Bättre belysning minskade egendomsbrotten med fjorton procent på torgen.\n"
        "Våldsbrotten minskade inte."
    )
    assert sentences(text) == [
        "Resultat",
        "Bättre belysning minskade egendomsbrotten med fjorton procent på torgen.",
        "Våldsbrotten minskade inte.",
    ]


def test_an_empty_line_ends_a_sentence() -> None:
    assert sentences("trygghet på torget\n\noch belysning") == ["trygghet på torget", "och belysning"]


@pytest.mark.parametrize("bullets", [("•", "•"), ("–", "–"), ("*", "*"), ("1.", "2."), ("a)", "b)"), ("(i)", "(ii)")])
def test_each_list_item_stands_alone(bullets: tuple[str, str]) -> None:
    items = [f"{bullets[0]} ljus och lampor i hela kvarteret,", f"{bullets[1]} värdar och vakter i hela kvarteret,"]
    assert sentences("Platsen behöver följande för att bli trygg,\n" + "\n".join(items)) == [
        "Platsen behöver följande för att bli trygg,",
        *items,
    ]


def test_an_empty_page_has_no_sentence() -> None:
    assert sentence_spans("") == sentence_spans(" \n \n") == []


@given(st.lists(st.sampled_from([*"aÅö1.?!:-•) \n\t\u00a0😀", "s. ", "bl.a. "])).map("".join))
def test_sentences_lie_inside_the_text_in_order_and_lose_no_letter(text: str) -> None:
    spans = sentence_spans(text)
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(edges)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(text[start:end] == text[start:end].strip() for start, end in spans)
    assert "".join("".join(text[start:end].split()) for start, end in spans) == "".join(text.split())


# Words, stems and grams


def test_tokens_are_lower_case_words_and_numbers() -> None:
    assert tokens("Brå-rapport 2015:21 om A\u030angest!") == ["brå", "rapport", "2015", "21", "om", "ångest"]


@pytest.mark.parametrize(
    ("word", "language", "wanted"),
    [
        ("avgifterna", "sv", "avgift"),
        ("avgifter", "sv", "avgift"),
        ("districts", "en", "district"),
        ("paying", "en", "pay"),
    ],
)
def test_a_stem_is_what_the_forms_of_a_word_share(word: str, language: str, wanted: str) -> None:
    assert stem(word, language) == wanted


def test_content_stems_leave_out_grammar_and_repetition() -> None:
    assert content_stems("Hur kan avgiften, och alla avgifter, betalas?", "sv") == ["avgift", "betal"]
    assert content_stems("What is the levy, and who pays the levy?", "en") == ["levi", "pay"]


def test_function_words_are_lower_case_and_few_enough_to_read() -> None:
    for words in FUNCTION_WORDS.values():
        assert {word for word in words if tokens(word) != [word]} == set()
        assert len(words) < 200


def test_grams_are_the_runs_of_four_characters_of_a_framed_word() -> None:
    assert grams("torg") == ("#_tor", "#torg", "#org_")
    assert grams("bid") == ("#_bid", "#bid_")


def test_a_word_of_two_letters_and_one_longer_than_any_word_have_no_grams() -> None:
    assert grams("ny") == grams("x" * 41) == ()


@given(st.text(st.characters(categories=["Ll"]), min_size=3, max_size=40))
def test_a_word_of_n_letters_has_n_minus_one_grams(word: str) -> None:
    assert len(grams(word)) == len(word) - 1


def test_terms_are_the_stem_of_each_word_and_then_its_grams() -> None:
    assert list(terms("Torgen är", "sv")) == ["torg", "#_tor", "#torg", "#orge", "#rgen", "#gen_", "är"]


@pytest.mark.parametrize("part", ["trygghet", "värd"])
def test_a_compound_shares_terms_with_its_parts(part: str) -> None:
    shared = set(terms("trygghetsvärdar", "sv")) & set(terms(part, "sv"))
    assert len(shared) >= 1
    assert not shared & set(terms("belysning", "sv"))


def test_no_gram_is_taken_for_a_stem() -> None:
    assert "torg" not in grams("torg")
    assert not set(terms("torg", "sv")) & {"tor", "org"}
