"""Which studies may be one work: the same text twice, other pages, other versions; never two works of one kind."""

import json
import random
from collections.abc import Sequence
from time import perf_counter
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.library import Library
from corpus.links import confirm, links, reject, set_version, unsigned
from corpus.study import Description, Draft, Link, LinkKind, LinkState, Page, PassageKind, Study, StudyFile, TextState
from ingest.alike import find_links, propose_all, propose_links
from ingest.likeness import body_of
from ingest.signature import FORM, Shelf, sample_of, sign, signature_of, unpacked

SAME, NEAR, VERSION = LinkKind
WORDS = (
    "the square market lamp street guard owner levy fear crime town harbour evening safety people walk study found"
    " measure survey visit police camera shop garden bench bus stop light dark window noise dog child school centre"
    " meeting plan money member board voluntary compulsory place north south result method sample effect report"
).split()
TITLE = "Do better lamps make the harbour square safer"
AUTHORS = ("Åsa Öberg", "Li Nix")


def prose(seed: str, sentences: int = 14, figures: int = 0) -> str:
    """A page of sentences that no other seed gives, with so many figures of its own."""
    chance = random.Random(seed)
    said = [" ".join(chance.choices(WORDS, k=12)).capitalize() + "." for _ in range(sentences)]
    said += [f"It was {chance.uniform(10, 99):.3f} per cent in the {chance.choice(WORDS)}." for _ in range(figures)]
    return "\n".join(said)


PAGES = [prose(f"page {i}") for i in range(6)]
WITH_FIGURES = [prose(f"figures {i}", 12, 4) for i in range(6)]


def put(library: Library, name: str, pages: Sequence[str], language: str = "en", **described: Any) -> str:
    """Put in a study as it was read, a passage a page."""
    description = Description(**{"title": name, **described})
    file = StudyFile(f"sha-{name}", f"{name}.pdf", 1, len(pages))
    made = [Page(name, number, str(number), text) for number, text in enumerate(pages, 1)]
    drafts = [Draft(page.number, 0, len(page.text), page.text, language) for page in made if page.text]
    text = TextState.SEARCHABLE if drafts else TextState.NEEDS_OCR
    vectors = np.ones((len(drafts), 3), np.float32)
    library.record.add(Study(name, description, (language,), text, (file,)), made, drafts, vectors)
    return name


def proposed(library: Library, *studies: Sequence[str], **described: Any) -> list[Link]:
    """What is proposed for the last of some studies, which are called a, b, c and described alike."""
    for name, pages in zip("abcdefg", studies, strict=False):
        put(library, name, pages, **described)
        found = propose_links(library, name)
    return found


def only(found: Sequence[Link]) -> Link:
    (link,) = found
    return link


# The same text


def test_a_text_that_comes_twice_is_proposed_as_the_same(library: Library) -> None:
    found = only(proposed(library, PAGES, PAGES))
    assert (found.first, found.second, found.kind, found.likeness, found.pages) == ("a", "b", SAME, 1.0, ())
    assert found.why == ("shared_text",)
    assert found.state is LinkState.PROPOSED


@pytest.mark.parametrize(
    ("old", "new"),
    [(" ", "  "), ("\n", " "), ("effect", "e\ufb00ect"), ("market ", "mar-\nket "), ("safety", "SAFETY"), (".", " .")],
)
def test_another_readers_spaces_ligatures_hyphens_and_capitals_make_no_other_text(
    library: Library, old: str, new: str
) -> None:
    assert only(proposed(library, PAGES, [page.replace(old, new) for page in PAGES])).kind is SAME


def test_a_short_text_that_comes_twice_is_found_though_few_of_its_runs_are_kept(library: Library) -> None:
    for i in range(12):
        put(library, f"one {i}", [prose(f"short {i}", 4)])
        put(library, f"two {i}", [prose(f"short {i}", 4)])
    assert {(link.first[4:], link.second[4:]) for link in propose_all(library)} == {(str(i), str(i)) for i in range(12)}
    assert len(links(library.record)) == 12


def test_a_few_words_that_come_twice_are_no_work(library: Library) -> None:
    assert proposed(library, ["Hello, world of lamps."], ["Hello, world of lamps."]) == []


# Nearly the same text


def test_pages_that_were_added_are_named(library: Library) -> None:
    found = only(proposed(library, PAGES[:4], PAGES))
    assert (found.kind, found.likeness, found.pages) == (NEAR, 1.0, ((None, 5), (None, 6)))
    assert found.why == ("part_of",)


def test_a_cover_sheet_is_named(library: Library) -> None:
    found = only(proposed(library, PAGES, [prose("cover", 5), *PAGES]))
    assert (found.kind, found.pages) == (NEAR, ((None, 1),))


