"""Gold found in a library, and what is said of gold that is not there."""

import hashlib
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from corpus.library import Library
from corpus.study import Description, Page, Study, StudyFile, TextState
from corpus.text import letters
from evals.case import Case, Gold, QuestionSet
from evals.gold import GoldMissing, Located, Shelf, Trouble, check, locate
from evals.run import run
from tests.fakes import FREE_RIDERS, LIGHTING

FINDING = "Street lighting reduced property crime by 14 per cent in the lit squares."
QUESTION = "This study asks whether better street lighting prevents crime in town centres."  # on page 1
LIGHTING_SHA = hashlib.sha256(LIGHTING).hexdigest()
FREE_RIDERS_SHA = hashlib.sha256(FREE_RIDERS).hexdigest()
OTHER_SHA = "0" * 64


def asked(*gold: Gold, pair: str = "sv-?", line: int = 7) -> Case:
    return Case(
        f"q{line}", "Minskar belysning brott?", "sv", "yes" if gold else "near_miss", gold, pair=pair, line=line
    )


def a_set(*cases: Case) -> QuestionSet:
    return QuestionSet("lamps", "1", "dev", cases)


def study_id(library: Library, name: str) -> str:
    (found,) = [study.id for study in library.record.studies() if study.file_name == name]
    return found


def only_trouble(library: Library, *gold: Gold) -> Trouble:
    (trouble,) = check(library, a_set(asked(*gold)))
    return trouble


# Found


@pytest.mark.parametrize(
    "gold",
    [
        Gold("lighting.pdf", 2, FINDING),
        Gold("lighting.pdf", 2, FINDING, sha256=LIGHTING_SHA),
        Gold("", 2, FINDING, sha256=LIGHTING_SHA),
        Gold("the name it had once.pdf", 2, FINDING, sha256=LIGHTING_SHA),
        Gold("friakare.pdf", 2, FINDING, sha256=LIGHTING_SHA),  # bytes are surer than a name
    ],
)
def test_gold_is_found_by_its_bytes_or_else_by_its_name(standing: Library, gold: Gold) -> None:
    (located,) = locate(standing, a_set(asked(gold)))
    assert located.grades == {(study_id(standing, "lighting.pdf"), 2): 2}
    assert located.spans == {FINDING: 2}
    assert located.troubles == ()


def test_gold_without_a_quote_is_a_page_only(standing: Library) -> None:
    located = Shelf(standing).locate(asked(Gold("lighting.pdf", 2, grade=1)))
    assert (list(located.grades.values()), located.spans, located.troubles) == ([1], {}, ())


@pytest.mark.parametrize(
    ("quote", "stands"),
    [
        ("reduced property crime by 14 per cent", True),
        ("REDUCED\nproperty-crime,  by 14 “per cent”", True),
        ("squares.\nViolent crime did not fall", True),
        ("reduced property crime by 15 per cent", False),
        ("reduced crime by 14 per cent", False),
    ],
)
def test_a_quote_stands_where_its_letters_and_figures_do(standing: Library, quote: str, stands: bool) -> None:
    located = Shelf(standing).locate(asked(Gold("lighting.pdf", 2, quote)))
    assert (quote in located.spans, located.troubles == ()) == (stands, stands)


def test_a_quote_stands_where_either_reader_has_it() -> None:
    study = Study("s", Description("Lamps"), ("en",), TextState.SEARCHABLE, (StudyFile("ab", "a.pdf", 1, 1),))
    page = Page("s", 1, "1", "As pypdf has it.", witness=letters("As pdfium has it."))
    record = SimpleNamespace(studies=lambda: [study], page=lambda _, number: page if number == 1 else None)
    shelf = Shelf(cast(Library, SimpleNamespace(record=record)))
    for quote, codes in (("as pypdf has it", []), ("as PDFium has it", []), ("as nobody has it", ["gold_gone"])):
        assert [trouble.code for trouble in shelf.locate(asked(Gold("a.pdf", 1, quote))).troubles] == codes


