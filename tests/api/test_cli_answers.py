"""`amp ask` with all that can be wanted of it, and `amp answers`."""

import json
import re
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import rispy
from docx import Document
from typer.testing import Result

from api.exports import EXPORTS
from corpus.library import Library
from retriever.saved import FILE, Saved
from tests.api.test_cli import DONE, SOMETHING_FAILED, WRONG_CALL, Amp, batch
from tests.fakes import FakeEmbedder, make_pdf
from tests.retriever.libraries import fill, settings_in
from tests.retriever.test_answering import FELL, LIGHT, UNKNOWN, debate_in, restates
from tests.retriever.writer import Plays, Writer, says, writer

pytestmark = pytest.mark.slow  # by their number: each takes a part of a second

LEVY = "Hur löser man friåkarproblemet?"
KEPT = "2026-03-01"
SUFFIXES = [made.suffix for made in EXPORTS.values()]


@pytest.fixture(scope="module")
def debate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with three studies that disagree, closed."""
    folder = tmp_path_factory.mktemp("debate")
    with debate_in(folder):
        return folder / "data"


@pytest.fixture
def keeping(filled: Amp) -> Amp:
    """The same, where answers may be kept."""
    filled.environment["AMP_SAVE_ANSWERS"] = "true"
    return filled


@contextmanager
def written_by(amp: Amp, plays: Plays) -> Iterator[Writer]:
    """A chat model that writes the answers of `amp`, as a test sees it."""
    with writer(plays) as model:
        chat = {"AMP_WRITER": "openai:m", "OPENAI_API_KEY": "key", "OPENAI_BASE_URL": model.url}
        amp.environment |= chat
        yield model


def keep(amp: Amp, question: str = LIGHT) -> str:
    """The id that an answer is kept under, as a person is told it."""
    said = amp("ask", question, "--keep", "--json").stderr
    found = re.search(r"amp answers show (\S+)", said)
    assert found, said
    return found[1]


def one_line(called: Result) -> str:
    return " ".join(called.stdout.split())


def refusal(called: Result) -> str:
    """The one sentence or two that a wrong call ends with, on one line of standard error."""
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    (line,) = called.stderr.splitlines()
    assert "Traceback" not in line
    return line


def kept_on(amp: Amp, day: str) -> None:
    """Let every kept answer be of another day."""
    with closing(sqlite3.connect(amp.folder / "data" / FILE)) as connection:
        connection.execute("UPDATE answers SET form = json_set(form, '$.saved_on', ?)", (f"{day}T23:30:00+00:00",))
        connection.commit()


def study_id(amp: Amp, file: str) -> str:
    return str(next(study["id"] for study in amp.lines("studies", "--json") if study["files"][0]["name"] == file))


def take_away(amp: Amp, file: str) -> None:
    """Remove a study behind the doors' backs, which would delete the answers that quote it too."""
    wanted = study_id(amp, file)
    with Library(settings_in(amp.folder), write=True, embedder=FakeEmbedder()) as library:
        library.remove(wanted)


# What a person sees


def test_quotes_are_grouped_by_what_they_speak_of_and_sources_are_listed_swedish_first(amp: Amp, debate: Path) -> None:
    shutil.copytree(debate, amp.folder / "data")
    shown = one_line(amp("ask", LIGHT, "--more"))
    parts = [
        "3 sources speak to this.",
        "Reported crime",
        "Figure: 9 procent.",
        "Perceived safety",
        "Reported crime: the sources may disagree.",
        "Swedish evidence",
        "Ek, A. (2021). Gatubelysning och brott i Malmö.",
        "Evidence from: Sweden.",
        "International evidence",
        "Poe, E. (2018).",
        "Evidence from: USA.",
        "Evidence that does not say where it is from",
        "Roe, R. (2015).",
        "Searched",
    ]
    assert [part for part in parts if part not in shown] == []
    assert sorted(parts, key=shown.index) == parts
    assert shown.count("Design and SMS level: not appraised.") == 3
    assert "No figure given." in shown


