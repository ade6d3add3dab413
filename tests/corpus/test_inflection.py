"""Word forms to headwords, and compounds to their parts: rules propose, the headwords decide."""

from collections.abc import Callable, Collection

import pytest

from corpus.inflection import Reading, compound, english_bases, first_part, swedish_readings

Classes = Callable[[str], Collection[str]]

NOUNS = """
    plats gata kvinna skola kvarter rum stam nyckel cykel fönster område ägare museum fråga trygghet belysning värd
    vandring arbete samverkan brott offer station buss glas slag lag hus ljus vägg lägg gård grupp analys sak granne
    kriterium permutation
"""
VERBS = "minska betala bygga leda köpa tro mäta belysa undersöka lysa fråga känna"
ADJECTIVES = "trygg stor vit god öppen enkel ljus röd känd otrygg möjlig"


def headwords(**words: str) -> Classes:
    """The word classes of each word, as a term list would tell them."""
    by_word: dict[str, list[str]] = {}
    for word_class, listed in words.items():
        for word in listed.split():
            by_word.setdefault(word, []).append(word_class)
    return lambda word: by_word.get(word, ())


known = headwords(noun=NOUNS, verb=VERBS, adj=ADJECTIVES, prep="till", prefix="sam", name="lund")


def readings(form: str, classes: Classes = known) -> list[tuple[str, str]]:
    return [(reading.headword, reading.word_class) for reading in swedish_readings(form, classes)]


def parts(form: str, classes: Classes = known) -> list[str]:
    return [part.headword for part in compound(form, classes)]


# Swedish forms


@pytest.mark.parametrize(
    ("forms", "headword"),
    [
        ("gatan gator gatorna", "gata"),
        ("platsen platser platserna", "plats"),
        ("kvarteret kvarteren", "kvarter"),
        ("området områden områdena", "område"),
        ("ägaren ägarna", "ägare"),
        ("grannen grannar grannarna", "granne"),
        ("museet museer museerna", "museum"),
        ("kriteriet kriterier kriterierna", "kriterium"),
        ("analysen analyser analyserna", "analys"),
        ("värden värdar värdarna", "värd"),
        ("husen huset", "hus"),
    ],
)
def test_a_noun_is_known_in_the_definite_and_in_the_plural(forms: str, headword: str) -> None:
    for form in forms.split():
        assert readings(form) == [(headword, "noun")], form


@pytest.mark.parametrize(
    ("forms", "headword"),
    [
        ("minskar minskade minskat minskande", "minska"),
        ("bygger byggde byggt", "bygga"),
        ("leder ledde lett", "leda"),
        ("köper köpte köpt", "köpa"),
        ("tror trodde trott", "tro"),
        ("mäter mätte mätt", "mäta"),
        ("undersöker undersökte undersökt undersökta", "undersöka"),
        ("betalad betalade betalda betald", "betala"),
    ],
)
def test_a_regular_verb_is_known_in_its_tenses_and_participles(forms: str, headword: str) -> None:
    for form in forms.split():
        assert readings(form) == [(headword, "verb")], form


@pytest.mark.parametrize(
    ("forms", "headword"),
    [
        ("tryggt trygga tryggare tryggast tryggaste", "trygg"),
        ("stort stora", "stor"),
        ("vitt vita", "vit"),
        ("rött röda", "röd"),
        ("gott goda", "god"),
        ("öppet öppna", "öppen"),
        ("enkelt enkla", "enkel"),
    ],
)
def test_an_adjective_is_known_in_the_neuter_the_plural_and_compared(forms: str, headword: str) -> None:
    for form in forms.split():
        assert (headword, "adj") in readings(form), form


@pytest.mark.parametrize(
    ("form", "headword"),
    [
        ("platsens", "plats"),
        ("områdets", "område"),
        ("gatornas", "gata"),
        ("värds", "värd"),
        ("ägarnas", "ägare"),
        ("lunds", "lund"),
    ],
)
def test_a_genitive_is_its_word(form: str, headword: str) -> None:
    assert [found for found, _ in readings(form)] == [headword]