@pytest.mark.parametrize("grades", [(1, 2), (2, 1)])
def test_a_page_or_a_quote_named_twice_has_its_best_grade(standing: Library, grades: tuple[int, int]) -> None:
    located = Shelf(standing).locate(asked(*(Gold("lighting.pdf", 2, FINDING, grade) for grade in grades)))
    assert (list(located.grades.values()), located.spans) == ([2], {FINDING: 2})


def test_what_nothing_answers_has_nothing_to_find(standing: Library) -> None:
    located = Shelf(standing).locate(asked(pair="none-sv"))
    assert (located.grades, located.spans, located.troubles, located.case.pair) == ({}, {}, (), "none-sv")


@pytest.mark.parametrize(
    ("gold", "given", "pair"),
    [
        ([Gold("lighting.pdf", 2)], "sv-?", "sv-en"),
        ([Gold("friakare.pdf", 2)], "sv-?", "sv-sv"),
        ([Gold("friakare.pdf", 2), Gold("lighting.pdf", 2)], "sv-?", "sv-sv"),
        ([Gold("missing.pdf", 2), Gold("lighting.pdf", 2)], "sv-?", "sv-en"),
        ([Gold("lighting.pdf", 2, language="sv")], "sv-?", "sv-sv"),  # the set's word beats the library's
        ([Gold("lighting.pdf", 2)], "sv-sv", "sv-sv"),
        ([Gold("missing.pdf", 2)], "sv-?", "sv-?"),
    ],
)
def test_an_open_pair_is_closed_by_the_language_of_the_first_study_found(
    standing: Library, gold: list[Gold], given: str, pair: str
) -> None:
    assert Shelf(standing).locate(asked(*gold, pair=given)).case.pair == pair


# Not as the set says


TROUBLES = [
    pytest.param(
        Gold("missing.pdf", 2, FINDING),
        "gold_no_file",
        "Line 7 (q7): the file missing.pdf (page 2) is not in the library.",
        "Rad 7 (q7): filen missing.pdf (sidan 2) finns inte i biblioteket.",
        id="no file",
    ),
    pytest.param(
        Gold("", 2, sha256=OTHER_SHA),
        "gold_no_file",
        f"Line 7 (q7): the file {OTHER_SHA} (page 2) is not in the library.",
        f"Rad 7 (q7): filen {OTHER_SHA} (sidan 2) finns inte i biblioteket.",
        id="no such bytes",
    ),
    pytest.param(
        Gold("lighting.pdf", 3, FINDING),
        "gold_no_page",
        "Line 7 (q7): lighting.pdf has no page 3; it has 2.",
        "Rad 7 (q7): lighting.pdf har ingen sida 3; den har 2.",
        id="no page",
    ),
    pytest.param(
        Gold("lighting.pdf", 2, FINDING, sha256=OTHER_SHA),
        "gold_other_bytes",
        "Line 7 (q7): lighting.pdf is in the library with other bytes. "
        "See that page 2 still answers, and import the set again.",
        "Rad 7 (q7): lighting.pdf finns i biblioteket med andra byte. "
        "Se efter att sidan 2 ännu svarar, och importera uppsättningen igen.",
        id="other bytes",
    ),
    pytest.param(
        Gold("lighting.pdf", 1, FINDING.replace(" in ", "\nin ")),
        "gold_moved",
        f"Line 7 (q7): the quote is on page 2 of lighting.pdf, not on page 1: “{FINDING}”.",
        f"Rad 7 (q7): citatet står på sidan 2 i lighting.pdf, inte på sidan 1: ”{FINDING}”.",
        id="moved",
    ),
    pytest.param(
        Gold("lighting.pdf", 1, FINDING, sha256=OTHER_SHA),
        "gold_moved",
        f"Line 7 (q7): the quote is on page 2 of lighting.pdf, not on page 1: “{FINDING}”.",
        f"Rad 7 (q7): citatet står på sidan 2 i lighting.pdf, inte på sidan 1: ”{FINDING}”.",
        id="moved in other bytes",
    ),
    pytest.param(
        Gold("lighting.pdf", 2, "Lamps doubled\nthe trade."),
        "gold_gone",
        "Line 7 (q7): the quote is on no page of lighting.pdf, where page 2 was named: “Lamps doubled the trade.”.",
        "Rad 7 (q7): citatet står inte på någon sida i lighting.pdf, där sidan 2 angavs: ”Lamps doubled the trade.”.",
        id="gone",
    ),
]


