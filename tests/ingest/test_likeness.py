"""How alike two texts are, by runs of 25 letters."""

from string import ascii_lowercase, digits

import pytest

from ingest.likeness import RUN, Body, Likeness, PageText, compare, figures_in, runs

ALPHABET = ascii_lowercase + digits  # 36 different letters, and so 12 runs
FIRST, SECOND, THIRD = (ALPHABET[i:] + ALPHABET[:i] for i in (0, 9, 20))


def body(*pages: str, figures: str = "") -> Body:
    made = (PageText(number, text, text, runs(text)) for number, text in enumerate(pages, 1) if text)
    return Body(tuple(made), frozenset(figures.split()))


def likeness(first: list[str], second: list[str]) -> Likeness:
    return compare(body(*first), body(*second))


def long(seed: str) -> str:
    """A page of some 400 letters that shares no run with that of another seed."""
    words = (word[i : i + 9] for word in (FIRST, SECOND, THIRD) for i in range(0, 36, 3))
    return "".join(f"{seed}{i}{word}" for i, word in enumerate(words, 10))


PAGES = [long(seed) for seed in "åäöéüñ"]


# Runs


@pytest.mark.parametrize(("text", "count"), [("", 0), ("a" * 24, 0), (ALPHABET[:25], 1), (ALPHABET, 12), ("a" * 99, 1)])
def test_a_text_has_as_many_runs_as_places_where_one_may_begin_each_counted_once(text: str, count: int) -> None:
    assert RUN == 25
    assert len(runs(text)) == count


def test_runs_are_the_same_wherever_they_stand() -> None:
    assert set(runs(FIRST)) < set(runs("before" + FIRST + "after"))


def test_one_letter_changes_every_run_it_stands_in() -> None:
    changed = ALPHABET[:18] + "å" + ALPHABET[19:]
    assert not set(runs(ALPHABET)) & set(runs(changed))  # the 19th of 36 letters stands in all twelve runs


def test_letters_of_every_script_and_halves_of_characters_have_runs() -> None:
    assert len(runs("по" * 20)) == 2
    assert len(runs("\ud800" * 30)) == 1


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("14 per cent of 1,203 people in 2019, 7 of them twice", ["14", "1,203"]),
        ("0.05 och 12,5 procent; p < 0.001", ["0.05", "12,5", "0.001"]),
        ("no figures at all", []),
    ],
)
def test_figures_have_two_digits_or_more_and_are_no_years(text: str, figures: list[str]) -> None:
    assert list(figures_in(text)) == figures


# Whole texts


def test_a_text_is_the_same_as_itself() -> None:
    found = likeness(PAGES, PAGES)
    assert (found.same, found.held, found.alike_pages, found.pages, found.part) == (True, 1.0, 1.0, (), False)


def test_a_text_whose_pages_break_elsewhere_is_the_same() -> None:
    whole = "".join(PAGES)
    found = likeness(PAGES, [whole[i : i + 700] for i in range(0, len(whole), 700)])
    assert found.same
    assert not found.lined_up


def test_a_page_whose_parts_come_in_another_order_says_the_same() -> None:
    first, second = "caption" + PAGES[0], PAGES[0] + "caption"
    assert likeness([first, PAGES[1]], [second, PAGES[1]]).same


def test_half_a_text_is_held_in_the_whole_but_not_the_other_way() -> None:
    found = likeness(PAGES[:3], PAGES)
    assert (found.held, found.part, found.same) == (1.0, True, False)


def test_what_is_shared_is_counted_in_runs() -> None:
    found = likeness([ALPHABET], [ALPHABET[:30] + "ö" * 40])
    assert found.shared == 6  # runs that end before the thirtieth letter
    assert found.held == 0.5  # of twelve runs


def test_texts_on_other_matters_share_nothing() -> None:
    found = likeness(PAGES[:2], PAGES[2:4])
    assert (found.shared, found.held, found.alike_pages, found.lined_up) == (0, 0.0, 0.0, False)


@pytest.mark.parametrize("other", [[], ["short"], PAGES])
def test_a_text_without_letters_is_like_nothing(other: list[str]) -> None:
    found = likeness([], other)
    assert (found.shared, found.held, found.alike_pages, found.lined_up) == (0, 0.0, 0.0, False)


def test_of_the_figures_of_the_one_with_fewer_those_are_counted_that_the_other_lacks() -> None:
    found = compare(body("x", figures="10 11 12 13"), body("y", figures="10 11 98 99 97 96"))
    assert (found.figures, found.other_figures) == (4, 2)


# Pages


def test_pages_that_were_added_or_taken_away_are_told() -> None:
    assert likeness(PAGES[:4], PAGES).pages == ((None, 5), (None, 6))
    assert likeness(PAGES, PAGES[:1] + PAGES[2:]).pages == ((2, None),)


def test_a_sheet_before_the_first_page_moves_all_others() -> None:
    found = likeness(PAGES[1:], PAGES)
    assert (found.pages, found.alike_pages, found.lined_up) == (((None, 1),), 1.0, True)


def test_a_page_with_one_changed_figure_differs() -> None:
    corrected = PAGES[2].replace("4", "7", 1)
    assert likeness(PAGES, [*PAGES[:2], corrected, *PAGES[3:]]).pages == ((3, 3),)


def test_a_page_that_was_written_anew_is_the_counterpart_of_the_one_in_its_place() -> None:
    assert likeness(PAGES[:5], [*PAGES[:2], PAGES[5], *PAGES[3:5]]).pages == ((3, 3),)


def test_of_pages_that_were_written_anew_in_other_number_none_is_the_counterpart_of_another() -> None:
    found = likeness(PAGES[:4], [PAGES[0], PAGES[4], PAGES[5], *PAGES[2:4]])
    assert found.pages == ((2, None), (None, 2), (None, 3))


def test_pages_in_another_order_are_lined_up_as_far_as_they_follow_each_other() -> None:
    found = likeness(PAGES[:4], [PAGES[1], PAGES[2], PAGES[3], PAGES[0]])
    assert found.pages == ((1, None), (None, 4))


def test_a_page_is_known_by_its_running_head_too_where_that_was_not_seen_to_be_one() -> None:
    page = PAGES[0]
    with_head = PageText(1, "head" + page, "head" + page, runs("head" + page))
    assert with_head.says_the_same(PageText(7, page, "head" + page, runs(page)))
    assert not with_head.says_the_same(PageText(7, page, "other" + page, runs(page)))


def test_pages_are_not_told_apart_where_the_text_was_set_anew() -> None:
    whole = "".join(PAGES)
    other = [whole[i : i + 640].replace("7", "8", 1) for i in range(0, len(whole), 640)]
    found = likeness(PAGES, other)
    assert (found.pages, found.same, found.lined_up) == ((), False, False)
    assert found.held > 0.5


def test_the_pages_of_a_long_text_are_lined_up_in_a_moment() -> None:
    many = [f"{i}page" * 9 for i in range(10_000, 11_000)]
    found = likeness(many, many[:500] + many[501:])
    assert found.pages == ((501, None),)