@pytest.mark.parametrize("form", ["minskas", "minskades", "minskats"])
def test_a_passive_is_its_verb(form: str) -> None:
    assert readings(form) == [("minska", "verb")]


@pytest.mark.parametrize(("form", "headword"), [("rummet", "rum"), ("rummen", "rum"), ("stammar", "stam")])
def test_a_consonant_that_an_ending_doubles_is_single_in_the_headword(form: str, headword: str) -> None:
    assert readings(form) == [(headword, "noun")]


@pytest.mark.parametrize(
    ("form", "headword"),
    [("nycklar", "nyckel"), ("nycklarna", "nyckel"), ("cyklarnas", "cykel"), ("fönstren", "fönster")],
)
def test_an_e_that_an_ending_drops_is_back_in_the_headword(form: str, headword: str) -> None:
    assert readings(form) == [(headword, "noun")]


@pytest.mark.parametrize("form", ["otryggheten", "otrygghet", "otrygghetens"])
def test_a_noun_in_het_is_read_as_its_adjective_where_it_has_no_row(form: str) -> None:
    assert readings(form) == [("otrygg", "adj")]


@pytest.mark.parametrize("form", ["tryggheten", "trygghetens"])
def test_a_noun_in_het_that_has_a_row_is_read_as_itself(form: str) -> None:
    assert readings(form) == [("trygghet", "noun")]


@pytest.mark.parametrize("form", ["mätning", "mätningen", "mätningar", "mätningarna", "mätningarnas"])
def test_a_noun_in_ning_is_read_as_its_verb_where_it_has_no_row(form: str) -> None:
    assert readings(form) == [("mäta", "verb")]


def test_a_noun_in_ning_that_has_a_row_is_read_as_itself() -> None:
    assert readings("belysningen") == [("belysning", "noun")]


@pytest.mark.parametrize("form", ["torget", "torgen", "planerade", "gladare", "torghet", "xyz", "s", ""])
def test_a_form_of_no_headword_has_no_reading(form: str) -> None:
    assert readings(form) == []


@pytest.mark.parametrize(("form", "word_class"), [("platsen", "noun"), ("platsade", "verb"), ("platsast", "adj")])
def test_an_ending_is_taken_off_only_in_the_word_class_that_has_it(form: str, word_class: str) -> None:
    everything = {name: headwords(**{name: "plats platsa"}) for name in ("noun", "verb", "adj")}
    assert [name for name, classes in everything.items() if readings(form, classes)] == [word_class]


def test_the_reading_that_keeps_most_of_the_form_comes_first() -> None:
    assert readings("gatans", headwords(noun="gata gatan")) == [("gatan", "noun"), ("gata", "noun")]


def test_each_reading_comes_once_and_never_the_form_itself() -> None:
    found = readings("frågan", headwords(noun="fråga frågan", verb="fråga"))
    assert found == [("fråga", "noun")]
    assert readings("lätt", headwords(adj="lätt")) == []


def test_a_form_of_two_word_classes_is_read_in_both() -> None:
    assert readings("ljusen") == [("ljus", "noun")]
    assert readings("ljusa") == [("ljus", "adj")]
    assert set(readings("leder", headwords(noun="led", verb="leda"))) == {("led", "noun"), ("leda", "verb")}


# Compounds


@pytest.mark.parametrize(
    ("form", "wanted"),
    [
        ("platssamverkan", ["plats", "samverkan"]),
        ("platsbelysning", ["plats", "belysning"]),
        ("bussgata", ["buss", "gata"]),
        ("gruppanalys", ["grupp", "analys"]),
        ("lundgata", ["lund", "gata"]),
    ],
)
def test_a_compound_of_two_headwords_is_split_between_them(form: str, wanted: list[str]) -> None:
    assert parts(form) == wanted