@pytest.mark.parametrize(("gold", "code", "english", "swedish"), TROUBLES)
def test_each_trouble_is_told_with_its_line_in_both_languages(
    standing: Library, gold: Gold, code: str, english: str, swedish: str
) -> None:
    trouble = only_trouble(standing, gold)
    assert (trouble.code, trouble.line, trouble.case) == (code, 7, "q7")
    assert trouble.sentence("en") == english
    assert trouble.sentence("sv") == swedish


@pytest.mark.parametrize(
    ("gold", "unusable"),
    [
        (Gold("missing.pdf", 2, FINDING), True),
        (Gold("lighting.pdf", 3, FINDING), True),
        (Gold("lighting.pdf", 2, FINDING, sha256=OTHER_SHA), False),
        (Gold("lighting.pdf", 1, FINDING), False),
        (Gold("lighting.pdf", 2, "Lamps doubled the trade."), False),
    ],
)
def test_only_gold_without_a_page_cannot_be_measured_with(standing: Library, gold: Gold, unusable: bool) -> None:
    located = Shelf(standing).locate(asked(gold))
    assert [trouble.unusable for trouble in located.troubles] == [unusable]
    assert (located.grades == {}) == unusable


def test_a_trouble_as_json_has_its_state_its_values_and_its_sentence(standing: Library) -> None:
    assert only_trouble(standing, Gold("lighting.pdf", 3)).form("sv") == {
        "line": 7,
        "id": "q7",
        "state": "no_page",
        "file": "lighting.pdf",
        "page": 3,
        "pages": 2,
        "message": "Rad 7 (q7): lighting.pdf har ingen sida 3; den har 2.",
    }
    assert only_trouble(standing, Gold("lighting.pdf", 1, FINDING)).form("en")["now"] == 2


@pytest.mark.parametrize(
    ("gold", "spans"),
    [
        (Gold("lighting.pdf", 2, FINDING, sha256=OTHER_SHA), {FINDING: 2}),  # other bytes, the quote where it was
        (Gold("lighting.pdf", 1, FINDING), {}),  # moved
        (Gold("lighting.pdf", 1, "Lamps doubled the trade."), {}),  # gone
    ],
)
def test_gold_with_a_page_is_measured_with_by_the_page_and_by_the_quote_only_where_it_stands(
    standing: Library, gold: Gold, spans: dict[str, int]
) -> None:
    (located,) = locate(standing, a_set(asked(gold)))
    assert located.grades == {(study_id(standing, "lighting.pdf"), gold.page): 2}
    assert located.spans == spans


def test_a_set_is_checked_line_by_line_and_gold_by_gold(standing: Library) -> None:
    questions = a_set(
        asked(Gold("missing.pdf", 1), Gold("lighting.pdf", 2, FINDING), Gold("lighting.pdf", 9), line=2),
        asked(Gold("friakare.pdf", 1), line=3),
        asked(pair="none-sv", line=4),
        asked(Gold("lighting.pdf", 1, FINDING), line=5),
    )
    assert [(trouble.line, trouble.code) for trouble in check(standing, questions)] == [
        (2, "gold_no_file"),
        (2, "gold_no_page"),
        (5, "gold_moved"),
    ]


# Missing, and so not measured


def test_missing_gold_is_told_with_its_count_lines_and_files(standing: Library) -> None:
    questions = a_set(
        asked(Gold("lighting.pdf", 2), line=2),
        asked(Gold("b.pdf", 1), Gold("a.pdf", 1), line=4),
        asked(Gold("b.pdf", 2), Gold("lighting.pdf", 1, FINDING), line=6),
    )
    with pytest.raises(GoldMissing) as met:
        locate(standing, questions)
    english, swedish = met.value.sentence("en"), met.value.sentence("sv")
    assert english.startswith(
        "The set lamps cannot be measured here: 3 of its gold pages are not in the library "
        "(lines 4, 6; files: b.pdf, a.pdf)."
    )
    assert english.endswith("Nothing was measured.")
    assert swedish.startswith(
        "Uppsättningen lamps kan inte mätas här: 3 av dess facitsidor finns inte i biblioteket "
        "(rad 4, 6; filer: b.pdf, a.pdf)."
    )
    assert swedish.endswith("Ingenting mättes.")