def test_a_swedish_question_is_answered_in_swedish_whatever_the_machine_speaks(amp: Amp, debate: Path) -> None:
    shutil.copytree(debate, amp.folder / "data")
    shown = one_line(amp("ask", "Minskar gatubelysning egendomsbrotten på torgen?"))
    for part in ("Anmälda brott", "Svenskt underlag", "Underlag från: Sverige.", "Upplägg och SMS-nivå: inte bedömt."):
        assert part in shown


def test_no_answer_is_no_failure(filled: Amp) -> None:
    called = filled("ask", UNKNOWN)
    assert (called.exit_code, called.stderr) == (DONE, "")
    assert "The corpus does not answer this." in called.stdout


# Following on


def test_a_follow_up_carries_words_shows_them_and_leaves_out_those_that_are_dropped(filled: Amp) -> None:
    followed = filled("ask", "And violent crime?", "--after", LIGHT)
    assert followed.exit_code == DONE
    assert "words of the question before: street lighting, reduce, property crime." in one_line(followed)
    dropped = filled("ask", "And violent crime?", "--after", LIGHT, "--drop", "Reduce", "--drop", "property crime")
    assert "words of the question before: street lighting. --drop WORD leaves one out." in one_line(dropped)


def test_a_swedish_follow_up_shows_how_english_words_were_carried(filled: Amp) -> None:
    shown = one_line(filled("ask", "Och våldsbrotten?", "--after", LIGHT))
    assert "Läst tillsammans med ord ur den förra frågan: street lighting → gatubelysning" in shown


def test_carried_words_are_in_the_json_too(filled: Amp) -> None:
    (answer,) = filled.lines("ask", "And violent crime?", "--after", LIGHT, "--json")
    assert answer["carried"][0] == {"term": "street lighting", "source": "street lighting"}


def test_a_whole_question_carries_nothing(filled: Amp) -> None:
    assert filled.lines("ask", LIGHT, "--after", LEVY, "--json") == filled.lines("ask", LIGHT, "--json")


@pytest.mark.parametrize("after", [[], ["--after", ""]])
@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "“And at night?” refers to an earlier question, and there is none."),
        ("sv", "”And at night?” syftar på en tidigare fråga, och det finns ingen."),
    ],
)
def test_a_follow_up_to_nothing_is_a_wrong_call(filled: Amp, language: str, said: str, after: list[str]) -> None:
    filled.environment["AMP_LANGUAGE"] = language
    assert refusal(filled("ask", "And at night?", *after)).startswith(said)


def test_each_line_of_a_batch_may_have_a_question_before_it(filled: Amp) -> None:
    path = batch(
        filled,
        {"id": "own", "question": "And violent crime?", "after": LIGHT},
        {"id": "whole", "question": LIGHT, "after": LEVY},
        {"id": "none", "question": "And at night?"},
        {"id": "odd", "question": "And at night?", "after": 7},
    )
    called = filled("ask", "--batch", path, "--drop", "reduce")
    own, whole, none, odd = (json.loads(line) for line in called.stdout.splitlines())
    assert called.exit_code == SOMETHING_FAILED
    assert [carried["term"] for carried in own["carried"]] == ["street lighting", "property crime"]
    assert (whole["carried"], whole["answered"]) == ([], True)
    assert (none["id"], none["error"]["code"]) == ("none", "nothing_before")
    assert (odd["id"], odd["error"]["code"]) == ("odd", "bad_line")


def test_lines_of_a_batch_without_a_question_before_follow_on_the_one_that_is_given_for_all(filled: Amp) -> None:
    path = batch(
        filled,
        {"id": "all", "question": "And violent crime?"},
        {"id": "own", "question": "And violent crime?", "after": "Do guards reduce theft?"},
    )
    everyone, own = filled.lines("ask", "--batch", path, "--after", LIGHT)
    assert "street lighting" in [carried["term"] for carried in everyone["carried"]]
    assert "street lighting" not in [carried["term"] for carried in own["carried"]]


# The chat model


def test_a_chat_model_writes_and_the_quotes_stay(filled: Amp) -> None:
    with written_by(filled, restates) as model:
        called = filled("ask", LIGHT)
    shown = one_line(called)
    assert (called.exit_code, called.stderr, len(model.asked)) == (DONE, "", 1)
    assert "A language model wrote this from quotes of" in shown
    assert f"{FELL} [1]" in shown
    assert f"1. “{FELL}”" in shown