@pytest.mark.parametrize(
    ("form", "wanted"),
    [
        ("trygghetsvärd", ["trygghet", "värd"]),
        ("trygghetsvandring", ["trygghet", "vandring"]),
        ("belysningsfråga", ["belysning", "fråga"]),
        ("arbetsplats", ["arbete", "plats"]),
        ("permutationslag", ["permutation", "lag"]),
    ],
)
def test_a_linking_s_belongs_to_neither_part(form: str, wanted: list[str]) -> None:
    assert parts(form) == wanted


@pytest.mark.parametrize(
    ("form", "wanted"),
    [
        ("trygghetsarbetesplats", ["trygghet", "arbete", "plats"]),
        ("gatubelysningsfråga", ["gata", "belysning", "fråga"]),
        ("brottsofferstation", ["brott", "offer", "station"]),
    ],
)
def test_a_compound_may_have_three_parts(form: str, wanted: list[str]) -> None:
    assert parts(form) == wanted


def test_the_longest_last_part_wins() -> None:
    assert parts("gatuplatsgrupp", headwords(noun="gata gatuplats plats grupp platsgrupp")) == ["gata", "platsgrupp"]


def test_fewest_parts_win() -> None:
    assert parts("brottsofferstation", headwords(noun="brott offer brottsoffer station")) == ["brottsoffer", "station"]


@pytest.mark.parametrize(
    ("form", "wanted"),
    [
        ("gatubelysning", ["gata", "belysning"]),
        ("skolgård", ["skola", "gård"]),
        ("kvinnogrupp", ["kvinna", "grupp"]),
        ("frågestation", ["fråga", "station"]),
        ("bygglag", ["bygga", "lag"]),
    ],
)
def test_a_first_part_may_lose_or_change_its_last_vowel(form: str, wanted: list[str]) -> None:
    assert parts(form) == wanted


@pytest.mark.parametrize(
    ("form", "wanted"),
    [
        ("tillägg", ["till", "lägg"]),
        ("busstation", ["buss", "station"]),
        ("glasslag", ["glas", "slag"]),
        ("vägglägg", ["vägg", "lägg"]),
    ],
)
def test_three_like_letters_are_written_as_two(form: str, wanted: list[str]) -> None:
    assert parts(form) == wanted


@pytest.mark.parametrize(
    ("form", "last"),
    [
        ("trygghetsvärdarna", "värd"),
        ("platsanalysernas", "analys"),
        ("skolgårdens", "gård"),
        ("bussgator", "gata"),
        ("trygghetsfrågorna", "fråga"),
    ],
)
def test_the_last_part_may_be_inflected(form: str, last: str) -> None:
    found = parts(form)
    assert len(found) == 2
    assert found[-1] == last


def test_a_part_keeps_its_word_class() -> None:
    assert compound("samarbete", known) == (Reading("sam", "prefix"), Reading("arbete", "noun"))


@pytest.mark.parametrize("form", ["bygata", "algata", "gataby", "platsal", "åplats", "platså"])
def test_no_part_has_less_than_three_letters(form: str) -> None:
    assert parts(form, headwords(noun="by al å gata plats")) == []


@pytest.mark.parametrize("form", ["platshet", "platshets", "platsera", "platsskap", "platsbar", "platslösa"])
def test_an_ending_that_looks_like_a_word_is_no_last_part(form: str) -> None:
    assert parts(form, headwords(noun="plats era skap", adj="het bar", verb="era lösa")) == []


@pytest.mark.parametrize("form", ["platshar", "platstill", "gatasam", "platsville"])
def test_a_compound_ends_in_a_noun_an_adjective_or_a_full_verb(form: str) -> None:
    classes = headwords(noun="plats gata", verb="har ville", prep="till", prefix="sam")
    assert parts(form, classes) == []


def test_a_full_verb_may_end_a_compound() -> None:
    assert parts("gatuminskade") == ["gata", "minska"]