def test_of_much_missing_gold_the_first_lines_and_files_are_named(standing: Library) -> None:
    questions = a_set(*(asked(Gold(f"{line}.pdf", 1), line=line) for line in range(2, 24)))
    with pytest.raises(GoldMissing) as met:
        locate(standing, questions)
    assert met.value.values["count"] == 22
    assert met.value.values["lines"] == ", ".join(map(str, range(2, 22))) + " …"
    assert met.value.values["files"] == "2.pdf, 3.pdf, 4.pdf, 5.pdf, 6.pdf"


@pytest.mark.parametrize("missing", [Gold("missing.pdf", 1), Gold("lighting.pdf", 3)])
def test_with_gold_missing_nothing_is_measured(standing: Library, tmp_path: Path, missing: Gold) -> None:
    steps: list[int] = []
    questions = a_set(asked(Gold("lighting.pdf", 2), line=2), asked(missing, line=3))
    with pytest.raises(GoldMissing, match="lines 3;"):
        run(standing, questions, tmp_path / "run", progress=lambda done, _: steps.append(done))
    assert steps == []
    assert not (tmp_path / "run").exists()


# Named by bytes


@pytest.mark.parametrize(
    ("gold", "named"),
    [
        (Gold("lighting.pdf", 2, FINDING), Gold("lighting.pdf", 2, FINDING, 2, LIGHTING_SHA, "en")),
        (Gold("friakare.pdf", 1, grade=1), Gold("friakare.pdf", 1, "", 1, FREE_RIDERS_SHA, "sv")),
        (Gold("", 2, sha256=LIGHTING_SHA), Gold("lighting.pdf", 2, "", 2, LIGHTING_SHA, "en")),
        (Gold("old.pdf", 2, sha256=LIGHTING_SHA), Gold("old.pdf", 2, "", 2, LIGHTING_SHA, "en")),
        (Gold("lighting.pdf", 2, language="sv"), Gold("lighting.pdf", 2, "", 2, LIGHTING_SHA, "sv")),
        (Gold("lighting.pdf", 2, FINDING, 2, OTHER_SHA), Gold("lighting.pdf", 2, FINDING, 2, LIGHTING_SHA, "en")),
    ],
)
def test_gold_is_named_by_the_bytes_and_the_language_the_library_has(
    standing: Library, gold: Gold, named: Gold
) -> None:
    assert Shelf(standing).name_bytes(asked(gold)).gold == (named,)


@pytest.mark.parametrize(
    "gold",
    [
        Gold("missing.pdf", 2, FINDING),
        Gold("lighting.pdf", 1, FINDING, sha256=OTHER_SHA),  # moved
        Gold("lighting.pdf", 3, FINDING, sha256=OTHER_SHA),  # no such page
        Gold("lighting.pdf", 2, "Lamps doubled the trade."),
    ],
)
def test_gold_whose_quote_does_not_stand_where_it_is_said_to_is_left_as_it_was(standing: Library, gold: Gold) -> None:
    case = asked(gold)
    assert Shelf(standing).name_bytes(case) == case


def test_naming_bytes_closes_an_open_pair_and_leaves_the_rest(standing: Library) -> None:
    case = asked(Gold("lighting.pdf", 1, QUESTION), Gold("friakare.pdf", 2))
    named = Shelf(standing).name_bytes(case)
    assert named.pair == "sv-en"
    assert replace(named, gold=case.gold, pair=case.pair) == case
    assert Shelf(standing).name_bytes(asked(pair="none-sv")) == asked(pair="none-sv")


def test_a_question_clusters_by_the_study_of_its_first_gold_page_and_what_nothing_answers_by_itself() -> None:
    case = Case("q", "Does it help?", "en", "yes", (Gold("a.pdf", 1),))
    assert Located(case, {("one", 3): 2, ("two", 1): 1}, {}).document == "one"
    assert Located(case, {}, {}).document == "none:q"