def test_who_wants_quotes_alone_gets_them_and_the_chat_model_is_not_called(filled: Amp) -> None:
    with written_by(filled, restates) as model:
        (answer,) = filled.lines("ask", LIGHT, "--quotes-only", "--json")
    assert model.asked == []
    assert (answer["written"], answer["answered"]) == (False, True)


def test_what_is_not_answered_never_reaches_the_chat_model(filled: Amp) -> None:
    with written_by(filled, restates) as model:
        assert filled("ask", UNKNOWN).exit_code == DONE
    assert model.asked == []


@pytest.mark.parametrize(
    ("question", "notice"), [(LIGHT, "The language model cannot be reached."), (LEVY, "Språkmodellen går inte att nå.")]
)
def test_a_chat_model_that_is_down_leaves_the_quotes_and_a_notice(filled: Amp, question: str, notice: str) -> None:
    plain = filled.lines("ask", question, "--json")[0]
    with written_by(filled, says("")):
        pass
    called = filled("ask", question, "--json")
    assert (called.exit_code, called.stderr) == (DONE, "")
    assert json.loads(called.stdout) == {**plain, "notices": [notice]}
    assert notice in one_line(filled("ask", question))


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("gpt", "The setting AMP_WRITER is 'gpt', which names no known provider and model."),
        ("nobody:nothing", "The setting AMP_WRITER is 'nobody:nothing', which names no known provider"),
        ("openai:gpt-x", "The writer is from openai, which needs a key, and the environment variable OPENAI_API_KEY"),
        ("groq:x", "The writer needs the package for groq, which is not installed."),
    ],
)
def test_a_chat_model_that_cannot_be_opened_is_a_wrong_call_with_one_sentence(
    filled: Amp, setting: str, said: str
) -> None:
    filled.environment["AMP_WRITER"] = setting
    assert refusal(filled("ask", LIGHT, "--json")).startswith(said)
    assert filled("ask", LIGHT, "--quotes-only").exit_code == DONE
    assert filled("search", LIGHT).exit_code == DONE


def test_a_chat_model_that_cannot_be_opened_is_told_in_the_readers_language(filled: Amp) -> None:
    filled.environment |= {"AMP_WRITER": "gpt", "AMP_LANGUAGE": "sv"}
    assert refusal(filled("ask", LIGHT)).startswith("Inställningen AMP_WRITER är 'gpt', som inte anger någon känd")


# To a file


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_answer_is_written_to_a_file_of_the_kind_its_name_says(filled: Amp, suffix: str) -> None:
    path = filled.folder / f"brief{suffix.upper()}"
    called = filled("ask", LIGHT, "--to", path)
    assert called.exit_code == DONE
    assert called.stderr.splitlines() == [f"Written: {path}"]
    assert f"“{FELL}”" in one_line(called)
    content = path.read_bytes()
    if suffix == ".docx":
        assert FELL in "\n".join(paragraph.text for paragraph in Document(str(path)).paragraphs)
    else:
        assert "Street lighting and crime" in content.decode("utf-8")


def test_with_json_the_answer_alone_is_on_standard_output_and_the_file_is_written(filled: Amp) -> None:
    path = filled.folder / "works.ris"
    called = filled("ask", LIGHT, "--to", path, "--json")
    assert json.loads(called.stdout)["answered"] is True
    assert [record["title"] for record in rispy.loads(path.read_text("utf-8"))] == ["Street lighting and crime"]


def test_the_references_of_a_file_are_in_the_style_that_was_asked_for(filled: Amp) -> None:
    written = {}
    for style in ("apa", "harvard", "note"):
        path = filled.folder / f"{style}.txt"
        assert filled("ask", LIGHT, "--to", path, "--style", style).exit_code == DONE
        written[style] = path.read_text("utf-8")
    assert len(set(written.values())) == 3


def test_the_quotes_of_a_follow_up_are_written_with_the_words_it_carried(filled: Amp) -> None:
    path = filled.folder / "brief.md"
    filled("ask", "And violent crime?", "--after", LIGHT, "--to", path)
    assert "words of the earlier question: street lighting, reduce, property crime." in path.read_text("utf-8")


