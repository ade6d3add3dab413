"""The one normalisation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.text import clean, letters, mend, one_line, vocabulary

PIECES = [*"abÅö1²-_. \n\t\r\x0c\u00a0\u00ad\u0002\ufffe\u200b\u2028\u3000", "och", "ﬁ"]
ACCENTS = ["\u0301", "\u030a"]
PRINTED = st.one_of(st.lists(st.sampled_from(PIECES + ACCENTS)).map("".join), st.text())
"""What a PDF reader may give: anything, but oftener what is hard."""


@pytest.mark.parametrize(
    ("printed", "wanted"),
    [
        ("eﬀekt", "effekt"),
        ("ﬁnansiering", "finansiering"),
        ("konﬂikt", "konflikt"),
        ("eﬃcacy", "efficacy"),
        ("baﬄe", "baffle"),
        ("poﬅ", "post"),
        ("ﬆyle", "style"),
    ],
)
def test_a_ligature_becomes_its_letters(printed: str, wanted: str) -> None:
    assert clean(printed) == wanted


@pytest.mark.parametrize("kept", ["10 m²", "½ time", "AMP™", "x₁", "1ª", "№ 5", "…", "”citat” – tanke"])
def test_what_is_printed_otherwise_than_as_letters_stays_as_printed(kept: str) -> None:
    assert clean(kept) == kept


def test_a_letter_and_its_ring_become_one_character() -> None:
    assert clean("A\u030angest o\u0308kar") == "Ångest ökar"


def test_a_letter_and_its_ring_meet_across_a_character_nobody_sees() -> None:
    assert clean("a\u200b\u030ar") == "år"


def test_a_soft_hyphen_goes() -> None:
    assert clean("trygg\u00adhet") == "trygghet"


def test_a_soft_hyphen_at_a_line_end_joins_the_lines() -> None:
    assert clean("trygg\u00ad \n hets\u00advärd") == "trygghetsvärd"


@pytest.mark.parametrize("mark", ["\u0002", "\ufffe", "\u0002\n", "\ufffe\n"])
def test_a_line_end_mark_of_pdfium_is_mended_as_a_hyphen(mark: str) -> None:
    assert clean(f"trygg{mark}het") == "trygghet"
    assert clean(f"byggnads{mark}eller") == "byggnads- eller"


@pytest.mark.parametrize("unseen", ["\u200b", "\u200d", "\u2060", "\ufeff", "\u200e", "\x00", "\x07", "\x1b", "\x7f"])
def test_a_character_nobody_sees_goes(unseen: str) -> None:
    assert clean(f"tor{unseen}get") == "torget"


@pytest.mark.parametrize("space", ["\u00a0", "\u2009", "\u2002", "\u202f", "\u3000", "\t", "  \u00a0 "])
def test_an_odd_space_becomes_a_plain_one(space: str) -> None:
    assert clean(f"14{space}procent") == "14 procent"


@pytest.mark.parametrize("end", ["\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_every_kind_of_line_end_keeps_two_words_apart(end: str) -> None:
    assert clean(f"Resultat{end}Brotten minskade") == "Resultat\nBrotten minskade"


def test_line_breaks_stay_and_spaces_at_line_ends_go() -> None:
    assert clean("  Resultat  \n\n  Brotten   minskade. \n") == "Resultat\n\nBrotten minskade."


# Hyphens at line ends


def test_a_word_broken_at_a_line_end_is_joined() -> None:
    assert mend("brotts-\nförebyggande") == "brottsförebyggande"


def test_a_word_broken_over_three_lines_is_joined() -> None:
    assert mend("sam-\nverkans-\norganisation") == "samverkansorganisation"


def test_spaces_around_the_line_end_are_no_hindrance() -> None:
    assert clean("brotts-\u00a0\n  förebyggande") == "brottsförebyggande"


@pytest.mark.parametrize("word", ["och", "eller", "samt", "respektive", "and", "or", "to"])
def test_a_hanging_hyphen_is_kept(word: str) -> None:
    assert mend(f"byggnads-\n{word} anläggningsarbete") == f"byggnads- {word} anläggningsarbete"


def test_a_hanging_hyphen_is_kept_even_where_the_joined_word_is_known() -> None:
    assert mend("byggnads-\neller", known={"byggnadseller"}) == "byggnads- eller"


@pytest.mark.parametrize(
    ("broken", "wanted"),
    [
        ("EU-\nDomstolen", "EU-Domstolen"),
        ("covid-\n19", "covid-19"),
        ("2015-\n2020", "2015-2020"),
        ("5-\nåring", "5-åring"),
    ],
)
def test_the_hyphen_is_kept_beside_a_capital_or_a_number(broken: str, wanted: str) -> None:
    assert mend(broken, known={"eudomstolen"}) == wanted


def test_the_hyphen_is_kept_in_english_when_both_halves_stand_alone() -> None:
    known = vocabulary(["Policy should be based on evidence."])
    assert mend("evidence-\nbased", known, swedish=False) == "evidence-based"


def test_the_halves_of_a_swedish_compound_may_stand_alone_and_are_joined_all_the_same() -> None:
    known = vocabulary(["Polisen har ett område."])
    assert mend("polis-\nområde", known | {"polis"}, swedish=True) == "polisområde"


def test_an_english_word_is_joined_when_a_half_is_no_word() -> None:
    known = vocabulary(["The part that matters."])
    assert mend("part-\nnership", known, swedish=False) == "partnership"


def test_a_word_the_document_has_whole_is_joined_even_when_both_halves_stand_alone() -> None:
    known = vocabulary(["The neighbourhood.", "A neighbour wore a hood."])
    assert mend("neighbour-\nhood", known, swedish=False) == "neighbourhood"


def test_the_hyphen_is_kept_when_the_document_has_the_hyphenated_form() -> None:
    known = vocabulary(["En icke-kommersiell aktör."])
    assert mend("icke-\nkommersiell", known) == "icke-kommersiell"


def test_only_the_last_part_of_a_hyphenated_word_is_mended() -> None:
    assert mend("icke-kommer-\nsiell", known={"kommersiell"}, swedish=False) == "icke-kommersiell"


def test_a_dash_between_words_is_no_hyphen() -> None:
    assert clean("torget -\noch gatan –\nhela staden") == "torget -\noch gatan –\nhela staden"


def test_a_hyphen_before_an_empty_line_is_left_alone() -> None:
    assert clean("brotts-\n\nförebyggande") == "brotts-\n\nförebyggande"


# What is known


def test_the_vocabulary_is_lower_case_with_hyphenated_words_whole() -> None:
    assert vocabulary(["En Icke-kommersiell aktör", "ﬁnns 2 år"]) == {"en", "icke-kommersiell", "aktör", "finns", "år"}


def test_a_broken_word_proves_nothing() -> None:
    assert vocabulary(["en evidence-\nbased policy"]) == {"en", "policy"}


# What holds for all text


@given(PRINTED)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean(text)
    assert clean(once) == once


@given(PRINTED)
def test_clean_text_has_no_character_nobody_sees_and_no_loose_space(text: str) -> None:
    cleaned = clean(text)
    assert not set(cleaned) & set("\u00ad\u0002\ufffe\u200b\u00a0\u2028\t\r\x0c")
    assert all(line == line.strip() and "  " not in line for line in cleaned.split("\n"))


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_cleaning_loses_no_letter(text: str) -> None:
    assert letters(clean(text)) == letters(text)


@given(st.text())
def test_letters_of_letters_are_the_same(text: str) -> None:
    assert letters(letters(text)) == letters(text)


def test_letters_are_what_two_readers_agree_on() -> None:
    assert letters("Eﬀekt-\nen, 10 M²!") == letters("effekten 10 m2") == "effekten10m2"


def test_one_line_keeps_the_words_and_loses_the_line_breaks() -> None:
    assert one_line(" En obligatorisk\navgift \n\n löser ") == "En obligatorisk avgift löser"
