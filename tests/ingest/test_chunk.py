"""Pages to passages: the span each knows, the room it has, and what is left out."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.study import Draft, PassageKind, Reader
from corpus.text import letters
from ingest.chunk import chunk
from ingest.read import ReadPage

ROOMY = 128


def pages_of(*texts: str) -> list[ReadPage]:
    return [ReadPage(number, str(number), text, Reader.PYPDF, "") for number, text in enumerate(texts, 1)]


def count_words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def passages(*texts: str, language: str = "en", budget: int = ROOMY) -> list[Draft]:
    return chunk(pages_of(*texts), language, count_words, budget)


def sentence(words: int, word: str = "lamps") -> str:
    """A sentence of so many words."""
    return " ".join(["The", *[word] * (words - 2), "shine."])


# Spans

words = st.text("abcdefghijklmnoprstuvåäö", min_size=1, max_size=12)
sentences = st.lists(words, min_size=1, max_size=40).map(lambda some: " ".join(some).capitalize() + ".")
texts = st.lists(sentences, max_size=12).flatmap(
    lambda some: st.lists(st.sampled_from([" ", "\n", "\n\n"]), min_size=len(some), max_size=len(some)).map(
        lambda gaps: "".join(s + gap for s, gap in zip(some, gaps, strict=True)).strip()
    )
)


@settings(deadline=None, max_examples=60)
@given(st.lists(texts, min_size=1, max_size=4), st.integers(2, 60))
def test_passages_lie_on_one_page_each_in_order_within_the_budget(some: list[str], budget: int) -> None:
    pages = pages_of(*some)
    drafts = chunk(pages, "en", count_words, budget)
    for draft in drafts:
        assert draft.text == pages[draft.page - 1].text[draft.start : draft.end]
        assert draft.text == draft.text.strip() != ""
        assert len(draft.text.split()) <= budget
    for one, two in pairwise(drafts):
        assert (one.page, one.end) <= (two.page, two.start)


@settings(deadline=None, max_examples=60)
@given(texts, st.integers(2, 60))
def test_no_letter_of_a_page_is_lost_but_a_scrap_at_its_end(text: str, budget: int) -> None:
    drafts = chunk(pages_of(text), "en", count_words, budget)
    held = letters("".join(draft.text for draft in drafts))
    assert letters(text).startswith(held)
    assert len(letters(text)) - len(held) < 20


def test_a_passage_never_crosses_a_page() -> None:
    first, second = "The lamps were lit early and", "the square was full of people all evening."
    assert [(draft.page, draft.text) for draft in passages(first, second)] == [(1, first), (2, second)]


def test_whole_sentences_are_packed_as_many_as_fit() -> None:
    text = " ".join([sentence(10)] * 4)
    assert [draft.text for draft in passages(text, budget=20)] == [" ".join([sentence(10)] * 2)] * 2


def test_a_page_is_split_evenly_rather_than_into_a_full_passage_and_a_rest() -> None:
    text = " ".join([sentence(10)] * 6)
    assert [len(draft.text.split()) for draft in passages(text, budget=50)] == [30, 30]


def test_a_sentence_longer_than_the_budget_is_cut_at_a_space() -> None:
    text = sentence(30, word="lampor")
    drafts = passages(text, budget=10)
    assert len(drafts) >= 3
    assert " ".join(draft.text for draft in drafts) == text


def test_a_word_is_cut_only_where_it_alone_is_longer_than_the_budget() -> None:
    text = "a" * 100
    drafts = chunk(pages_of(text), "en", lambda some: [len(one) for one in some], 30)
    assert [draft.text for draft in drafts] == ["a" * 25] * 4


def test_a_short_last_sentence_is_kept_where_there_is_room_for_it() -> None:
    text = " ".join([*[sentence(16)] * 6, "No effect was shown."])
    (draft,) = passages(text)
    assert draft.text == text


def test_pages_without_text_have_no_passages() -> None:
    assert passages("", "  \n ", "") == []


@pytest.mark.parametrize("scrap", ["17", "Figure 3", "This page is left"])
def test_a_page_with_only_a_scrap_of_text_has_no_passage(scrap: str) -> None:
    assert passages(scrap) == []


def test_twenty_letters_are_enough_for_a_passage() -> None:
    assert [draft.text for draft in passages("Lit squares are safe" + "rer.")] == ["Lit squares are saferer."]


# Running heads and feet

BODIES = ["The lamps were lit early in spring.", "The square was full of people.", "Crime fell by a seventh that year."]


def test_running_heads_and_feet_are_left_out_whatever_their_page_number() -> None:
    texts = [f"Report on lit squares {i}\n{body}\nCentre for places | {i}" for i, body in enumerate(BODIES, 7)]
    assert [draft.text for draft in passages(*texts)] == BODIES


def test_a_line_that_stands_at_the_edge_of_two_pages_only_is_text() -> None:
    head = "A remark on lit squares."
    texts = [f"{head}\n{BODIES[0]}", f"{head}\n{BODIES[1]}", BODIES[2]]
    assert all(head in draft.text for draft in passages(*texts)[:2])


def test_a_running_head_quoted_within_the_text_stays() -> None:
    head = "Report on lit squares"
    inside = (
        f"{head}\nThe title of this work is\n{head}\nand it was chosen by the lamps that we saw.\nIt is good to read."
    )
    drafts = passages(inside, *(f"{head}\n{body}" for body in BODIES))
    assert "".join(draft.text for draft in drafts if draft.page == 1).count(head) == 1


def test_a_bare_number_at_the_edge_is_left_out_even_on_one_page() -> None:
    assert [draft.text for draft in passages(f"12\n{BODIES[0]}\n – 12 –".replace("– 12 –", "12"))] == [BODIES[0]]


def test_a_page_that_is_all_running_head_has_no_passage() -> None:
    head = "Report on lit squares by the centre for places"
    drafts = passages(head, *(f"{head}\n{body}" for body in BODIES))
    assert {draft.page for draft in drafts} == {2, 3, 4}


# Reference lists

ENTRIES = "\n".join(
    [
        "References",
        "Berg, A. (2011). Lit squares. Journal of Places, vol. 3, pp. 1-20.",
        "Dahl, C. (2014). Lamps and crime. Journal of Places, vol. 6, pp. 21-40.",
        "Falk, E. (2017). Fear of crime. Uppsala: University Press.",
    ]
)


def test_a_reference_list_is_marked_as_one() -> None:
    drafts = passages(f"{BODIES[0]} {BODIES[1]}\n\n{ENTRIES}")
    assert [draft.kind for draft in drafts] == [PassageKind.BODY, PassageKind.REFERENCES]
    assert drafts[1].text == ENTRIES


@pytest.mark.parametrize("heading", ["Referenser", "7. References", "Litteratur", "KÄLLFÖRTECKNING", "Bibliography"])
def test_a_reference_list_is_known_by_its_heading_in_both_languages(heading: str) -> None:
    drafts = passages(ENTRIES.replace("References", heading))
    assert [draft.kind for draft in drafts] == [PassageKind.REFERENCES]


def test_a_reference_list_goes_on_over_the_page() -> None:
    more = ENTRIES.split("\n", 1)[1]
    assert [draft.kind for draft in passages(ENTRIES, more)] == [PassageKind.REFERENCES] * 2


def test_text_after_a_reference_list_is_body_again() -> None:
    appendix = "Appendix. The lamps were lit early in spring and the square was full of people."
    assert [draft.kind for draft in passages(ENTRIES, appendix)] == [PassageKind.REFERENCES, PassageKind.BODY]


def test_entries_are_a_reference_list_without_a_heading_too() -> None:
    assert passages(ENTRIES.split("\n", 1)[1])[0].kind is PassageKind.REFERENCES


@pytest.mark.parametrize(
    "text",
    [
        "Lit squares had less crime (Berg, 2011; Dahl & Ek, 2014), and people felt safer in them (Falk, 2017, p. 3).",
        "As Berg (2011) and Dahl (2014) say, the lamps of 2009 were better than those of 1998 and of 2002 before.",
        "Enligt Falk, E. (2017). och Berg (2011) var brotten färre på de torg där lamporna byttes år 2009 och 2010.",
    ],
)
def test_text_full_of_citations_is_body(text: str) -> None:
    assert passages(text)[0].kind is PassageKind.BODY


def test_a_heading_alone_does_not_make_text_a_reference_list() -> None:
    drafts = passages("References\n" + " ".join(BODIES))
    assert {draft.kind for draft in drafts} == {PassageKind.BODY}


# Language

ENGLISH = "The lamps that were lit in the spring have made the square a place where people like to be in the evening."
SWEDISH = "De lampor som tändes i våras har gjort torget till en plats där människor gärna är på kvällen med varandra."


def test_each_passage_has_its_own_language() -> None:
    found = [draft.language for draft in passages(SWEDISH, ENGLISH, language="sv")]
    assert found == ["sv", "en"]


def test_a_passage_too_short_to_tell_has_the_language_of_the_study() -> None:
    short = "Lit squares and their lamps."
    assert [draft.language for draft in passages(short, language="sv")] == ["sv"]
    assert [draft.language for draft in passages(short, language="en")] == ["en"]


def test_a_study_in_a_third_language_keeps_it() -> None:
    norwegian = "Lampene som ble tent i vår har gjort torget til et sted der folk liker å være om kvelden."
    assert [draft.language for draft in passages(norwegian, language="no")] == ["no"]


def test_a_passage_of_figures_is_a_table() -> None:
    (figures,) = passages("Year 2014 2015 2016 2017\nRobbery 1204 1187 1102 998 total of 4491")
    (prose,) = passages("Robbery fell from 1,204 in 2014 to 998 in 2017 in all districts.")
    assert (figures.kind, prose.kind) == (PassageKind.TABLE, PassageKind.BODY)