@pytest.mark.parametrize("name", ["brief", "brief.pdf", "brief.docx.old", "docx"])
def test_a_name_that_does_not_say_what_to_write_is_refused_before_the_question_is_asked(filled: Amp, name: str) -> None:
    path = filled.folder / name
    with written_by(filled, restates) as model:
        said = refusal(filled("ask", LIGHT, "--to", path))
    assert said.startswith(f"The file name {path} does not say what to write.")
    assert said.endswith(f"End it with one of: {', '.join(SUFFIXES)}.")
    assert model.asked == []
    assert not path.exists()


def test_a_file_that_is_there_is_left_as_it_is_and_the_question_is_not_asked(filled: Amp) -> None:
    path = filled.folder / "brief.docx"
    path.write_text("mine", "utf-8")
    with written_by(filled, restates) as model:
        said = refusal(filled("ask", LIGHT, "--to", path))
    assert said == f"{path} is there already. Give another name, or move it away. Nothing was written."
    assert path.read_text("utf-8") == "mine"
    assert model.asked == []


@pytest.mark.parametrize("to", [[], ["--to", "brief.txt"]])
def test_a_style_that_does_not_exist_is_refused_before_the_question_is_asked(filled: Amp, to: list[str]) -> None:
    with written_by(filled, restates) as model:
        said = refusal(filled("ask", LIGHT, "--style", "vancouver", *to))
    assert said == "There is no style of references called vancouver. Choose one of: apa, harvard, note."
    assert model.asked == []
    assert not (filled.folder / "brief.txt").exists()


def test_a_folder_that_is_not_there_is_named_and_nothing_is_written(filled: Amp) -> None:
    called = filled("ask", LIGHT, "--to", filled.folder / "nowhere" / "brief.txt", "--quotes-only")
    assert called.exit_code == WRONG_CALL
    assert "nowhere" in called.stderr
    assert "Traceback" not in called.stderr


@pytest.mark.parametrize("wish", [["--to", "brief.txt"], ["--keep"]])
def test_a_batch_is_not_silently_left_unwritten_or_unkept(keeping: Amp, wish: list[str]) -> None:
    called = keeping("ask", "--batch", batch(keeping, {"id": "a", "question": LIGHT}), *wish)
    done = (keeping.folder / "brief.txt").exists() or (keeping.folder / "data" / FILE).exists()
    assert done or (called.exit_code == WRONG_CALL and called.stderr)


# Kept answers


def test_an_answer_that_is_kept_can_be_opened_by_the_id_that_is_told(keeping: Amp) -> None:
    kept = keep(keeping)
    shown = keeping("answers", "show", kept)
    assert (shown.exit_code, shown.stderr) == (DONE, "")
    assert one_line(shown).startswith(one_line(keeping("ask", LIGHT)))
    assert one_line(shown).endswith(
        "The corpus is the same as when the answer was given. All quotes still stand on their pages."
    )


def test_a_kept_answer_in_json_is_the_answer_and_what_has_changed(keeping: Amp) -> None:
    (answer,) = keeping.lines("ask", LIGHT, "--json")
    kept = keep(keeping)
    (shown,) = keeping.lines("answers", "show", kept, "--json")
    assert (shown["id"], shown["answer"]) == (kept, answer)
    assert (shown["changed"]["corpus"], shown["changed"]["model"], shown["changed"]["gone"]) == (False, False, [])


def test_without_leave_nothing_is_kept_and_the_question_is_not_asked(filled: Amp) -> None:
    with written_by(filled, restates) as model:
        said = refusal(filled("ask", LIGHT, "--keep"))
    assert said.startswith("Answers are not kept here: that is off unless someone turns it on.")
    assert model.asked == []
    assert not (filled.folder / "data" / FILE).exists()


def test_nothing_is_kept_unless_it_is_asked_for(keeping: Amp) -> None:
    keeping("ask", LIGHT)
    assert not (keeping.folder / "data" / FILE).exists()
    listed = keeping("answers", "list")
    assert (listed.exit_code, listed.stdout, listed.stderr) == (DONE, "", "No answers are kept.\n")
    assert keeping.lines("answers", "list", "--json") == []


