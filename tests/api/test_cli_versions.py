"""`amp versions`: studies that may be one work, on the command line."""

import json
from typing import Any

import pytest
from typer.testing import Result

from corpus.deeds import deeds
from corpus.library import Library
from corpus.settings import Settings
from ingest.alike import propose_all
from tests.api.test_cli import Amp
from tests.fakes import FakeEmbedder
from tests.ingest.test_alike import PAGES, put

DONE, SOMETHING_FAILED, WRONG_CALL = 0, 1, 2


@pytest.fixture
def twice(amp: Amp) -> Amp:
    """`amp` with a report of three pages and the same with a fourth; they were compared."""
    settings = Settings(data=amp.folder / "data", language="en", _env_file=None)
    with Library(settings, write=True, embedder=FakeEmbedder()) as library:
        put(library, "report", PAGES[:3])
        put(library, "longer", PAGES[:4])
        propose_all(library)
    return amp


def pair(amp: Amp) -> dict[str, Any]:
    (found,) = amp.lines("versions", "--json", "--all")
    return dict(found)


def kept(amp: Amp) -> dict[str, str | None]:
    """What each study is a version of."""
    return {study["id"]: study["version_of"] for study in amp.lines("studies", "--json")}


def refused(called: Result) -> str:
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    return called.stderr


def test_a_pair_is_shown_with_both_studies_what_speaks_for_it_and_which_pages_differ(twice: Amp) -> None:
    called = twice("versions")
    assert called.exit_code == DONE
    assert called.stdout.startswith("1  Nearly the same text\n")
    assert "report.pdf" in called.stdout
    assert "longer.pdf" in called.stdout
    said = " ".join(called.stdout.split())
    assert "100 % of the shorter text stands in the other." in said
    assert "Page 4 is only in longer." in said


def test_a_pair_is_shown_in_swedish(twice: Amp) -> None:
    twice.environment["AMP_LANGUAGE"] = "sv"
    said = " ".join(twice("versions").stdout.split())
    assert "100 % av den kortare texten står i den andra." in said
    assert "Sidan 4 finns bara i" in said


def test_finding_prints_what_is_proposed_and_the_same_when_run_again(twice: Amp) -> None:
    first, again = twice.lines("versions", "find", "--json"), twice.lines("versions", "find", "--json")
    assert first == again == twice.lines("versions", "--json")
    assert {"id", "kind", "state", "likeness", "why", "pages", "first", "second", "sentences"} <= first[0].keys()
    assert (first[0]["kind"], first[0]["state"], first[0]["likeness"]) == ("near_text", "proposed", 1.0)


def test_a_confirmed_pair_is_one_work_and_the_version_that_stands_for_it_is_told(twice: Amp) -> None:
    called = twice("versions", "confirm", "1", "--by", "Åsa")
    assert called.exit_code == DONE
    assert "longer (longer)" in called.stdout
    assert kept(twice) == {"longer": None, "report": "longer"}
    assert (pair(twice)["state"], pair(twice)["said_by"]) == ("confirmed", "Åsa")
    assert twice.lines("versions", "--json") == []


def test_a_person_says_which_version_is_kept_for_show(twice: Amp) -> None:
    (confirmed,) = twice.lines("versions", "confirm", "1", "--keep", "report", "--json")
    assert confirmed["state"] == "confirmed"
    assert kept(twice) == {"longer": "report", "report": None}


def test_a_rejected_pair_is_not_proposed_again(twice: Amp) -> None:
    called = twice("versions", "reject", "1", "--by", "Åsa")
    assert "will not be proposed again" in called.stdout
    assert twice.lines("versions", "find", "--json") == []
    assert "(rejected by Åsa, " in twice("versions", "--all").stdout


def test_nothing_to_decide_is_said_beside_the_output(twice: Amp) -> None:
    twice("versions", "reject", "1")
    called = twice("versions")
    assert (called.exit_code, called.stdout) == (DONE, "")
    assert called.stderr.strip() == "There are no pairs to decide."
    assert twice("versions", "--json").output == ""


def test_a_version_is_set_and_taken_back_by_hand(twice: Amp) -> None:
    assert "is now a version of" in twice("versions", "set", "report", "--of", "longer").stdout
    assert kept(twice)["report"] == "longer"
    (changed,) = twice.lines("versions", "unset", "report", "--json")
    assert (changed["id"], changed["version_of"]) == ("report", None)
    assert "work of its own" in twice("versions", "unset", "longer").stdout


def test_who_decided_stands_in_the_log(twice: Amp) -> None:
    twice("versions", "confirm", "1", "--by", "Åsa")
    twice("versions", "unset", "report", "--by", "Li")
    settings = Settings(data=twice.folder / "data", language="en", _env_file=None)
    with Library(settings, embedder=FakeEmbedder()) as library:
        said = [(deed.by, deed.what) for deed in deeds(library.record) if "version" in deed.what]
    assert said == [("Åsa", "confirmed_version"), ("Li", "set_version")]


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (("confirm", "7"), "No pair has the number 7."),
        (("reject", "7"), "No pair has the number 7."),
        (("confirm", "1", "--keep", "nobody"), "does not belong to pair 1"),
        (("set", "nobody", "--of", "nobody"), "nobody"),
        (("unset", "nobody"), "nobody"),
    ],
)
def test_a_wrong_call_is_told_in_a_sentence(twice: Amp, call: tuple[str, ...], told: str) -> None:
    assert told in refused(twice("versions", *call))


def test_a_circle_is_refused_and_named(twice: Amp) -> None:
    twice("versions", "set", "report", "--of", "longer")
    assert "→" in refused(twice("versions", "set", "longer", "--of", "report"))
    assert "version of itself" in refused(twice("versions", "set", "longer", "--of", "longer"))


def test_json_is_alone_on_standard_output(twice: Amp) -> None:
    called = twice("versions", "find", "--json")
    assert called.stderr == ""
    assert [json.loads(line)["id"] for line in called.stdout.splitlines()] == [1]


def test_without_a_library_a_person_is_told(amp: Amp) -> None:
    assert "library" in refused(amp("versions"))