def test_pages_that_were_taken_away_are_named(library: Library) -> None:
    found = only(proposed(library, PAGES, [*PAGES[:2], *PAGES[3:]]))
    assert (found.kind, found.pages) == (NEAR, ((3, None),))


def test_the_page_with_a_corrected_figure_is_named(library: Library) -> None:
    figure = next(word for word in WITH_FIGURES[2].split() if word[0].isdigit())
    corrected = [page.replace(figure, "77.777") for page in WITH_FIGURES]
    found = only(proposed(library, WITH_FIGURES, corrected))
    assert (found.kind, found.pages) == (NEAR, ((3, 3),))
    assert 0.9 < found.likeness < 1


def test_a_part_of_a_work_is_found_in_the_whole(library: Library) -> None:
    volume = [prose(f"volume {i}") for i in range(60)]
    found = only(proposed(library, volume, volume[20:23]))
    assert (found.kind, found.likeness, found.why) == (NEAR, 1.0, ("part_of",))
    assert len(found.pages) == 57
    assert {second for _, second in found.pages} == {None}


def test_an_article_that_was_set_anew_is_found_in_a_volume_of_proceedings(library: Library) -> None:
    volume = [prose(f"volume {i}") for i in range(40)]
    article = " ".join(volume[10:16])
    anew = [article[i : i + 700] for i in range(0, len(article), 700)]
    found = only(proposed(library, volume, anew))
    assert (found.kind, found.pages) == (NEAR, ())
    assert found.likeness > 0.9


# Versions


def revised(pages: Sequence[str]) -> list[str]:
    """A text with every fourth sentence left out and others written in, set anew."""
    sentences = [sentence for page in pages for sentence in page.split("\n")]
    kept = [sentence if i % 4 else prose(f"new {i}", 1) for i, sentence in enumerate(sentences)]
    return ["\n".join(kept[i : i + 10]) for i in range(0, len(kept), 10)]


def test_a_revised_text_with_the_same_figures_is_a_version(library: Library) -> None:
    found = only(proposed(library, WITH_FIGURES, revised(WITH_FIGURES), title=TITLE, authors=AUTHORS))
    assert (found.kind, found.pages, found.why) == (VERSION, (), ("same_title", "same_authors", "shared_text"))
    assert 0.5 < found.likeness < 0.9


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ({"title": TITLE, "authors": AUTHORS}, {"title": f"{TITLE}: a trial", "authors": ("Nix, L.",)}, "same_title"),
        ({"identifiers": (("doi", "10.1/a"),)}, {"identifiers": (("doi", "10.1/A"),)}, "same_doi"),
        ({"identifiers": (("report", "2019:5"),)}, {"identifiers": (("report", "2019:5"),)}, "same_number"),
    ],
)
def test_texts_that_share_little_are_versions_where_descriptions_say_so(
    library: Library, one: dict[str, Any], other: dict[str, Any], why: str
) -> None:
    put(library, "working paper", PAGES, **one)
    put(library, "article", [PAGES[0], *(prose(f"other {i}") for i in range(5))], **other)
    propose_links(library, "working paper")
    found = only(propose_links(library, "article"))
    assert found.kind is VERSION
    assert why in found.why


@pytest.mark.parametrize(
    ("one", "other"),
    [({"title": TITLE}, {"title": "Ökar bättre belysning tryggheten vid torget"}), ({}, {}), ({"title": TITLE}, {})],
)
def test_a_report_and_its_summary_in_another_language_are_versions_by_number_and_authors(
    library: Library, one: dict[str, Any], other: dict[str, Any]
) -> None:
    number = (("report", "2019:5"),)
    put(library, "summary", PAGES[:1], "en", authors=AUTHORS, identifiers=number, **one)
    put(library, "report", PAGES[1:], "sv", authors=AUTHORS, identifiers=number, **other)
    propose_links(library, "summary")
    found = only(propose_links(library, "report"))
    assert (found.kind, found.likeness, found.why) == (VERSION, 0.0, ("same_number", "same_authors"))


@pytest.mark.parametrize(
    "sentence",
    [
        f"This is the authors' accepted version of {TITLE}, published in the Journal of Lamps.",
        f"Detta är en sammanfattning av {TITLE}.",
        "This is a preprint; see https://doi.org/10.1234/LAMPS for the version of record.",
    ],
)
def test_a_text_that_says_whose_version_it_is_is_believed(library: Library, sentence: str) -> None:
    put(library, "article", PAGES, title=TITLE, identifiers=(("doi", "10.1234/lamps"),))
    put(library, "short", [f"{sentence}\n{prose('short')}"], title="Lampor")
    propose_links(library, "article")
    found = only(propose_links(library, "short"))
    assert (found.kind, found.why) == (VERSION, ("names_the_other",))