def test_kept_answers_are_listed_one_a_line(keeping: Amp) -> None:
    kept = {keep(keeping, question): question for question in (LIGHT, LEVY)}
    today = datetime.now(UTC).date().isoformat()
    lines = keeping("answers", "list").stdout.splitlines()
    assert sorted(lines) == sorted(f"{name}  {today}  {question}" for name, question in kept.items())
    heads = keeping.lines("answers", "list", "--json")
    assert {head["id"]: head["question"] for head in heads} == kept
    assert all(head.keys() == {"id", "question", "saved_on", "answered"} for head in heads)


def test_an_id_never_begins_with_a_hyphen_which_would_be_read_as_an_option(
    keeping: Amp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hyphens(n: int | None = None) -> bytes:  # in base64 for addresses these three bytes are "----"
        return (b"\xfb\xef\xbe" * 8)[: n or 24]

    monkeypatch.setattr(secrets, "token_bytes", hyphens)
    kept = keep(keeping)
    assert re.fullmatch(r"[0-9a-z]{16,}", kept)
    assert keeping("answers", "show", kept).exit_code == DONE


def test_what_has_changed_since_is_shown_with_the_day(keeping: Amp) -> None:
    kept = keep(keeping)
    kept_on(keeping, KEPT)
    with Library(settings_in(keeping.folder), write=True, embedder=FakeEmbedder()) as library:
        fill(library, harbour=make_pdf(["Much herring came to the harbour by ship in the herring trade."]))
    shown = one_line(keeping("answers", "show", kept))
    assert shown.endswith(f"The corpus has changed since {KEPT}. All quotes still stand on their pages.")


@pytest.mark.parametrize(
    ("question", "file", "title", "said"),
    [
        (
            LIGHT,
            "lighting.pdf",
            "Street lighting and crime",
            "No longer in the library: {title}. No longer to be found",
        ),
        (
            LEVY,
            "friakare.pdf",
            "Friåkare i platssamverkan",
            "Finns inte längre i biblioteket: {title}. Finns inte läng",
        ),
    ],
)
def test_a_study_that_is_gone_is_named_in_the_language_of_the_answer(
    keeping: Amp, question: str, file: str, title: str, said: str
) -> None:
    kept = keep(keeping, question)
    take_away(keeping, file)
    shown = one_line(keeping("answers", "show", kept))
    assert said.format(title=title) in shown
    assert title in shown.partition(said[:20])[0]  # the answer itself is shown as it was given


@pytest.mark.parametrize("verb", [["show"], ["export"], ["delete"]])
def test_an_answer_that_is_not_kept_is_a_wrong_call(keeping: Amp, verb: list[str]) -> None:
    to = [str(keeping.folder / "brief.txt")] if verb == ["export"] else []
    for kept in (0, 1):  # with no file of answers, and with one
        assert refusal(keeping("answers", *verb, "nope", *to)).startswith("No answer is kept with the id nope.")
        assert len(keeping.lines("answers", "list", "--json")) == kept
        keep(keeping)


# Kept answers to files


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_kept_answer_is_written_to_a_file(keeping: Amp, suffix: str) -> None:
    kept, path = keep(keeping), keeping.folder / f"brief{suffix}"
    called = keeping("answers", "export", kept, path)
    assert (called.exit_code, called.stdout, called.stderr) == (DONE, "", f"Written: {path}\n")
    if suffix == ".docx":
        assert FELL in "\n".join(paragraph.text for paragraph in Document(str(path)).paragraphs)
    else:
        assert "Street lighting and crime" in path.read_text("utf-8")


def test_a_kept_answer_is_written_with_the_day_it_was_kept_and_not_todays(keeping: Amp) -> None:
    kept, path = keep(keeping), keeping.folder / "brief.txt"
    kept_on(keeping, KEPT)
    keeping("answers", "export", kept, path)
    brief = path.read_text("utf-8")
    assert f"{KEPT}. The corpus: 2 studies, 4 passages, version " in brief
    assert date.today().isoformat() not in brief


def test_an_answer_with_a_removed_study_cannot_be_written(keeping: Amp) -> None:
    kept, path = keep(keeping), keeping.folder / "brief.txt"
    take_away(keeping, "lighting.pdf")
    said = refusal(keeping("answers", "export", kept, path))
    assert said.startswith("The answer quotes “Street lighting and crime” (")
    assert not path.exists()


@pytest.mark.parametrize(
    ("name", "style", "said"),
    [
        ("brief.pdf", "apa", "does not say what to write"),
        ("there.txt", "apa", "is there already"),
        ("brief.txt", "vancouver", "There is no style of references called vancouver."),
    ],
)
def test_a_kept_answer_is_refused_what_a_new_one_is(keeping: Amp, name: str, style: str, said: str) -> None:
    (keeping.folder / "there.txt").write_text("mine", "utf-8")
    called = keeping("answers", "export", keep(keeping), keeping.folder / name, "--style", style)
    assert said in refusal(called)
    assert [path.name for path in keeping.folder.glob("*.*")] == ["there.txt"]
    assert (keeping.folder / "there.txt").read_text("utf-8") == "mine"


# Deleting


def test_one_kept_answer_is_deleted_and_the_others_stay(keeping: Amp) -> None:
    one, other = keep(keeping), keep(keeping, LEVY)
    called = keeping("answers", "delete", one)
    assert (called.exit_code, called.stdout) == (DONE, f"Deleted: {one}.\n")
    assert [head["id"] for head in keeping.lines("answers", "list", "--json")] == [other]
    left = (keeping.folder / "data" / FILE).read_bytes()
    assert other.encode() in left
    assert one.encode() not in left
    assert LIGHT.encode() not in left


def test_all_kept_answers_are_deleted_at_once(keeping: Amp) -> None:
    for question in (LIGHT, LEVY):
        keep(keeping, question)
    called = keeping("answers", "delete", "--all")
    assert (called.exit_code, called.stdout) == (DONE, "Deleted 2 kept answers.\n")
    assert keeping.lines("answers", "list", "--json") == []
    assert keeping("answers", "delete", "--all").stdout == "Deleted 0 kept answers.\n"


@pytest.mark.parametrize("which", [[], ["some", "--all"]])
def test_which_answers_are_to_be_deleted_must_be_said_and_only_once(keeping: Amp, which: list[str]) -> None:
    kept = keep(keeping)
    arguments = [kept if word == "some" else word for word in which]
    said = refusal(keeping("answers", "delete", *arguments))
    assert said == "Give the id of one kept answer, or --all for every one."
    assert len(keeping.lines("answers", "list", "--json")) == 1


def test_answers_can_be_listed_and_deleted_after_keeping_was_turned_off(keeping: Amp) -> None:
    kept = keep(keeping)
    keeping.environment["AMP_SAVE_ANSWERS"] = "false"
    assert [head["id"] for head in keeping.lines("answers", "list", "--json")] == [kept]
    assert keeping("answers", "delete", kept).exit_code == DONE


# The call itself


@pytest.mark.parametrize("verb", ["list", "show", "export", "delete"])
def test_every_command_is_explained_in_both_languages(amp: Amp, verb: str) -> None:
    explained = " ".join(amp("answers", verb, "--help").stdout.split())
    assert re.search(r"\w / [A-ZÅÄÖ][^./]*\.", explained)


@pytest.mark.parametrize("arguments", [["answers", "ferret"], ["answers", "show"], ["answers", "export", "x"]])
def test_a_call_that_is_not_understood_is_a_wrong_call(amp: Amp, arguments: list[str]) -> None:
    called = amp(*arguments)
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert called.stderr


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "The file of kept answers"), ("sv", "Filen med sparade svar")],
)
def test_a_file_of_answers_that_cannot_be_read_is_named(keeping: Amp, language: str, said: str) -> None:
    kept = keep(keeping)
    keeping.environment["AMP_LANGUAGE"] = language
    (keeping.folder / "data" / FILE).write_bytes(b"nonsense" * 512)
    for arguments in (["list"], ["show", kept], ["delete", "--all"]):
        assert refusal(keeping("answers", *arguments)).startswith(said)


def test_answers_are_kept_in_the_same_file_as_over_http(keeping: Amp) -> None:
    kept = keep(keeping)
    with Saved(settings_in(keeping.folder)) as saved:
        assert [head.id for head in saved.all()] == [kept]
