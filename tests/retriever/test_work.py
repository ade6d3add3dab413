"""Studies that are versions of one another are one work, with one name, whichever of them is asked."""

from itertools import permutations
from typing import cast

import pytest

from corpus.library import Library, UnknownStudy
from corpus.links import confirm, put, set_version
from corpus.study import Description, Link, LinkKind, Study, StudyFile, TextState
from retriever.ask import ask
from retriever.work import line_of, root_of, work_of
from tests.fakes import make_pdf
from tests.retriever.libraries import fill


class Versions:
    """Stands for a library: what each study is a version of, by id."""

    def __init__(self, **version_of: str | None) -> None:
        self._version_of = version_of

    def study(self, study_id: str) -> Study:
        if study_id not in self._version_of:
            raise UnknownStudy(study=study_id)
        file = StudyFile(study_id * 8, f"{study_id}.pdf", 1, 1)
        above = self._version_of[study_id]
        return Study(study_id, Description(study_id), ("en",), TextState.SEARCHABLE, (file,), above)


def held(**version_of: str | None) -> Library:
    return cast("Library", Versions(**version_of))


def line(library: Library, study_id: str) -> list[str]:
    return [study.id for study in line_of(library, study_id)]


CHAIN = held(report=None, article="report", summary="article", leaflet="article", other=None)
CIRCLE = held(b="c", c="a", a="b", into="c", beyond="into")
ITSELF = held(a="a", version="a")


# Chains


@pytest.mark.parametrize(
    ("study", "above"),
    [
        ("report", ["report"]),
        ("article", ["article", "report"]),
        ("summary", ["summary", "article", "report"]),
        ("leaflet", ["leaflet", "article", "report"]),
        ("other", ["other"]),
    ],
)
def test_a_line_goes_from_a_study_to_the_root(study: str, above: list[str]) -> None:
    assert line(CHAIN, study) == above


def test_a_work_is_the_study_that_its_versions_go_back_to() -> None:
    works = {study: work_of(CHAIN, study) for study in ("report", "article", "summary", "leaflet", "other")}
    assert works == {**dict.fromkeys(("report", "article", "summary", "leaflet"), "report"), "other": "other"}


def test_a_work_is_named_by_its_root_though_an_id_below_comes_before_it() -> None:
    assert work_of(held(z=None, a="z"), "a") == "z"


# Circles


@pytest.mark.parametrize(
    ("study", "above"),
    [
        ("a", ["a", "b", "c"]),
        ("b", ["b", "c", "a"]),
        ("into", ["into", "c", "a", "b"]),
        ("beyond", ["beyond", "into", "c", "a", "b"]),
    ],
)
def test_a_line_ends_where_a_circle_closes(study: str, above: list[str]) -> None:
    assert line(CIRCLE, study) == above


@pytest.mark.parametrize("study", ["a", "b", "c", "into", "beyond"])
def test_a_circle_is_one_work_named_by_the_first_id_in_it_wherever_it_is_entered(study: str) -> None:
    assert work_of(CIRCLE, study) == "a"


@pytest.mark.parametrize("ids", [*permutations("pqr")])
def test_the_order_of_a_circle_does_not_change_the_name(ids: tuple[str, str, str]) -> None:
    circle = held(**dict(zip(ids, (*ids[1:], ids[0]), strict=True)), a=ids[0])
    assert {work_of(circle, study) for study in (*ids, "a")} == {"p"}  # though "a", which leads in, comes before it


@pytest.mark.parametrize("study", ["a", "version"])
def test_a_study_that_is_a_version_of_itself_is_a_work(study: str) -> None:
    assert work_of(ITSELF, study) == "a"
    assert line(ITSELF, study)[-1] == "a"


# Both


@pytest.mark.parametrize("library", [CHAIN, CIRCLE, ITSELF], ids=["chain", "circle", "itself"])
def test_the_name_of_a_work_is_that_of_its_line_and_names_itself(library: Library) -> None:
    studies = cast("Versions", library)._version_of
    for study in studies:
        assert work_of(library, study) == root_of(line_of(library, study))
        assert work_of(library, work_of(library, study)) == work_of(library, study)


@pytest.mark.parametrize("library", [held(), held(missing="nobody")], ids=["itself", "what it is a version of"])
def test_a_study_that_is_not_held_is_told(library: Library) -> None:
    with pytest.raises(UnknownStudy):
        work_of(library, "missing")


# In answers

LIGHT = "Does street lighting reduce property crime?"
REPORT = [
    "Street lighting reduced property crime by 14 per cent in the lit squares of the town.\n"
    "Where street lighting came, fewer thefts and less property crime were reported to the police.",
    "The effect of street lighting on property crime was larger in winter than it was in summer.",
]


@pytest.fixture
def twice(library: Library) -> tuple[Library, str, str]:
    """A library with one text twice, as two programs wrote it; and the ids of both studies."""
    fill(library, report=make_pdf(REPORT, title="A report"), copy=make_pdf(REPORT, title="Microsoft Word"))
    report, copy = sorted(library.record.studies(), key=lambda study: study.file_name, reverse=True)
    put(library.record, report.id, [Link(report.id, copy.id, LinkKind.SAME_TEXT, 1.0)])
    return library, report.id, copy.id


def test_no_sentence_is_quoted_twice_from_a_text_that_is_here_twice(twice: tuple[Library, str, str]) -> None:
    quotes = [citation.quote for citation in ask(twice[0], LIGHT).citations]
    assert len(quotes) == len(set(quotes)) == 3


def test_a_text_that_is_here_twice_is_one_work_once_a_person_has_confirmed_it(twice: tuple[Library, str, str]) -> None:
    library, report, copy = twice
    confirm(library.record, 1, "Åsa", report)
    answer = ask(library, LIGHT)
    (card,) = answer.cards
    cited = {citation.study_id for citation in (*answer.citations, *answer.more)}
    assert answer.evidence.works == len(cited) == 1
    assert cited == {card.study_id} <= {report, copy}
    assert len({citation.quote for citation in answer.citations}) == len(answer.citations) == 3


def test_two_works_are_two_again_once_a_person_has_said_so(twice: tuple[Library, str, str]) -> None:
    library, report, copy = twice
    confirm(library.record, 1, "Åsa", report)
    set_version(library.record, copy, None, "Åsa")
    assert {work_of(library, study) for study in (report, copy)} == {report, copy}