# Different works


def test_reports_of_a_series_share_text_but_not_figures(library: Library) -> None:
    def report(quarter: str) -> list[str]:
        chance = random.Random(quarter)
        return [
            "\n".join(f"{line} This was {chance.uniform(10, 99):.2f} per cent." for line in page.split("\n"))
            for page in PAGES
        ]

    assert proposed(library, report("first"), report("second"), title=TITLE, authors=AUTHORS, year=2021) == []


def test_works_of_one_author_on_one_matter_with_the_same_method_are_two(library: Library) -> None:
    method = PAGES[:2]
    one, other = (
        [*method, *(prose(f"one {i}", 12, 3) for i in range(5))],
        [*method, *(prose(f"two {i}", 12, 3) for i in range(5))],
    )
    assert proposed(library, one, other, authors=AUTHORS) == []


def test_amendments_of_one_regulation_are_told_apart_by_their_numbers(library: Library) -> None:
    put(library, "first", [*PAGES[:4], prose("first")], title=TITLE, identifiers=(("sfs", "2014:123"),))
    put(
        library, "second", [*PAGES[1:4], prose("second"), prose("more")], title=TITLE, identifiers=(("sfs", "2016:45"),)
    )
    assert propose_all(library) != []  # three pages are the same to the letter: a person has to look
    put(library, "second", revised(PAGES), title=TITLE, identifiers=(("sfs", "2016:45"),))
    assert propose_all(library) == []


def test_surveys_of_two_years_are_told_apart_by_their_titles(library: Library) -> None:
    put(library, "one", PAGES, title="Safety survey of the town centre 2019", authors=AUTHORS)
    put(library, "other", revised(PAGES), title="Safety survey of the town centre 2020", authors=AUTHORS)
    assert propose_all(library) == []


def test_the_same_title_alone_is_too_little(library: Library) -> None:
    put(library, "one", PAGES[:3], title=TITLE, authors=AUTHORS)
    put(library, "other", PAGES[3:], title=TITLE, authors=AUTHORS)
    assert propose_all(library) == []


def test_works_that_cite_the_same_works_are_two(library: Library) -> None:
    list_of_works = prose("references", 20)
    for name in ("one", "other"):
        put(library, name, [*(prose(f"{name} {i}") for i in range(5)), list_of_works])
    assert propose_all(library) == []


def test_an_evidence_note_is_no_version_of_its_work_nor_of_another_note(library: Library) -> None:
    doi = (("doi", "10.1/a"),)
    put(library, "work", PAGES, title=TITLE, authors=AUTHORS, identifiers=doi)
    for name in ("one note", "two notes"):
        put(library, name, PAGES, title=TITLE, authors=AUTHORS, identifiers=doi, kind="evidence note")
    assert propose_all(library) == []


def test_a_study_without_text_and_one_that_is_not_there_have_no_links(library: Library) -> None:
    put(library, "scan", ["", ""], title=TITLE, authors=AUTHORS)
    put(library, "text", PAGES, title=TITLE, authors=AUTHORS)
    assert propose_links(library, "scan") == propose_links(library, "text") == propose_links(library, "gone") == []


# What is kept


def test_what_a_person_rejected_is_never_proposed_again(library: Library) -> None:
    reject(library.record, only(proposed(library, PAGES, PAGES)).id, "Åsa")
    assert propose_links(library, "a") == propose_links(library, "b") == propose_all(library) == []
    put(library, "b", PAGES[:5])  # read anew
    assert propose_links(library, "b") == []


def test_what_a_person_confirmed_stays_though_the_text_is_read_anew(library: Library) -> None:
    confirm(library.record, only(proposed(library, PAGES, PAGES)).id, "Åsa")
    put(library, "b", [prose("something else")])
    assert propose_links(library, "b") == []
    assert [(link.state, link.kind) for link in links(library.record)] == [(LinkState.CONFIRMED, SAME)]


def test_a_study_that_is_read_anew_has_its_proposals_made_anew(library: Library) -> None:
    proposed(library, PAGES, PAGES)
    put(library, "b", PAGES[:4])
    assert only(propose_links(library, "b")).kind is NEAR
    put(library, "b", [prose("something else")])
    assert propose_links(library, "b") == links(library.record) == []