@pytest.mark.parametrize("form", ["plats", "platsxyzzy", "xyzzyplats", "plats-gata", "plats2gata", "", "gatgatgatxyz"])
def test_what_is_not_made_of_headwords_is_no_compound(form: str) -> None:
    assert parts(form) == []


def test_no_compound_is_longer_than_sixty_letters() -> None:
    classes = headwords(noun=f"gata {'y' * 55} {'y' * 56} {'y' * 57}")
    assert parts("gata" + "y" * 56, classes) == ["gata", "y" * 56]
    assert parts("gata" + "y" * 57, classes) == []


@pytest.mark.parametrize(
    ("form", "headword"),
    [
        ("gatu", "gata"),
        ("skol", "skola"),
        ("kvinno", "kvinna"),
        ("fråge", "fråga"),
        ("plats", "plats"),
        ("bygg", "bygga"),
    ],
)
def test_the_first_part_of_a_compound_is_known_by_itself(form: str, headword: str) -> None:
    found = first_part(form, known)
    assert found is not None
    assert found.headword == headword


@pytest.mark.parametrize("form", ["xyz", "gatan", "trygghets"])
def test_what_never_stands_first_is_no_first_part(form: str) -> None:
    assert first_part(form, known) is None


# English forms


@pytest.mark.parametrize(
    ("form", "base"),
    [
        ("streets", "street"),
        ("boxes", "box"),
        ("places", "place"),
        ("parties", "party"),
        ("knives", "knife"),
        ("thieves", "thief"),
        ("town's", "town"),
        ("town’s", "town"),
        ("lighting", "light"),
        ("measuring", "measure"),
        ("stopped", "stop"),
        ("running", "run"),
        ("tried", "try"),
        ("safer", "safe"),
        ("safest", "safe"),
        ("busier", "busy"),
        ("busiest", "busy"),
        ("bigger", "big"),
        ("safely", "safe"),
        ("happily", "happy"),
        ("possibly", "possible"),
        ("basically", "basic"),
    ],
)
def test_an_english_form_has_its_base_among_its_bases(form: str, base: str) -> None:
    assert base in list(english_bases(form))


@pytest.mark.parametrize(
    ("form", "base"),
    [
        ("children", "child"),
        ("women", "woman"),
        ("went", "go"),
        ("were", "be"),
        ("found", "find"),
        ("paid", "pay"),
        ("criteria", "criterion"),
        ("analyses", "analysis"),
        ("worse", "bad"),
        ("stolen", "steal"),
    ],
)
def test_an_irregular_form_has_its_base_next_after_itself(form: str, base: str) -> None:
    assert list(english_bases(form))[:2] == [form, base]


@pytest.mark.parametrize(
    ("american", "british"),
    [
        ("color", "colour"),
        ("neighborhood", "neighbourhood"),
        ("neighborhoods", "neighbourhood"),
        ("behavioral", "behavioural"),
        ("favorable", "favourable"),
        ("organization", "organisation"),
        ("organizations", "organisation"),
        ("organized", "organise"),
        ("victimizing", "victimise"),
        ("analyzed", "analyse"),
        ("center", "centre"),
        ("theaters", "theatre"),
        ("defense", "defence"),
        ("dialog", "dialogue"),
        ("traveled", "travel"),
        ("signaling", "signalling"),
        ("program", "programme"),
        ("programs", "programme"),
    ],
)
def test_american_spelling_leads_to_the_british(american: str, british: str) -> None:
    assert british in list(english_bases(american))


@pytest.mark.parametrize("form", ["street", "streets", "went", "organized", "a", ""])
def test_a_form_is_the_first_of_its_own_bases(form: str) -> None:
    assert next(english_bases(form)) == form


@pytest.mark.parametrize(("form", "not_base"), [("bus", "b"), ("is", "i"), ("red", "r"), ("sing", "s"), ("or", "our")])
def test_a_short_word_is_not_cut_down_to_one_letter(form: str, not_base: str) -> None:
    assert not_base not in list(english_bases(form))