def test_studies_that_people_joined_are_not_proposed_to_each_other(library: Library) -> None:
    for name in "abc":
        put(library, name, PAGES)
    set_version(library.record, "b", "a", "Åsa")
    set_version(library.record, "c", "b", "Åsa")
    assert propose_all(library) == []
    set_version(library.record, "c", None, "Åsa")
    assert {(link.first, link.second) for link in propose_all(library)} == {("a", "c"), ("b", "c")}


def test_a_search_keeps_nothing(library: Library) -> None:
    for name in "ab":
        put(library, name, PAGES)
    sign(library.record)
    assert only(find_links(library.record, "a")).second == "b"
    assert links(library.record) == []


def test_studies_from_before_there_were_signatures_are_signed_a_few_at_a_time(library: Library) -> None:
    for i in range(25):
        put(library, f"old {i:02}", [prose(f"old {i}")])
    propose_links(library, put(library, "z", PAGES))
    assert len(unsigned(library.record, FORM)) == 5
    propose_links(library, "z")
    assert unsigned(library.record, FORM) == []


def test_the_whole_library_is_compared_with_a_count_of_how_far_it_has_come(library: Library) -> None:
    counted: list[tuple[int, int]] = []
    for name in "abc":
        put(library, name, [prose(name)])
    propose_all(library, lambda done, of: counted.append((done, of)))
    assert counted == [(1, 3), (2, 3), (3, 3)]


# Signatures


def test_a_signature_is_the_same_when_it_is_unpacked_and_holds_one_run_in_64(library: Library) -> None:
    put(library, "a", [f"This is a post-print. 10.1234/x\n{page}" for page in PAGES])
    made = signature_of(library.record, "a")
    again = unpacked(made.packed())
    assert again.heading == made.heading
    assert again.heading.dois == ("101234x",)
    assert "postprint" in again.heading.says
    assert again.sample.tolist() == made.sample.tolist() == sample_of(body_of(library.record, "a").runs).tolist()
    assert 0.7 < len(made.sample) * 64 / made.heading.runs < 1.3


def test_what_kept_runs_tell_is_near_what_whole_texts_share(library: Library) -> None:
    pages = [prose(f"long {i}") for i in range(40)]
    put(library, "whole", pages)
    put(library, "quarter", [*pages[:10], *(prose(f"other {i}") for i in range(10))])
    sign(library.record)
    (count, held) = Shelf(library.record).shared_with("quarter")["whole"]
    assert count > 50
    assert held == pytest.approx(0.5, abs=0.08)


@given(st.lists(st.text(), max_size=4))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_however_odd_keeps_a_study_from_being_compared(library: Library, pages: list[str]) -> None:
    for name in ("odd", "odd too"):
        put(library, name, ["".join(c for c in page if not "\ud800" <= c <= "\udfff") for page in pages])
        propose_links(library, name)
    assert len(links(library.record)) <= 1


def test_a_new_study_is_compared_with_thousands_in_well_under_a_second(library: Library) -> None:
    chance = np.random.default_rng(7)
    head = signature_of(library.record, put(library, "model", PAGES)).heading
    form = json.dumps({"letters": 60_000, "runs": 60_000, "whole": "", "says": head.says, "dois": []}).encode()
    with library.record.transaction() as connection:
        for i in range(3_000):
            library.record.add_wanted(
                Study(f"s{i}", Description(prose(f"title {i}", 1)), ("en",), TextState.SEARCHABLE, ())
            )
            sample = np.unique(chance.integers(0, 1 << 32, 1_000, dtype=np.uint64).astype(np.uint32))
            connection.execute(
                "INSERT INTO signatures VALUES (?, ?, ?)", (f"s{i}", f"{FORM} 0", form + b"\n" + sample.tobytes())
            )
    began = perf_counter()
    assert only(propose_links(library, put(library, "copy", PAGES))).kind is SAME
    assert perf_counter() - began < 2  # 0.2 s where nothing else runs


def test_a_table_is_compared_and_a_reference_list_gives_no_figures(library: Library) -> None:
    text = "Lamps 10.5 22.5\n" + prose("table")
    listed = "Welsh, B. C. (2022). Journal of Lamps, 23(4), 451-471."
    page = Page("a", 1, "1", f"{text}\n{listed}")
    drafts = [
        Draft(1, 0, len(text), text, "en", PassageKind.TABLE),
        Draft(1, len(text) + 1, len(page.text), listed, "en", PassageKind.REFERENCES),
    ]
    file = StudyFile("sha", "a.pdf", 1, 1)
    study = Study("a", Description("a"), ("en",), TextState.SEARCHABLE, (file,))
    library.record.add(study, [page], drafts, np.ones((0, 3), np.float32))
    assert body_of(library.record, "a").figures == {"10.5", "22.5"}
