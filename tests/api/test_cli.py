"""The command line, in this process and with a stand-in for the model."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from tests.fakes import FREE_RIDERS, LIGHTING

pytestmark = pytest.mark.slow

LIGHT = "Does street lighting reduce property crime?"
GERMAN = "Wie verringert bessere Beleuchtung die Einbrüche?"
FINDING = "Street lighting reduced property crime by 14 per cent in the lit squares."
DONE, SOMETHING_FAILED, WRONG_CALL = 0, 1, 2


class Amp:
    """The command `amp` with a library of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment: dict[str, str] = {"AMP_DATA": str(folder / "data"), "AMP_LANGUAGE": "en"}

    def __call__(self, *arguments: str | Path) -> Result:
        return CliRunner(env=self.environment).invoke(app, [str(argument) for argument in arguments])

    def lines(self, *arguments: str | Path) -> list[Any]:
        """What a call prints on standard output, every line of which must be JSON."""
        return [json.loads(line) for line in self(*arguments).stdout.splitlines()]


@pytest.fixture
def pdfs(tmp_path: Path) -> Path:
    """A folder with one English and one Swedish study."""
    folder = tmp_path / "pdfs"
    folder.mkdir()
    (folder / "lighting.pdf").write_bytes(LIGHTING)
    (folder / "friakare.pdf").write_bytes(FREE_RIDERS)
    return folder


# Adding


def test_add_prints_one_receipt_a_file(amp: Amp, pdfs: Path) -> None:
    receipts = amp.lines("add", pdfs, "--json")
    assert [receipt["file"] for receipt in receipts] == ["friakare.pdf", "lighting.pdf"]
    for receipt in receipts:
        assert {"file", "status", "study_id", "pages", "passages", "language", "reason"} <= receipt.keys()
        assert (receipt["status"], receipt["pages"], receipt["reason"]) == ("added", 2, None)
    assert [receipt["language"] for receipt in receipts] == ["sv", "en"]


def test_adding_again_changes_nothing(filled: Amp, pdfs: Path) -> None:
    again = filled("add", pdfs, "--json")
    assert again.exit_code == DONE
    assert {json.loads(line)["status"] for line in again.stdout.splitlines()} == {"unchanged"}
    assert len(filled.lines("studies", "--json")) == 2


def test_a_path_that_is_not_there_is_a_failed_receipt_and_the_others_come_in(amp: Amp, pdfs: Path) -> None:
    called = amp("add", pdfs / "gone.pdf", pdfs / "lighting.pdf", "--json")
    gone, lighting = (json.loads(line) for line in called.stdout.splitlines())
    assert called.exit_code == SOMETHING_FAILED
    assert (gone["file"], gone["status"], gone["study_id"]) == ("gone.pdf", "failed", None)
    assert gone["reason"].startswith("There is no file or folder")
    assert lighting["status"] == "added"


def test_a_folder_without_a_pdf_is_a_failed_receipt(amp: Amp, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    called = amp("add", tmp_path / "empty", "--json")
    assert called.exit_code == SOMETHING_FAILED
    assert "holds no PDF" in json.loads(called.stdout)["reason"]


def test_add_with_nothing_to_add_is_a_wrong_call(amp: Amp) -> None:
    called = amp("add")
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert "No file was named." in called.stderr


def test_quiet_says_only_what_failed(amp: Amp, pdfs: Path) -> None:
    (pdfs / "broken.pdf").write_bytes(b"no pdf at all")
    called = amp("add", pdfs, "--quiet")
    assert called.exit_code == SOMETHING_FAILED
    assert "broken.pdf" in called.stdout
    assert "lighting.pdf" not in called.stdout


def test_a_person_is_told_how_many_of_each_kind(amp: Amp, pdfs: Path) -> None:
    (pdfs / "broken.pdf").write_bytes(b"no pdf at all")
    assert amp("add", pdfs).stdout.splitlines()[-1] == "1 failed, 2 added"


# Searching and asking


def test_a_search_in_json_is_one_list_best_first(filled: Amp) -> None:
    called = filled("search", LIGHT, "--json", "-k", "3")
    hits = json.loads(called.stdout)
    assert (called.exit_code, called.stderr, len(hits)) == (DONE, "", 3)
    wanted = {"study_id", "file", "title", "page", "page_label", "language", "score", "text"}
    assert all(wanted <= hit.keys() for hit in hits)
    assert (hits[0]["file"], hits[0]["page"]) == ("lighting.pdf", 2)
    assert hits[0]["score"] >= hits[1]["score"] >= hits[2]["score"]


def test_an_answer_in_json_has_all_that_was_promised(filled: Amp) -> None:
    called = filled("ask", LIGHT, "--json")
    answer = json.loads(called.stdout)
    promised = "question language answered confidence sentences citations nearest searched fingerprint"
    assert (called.exit_code, called.stderr) == (DONE, "")
    assert set(promised.split()) <= answer.keys()
    assert answer["sentences"][0] == {"text": FINDING, "citations": [1]}
    cited = "n study_id file title authors year page page_label language quote"
    assert set(cited.split()) <= answer["citations"][0].keys()


def test_a_person_sees_the_quote_its_place_and_what_was_searched(filled: Amp) -> None:
    shown = " ".join(filled("ask", LIGHT).stdout.split())
    assert f"1. “{FINDING}”" in shown
    assert "Street lighting and crime, p. 2" in shown
    assert "Searched 2 passages in Swedish and 2 in English." in shown


def test_a_person_who_gets_no_answer_is_told_what_is_unknown_and_near(filled: Amp) -> None:
    called = filled("ask", "Do congestion charges shorten queues?")
    shown = " ".join(called.stdout.split())
    assert called.exit_code == DONE
    assert "The corpus does not answer this." in shown
    assert "Found nowhere in the corpus: congestion, shorten, queues." in shown
    assert "The nearest sources, which are related but no answer:" in shown
    assert "”" not in shown


def test_a_swedish_question_is_answered_in_swedish_whatever_the_setting(filled: Amp) -> None:
    shown = " ".join(filled("ask", "Hur löser man friåkarproblemet?").stdout.split())
    assert "En källa talar om detta." in shown
    assert "Friåkare i platssamverkan, s. 2" in shown


def test_an_answer_in_json_tells_how_the_question_was_read_and_what_came_back(filled: Amp) -> None:
    answer = json.loads(filled("ask", "Minskar gatubelysning glimmervippan i Malmö?", "--json").stdout)
    read = {word["source"]: word for word in answer["understood"]}
    assert list(read) == ["Minskar", "gatubelysning", "glimmervippan"]
    assert (read["gatubelysning"]["kind"], read["gatubelysning"]["equivalents"][0]) == ("term", "street lighting")
    assert read["glimmervippan"] == {"source": "glimmervippan", "equivalents": [], "kind": "unknown"}
    shown = [source["language"] for source in answer["citations"] + answer["nearest"]]
    assert answer["returned"] == {name: shown.count(name) for name in ("sv", "en")}


@pytest.mark.parametrize("verb", ["ask", "search"])
@pytest.mark.parametrize(
    ("question", "read", "unread"),
    [
        (
            "Minskar gatubelysning glimmervippan?",
            r"Läst på engelska som: gatubelysning → street lighting\b.*; Minskar → ",
            "Finns inte i ordlistan: glimmervippan.",
        ),
        (
            "Who are the free riders of flibbertology?",
            r"Read in Swedish as: .*\bfree riders → friåkare\b",
            "Not in the term list: flibbertology.",
        ),
    ],
)
def test_a_person_is_shown_how_the_question_was_read(
    filled: Amp, verb: str, question: str, read: str, unread: str
) -> None:
    shown = " ".join(filled(verb, question).stdout.split())
    assert re.search(read, shown)
    assert unread in shown


def test_a_person_is_told_how_many_hits_of_each_language_are_shown(filled: Amp) -> None:
    assert "Shown: 2 in Swedish, 2 in English." in filled("search", LIGHT).stdout
    assert "Visade: 2 på svenska, 2 på engelska." in filled("search", "Minskar gatubelysning brotten?").stdout
    assert "Shown: 0 in Swedish, 2 in English." in filled("search", LIGHT, "--only", "en").stdout


@pytest.mark.parametrize("question", [LIGHT, "Hur löser man friåkarproblemet?"])
@pytest.mark.parametrize("only", ["sv", "en"])
def test_one_language_alone_is_searched_where_one_is_wanted(filled: Amp, question: str, only: str) -> None:
    hits = filled.lines("search", question, "--only", only, "--json")[0]
    assert [hit["language"] for hit in hits] == [only] * 2
    answer = filled.lines("ask", question, "--only", only, "--json")[0]
    shown = answer["citations"] + answer["nearest"]
    assert {source["language"] for source in shown} == {only}
    assert answer["searched"] == {"sv": 0, "en": 0, only: 2}
    assert answer["returned"] == {"sv": 0, "en": 0, only: len(shown)}


@pytest.mark.parametrize("verb", ["ask", "search"])
def test_a_batch_is_answered_from_one_language_where_one_is_wanted(filled: Amp, verb: str) -> None:
    path = batch(filled, {"id": "a", "question": LIGHT}, {"id": "b", "question": "Hur löser man friåkarproblemet?"})
    for line in filled.lines(verb, "--batch", path, "--only", "sv", "--json"):
        sources = line["hits"] if verb == "search" else line["citations"] + line["nearest"]
        assert {source["language"] for source in sources} == {"sv"}


@pytest.mark.parametrize("verb", ["ask", "search"])
@pytest.mark.parametrize("only", ["de", ""])
def test_a_language_that_nothing_is_written_in_is_a_wrong_call(filled: Amp, verb: str, only: str) -> None:
    called = filled(verb, LIGHT, "--only", only)
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert "--only" in called.stderr


@pytest.mark.parametrize("verb", ["ask", "search"])
@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("", "The question is empty."),
        ("???", "The question is empty."),
        ("a" * 5000, "The question has 5000 characters, and the limit is 2000."),
        (GERMAN, "The question seems to be in another language (de)."),
    ],
)
def test_a_question_that_cannot_be_asked_is_a_wrong_call(filled: Amp, verb: str, question: str, said: str) -> None:
    called = filled(verb, question, "--json")
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert said in called.stderr


@pytest.mark.parametrize("k", ["0", "-1", "10000"])
def test_a_number_of_hits_out_of_range_is_a_wrong_call(filled: Amp, k: str) -> None:
    called = filled("search", LIGHT, "-k", k)
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert f"{k} hits were asked for. Ask for between 1 and 200." in called.stderr


def test_a_question_that_is_no_unicode_is_still_answered(filled: Amp) -> None:
    called = filled("ask", "Does street lighting\udcff reduce property crime?", "--json")
    assert (called.exit_code, json.loads(called.stdout)["answered"]) == (DONE, True)


@pytest.mark.parametrize("verb", [["ask", LIGHT], ["search", LIGHT], ["studies"], ["doctor"], ["remove", "x"]])
def test_without_a_library_every_reader_says_how_to_make_one(amp: Amp, verb: list[str]) -> None:
    called = amp(*verb)
    if verb[0] == "remove":  # a writer makes the library, and then finds no such study in it
        assert called.exit_code == WRONG_CALL
        return
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert "There is no library in" in called.stderr
    assert "amp add" in called.stderr
    assert not (amp.folder / "data").exists()


# Batches


def batch(amp: Amp, *lines: object) -> Path:
    path = amp.folder / "questions.jsonl"
    text = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
    path.write_text("\n".join(text) + "\n", "utf-8", errors="surrogatepass")
    return path


def test_a_bad_line_and_a_german_question_cost_only_themselves(filled: Amp) -> None:
    path = batch(
        filled,
        {"id": "a", "question": LIGHT},
        "{not json",
        {"id": "c", "question": GERMAN},
        {"id": 4, "question": "Hur löser man friåkarproblemet?"},
    )
    called = filled("ask", "--batch", path, "--json")
    first, bad, german, last = (json.loads(line) for line in called.stdout.splitlines())
    assert called.exit_code == SOMETHING_FAILED
    assert (first["id"], first["answered"], first["question"]) == ("a", True, LIGHT)
    assert bad["error"]["code"] == "bad_line"
    assert bad["error"]["message"] == 'Line 2 is not of the form {"id": …, "question": …}.'
    assert (german["id"], german["question"], german["error"]["code"]) == ("c", GERMAN, "other_language")
    assert (last["id"], last["language"], last["answered"]) == (4, "sv", True)


def test_a_batch_without_a_fault_is_done(filled: Amp) -> None:
    path = batch(filled, {"id": "a", "question": LIGHT}, {"id": "b", "question": "Do charges shorten queues?"})
    called = filled("search", "--batch", path, "--json", "-k", "1")
    lines = [json.loads(line) for line in called.stdout.splitlines()]
    assert (called.exit_code, called.stderr) == (DONE, "")
    assert [line["id"] for line in lines] == ["a", "b"]
    assert [len(line["hits"]) for line in lines] == [1, 1]


@pytest.mark.parametrize("line", [{"id": "x"}, {"id": "x", "question": None}, {"id": "x", "question": ["a"]}])
def test_a_line_without_a_question_keeps_its_id(filled: Amp, line: dict[str, object]) -> None:
    called = filled("ask", "--batch", batch(filled, "", line), "--json")
    answer = json.loads(called.stdout)
    assert (called.exit_code, answer["id"], answer["error"]["code"]) == (SOMETHING_FAILED, "x", "bad_line")
    assert "Line 2 " in answer["error"]["message"]


@pytest.mark.parametrize("line", ["[]", "7", '"a"', "null"])
def test_a_line_that_is_no_object_is_a_bad_line(filled: Amp, line: str) -> None:
    called = filled("ask", "--batch", batch(filled, line), "--json")
    assert json.loads(called.stdout)["error"]["code"] == "bad_line"


def test_a_line_of_a_batch_ends_at_a_line_feed_only(filled: Amp) -> None:
    question = "Does street lighting\u2028reduce property crime?"
    called = filled("ask", "--batch", batch(filled, {"id": "a", "question": question}), "--json")
    assert (called.exit_code, json.loads(called.stdout.rstrip("\n"))["answered"]) == (DONE, True)


def test_half_characters_in_a_batch_are_given_back_as_they_came(filled: Amp) -> None:
    path = batch(filled, '{"id": "a\\ud800", "question": "Does street lighting \\ud800 reduce crime?"}')
    called = filled("search", "--batch", path, "--json")
    answer = json.loads(called.stdout)
    assert (called.exit_code, answer["id"]) == (DONE, "a\ud800")
    assert answer["hits"][0]["file"] == "lighting.pdf"


def test_a_batch_that_is_not_there_is_a_wrong_call(filled: Amp) -> None:
    called = filled("ask", "--batch", filled.folder / "gone.jsonl")
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert "gone.jsonl cannot be read as lines of JSON" in called.stderr


# The library


def test_the_studies_are_listed_one_a_line(filled: Amp) -> None:
    titles = [study["description"]["title"] for study in filled.lines("studies", "--json")]
    assert titles == ["Friåkare i platssamverkan", "Street lighting and crime"]
    shown = filled("studies").stdout
    assert all(title in " ".join(shown.split()) for title in titles)


def test_a_study_is_removed_by_its_id(filled: Amp) -> None:
    studies = {study["files"][0]["name"]: study["id"] for study in filled.lines("studies", "--json")}
    removed = filled("remove", studies["lighting.pdf"])
    assert (removed.exit_code, removed.stdout.strip()) == (DONE, "Removed: Street lighting and crime.")
    assert [study["id"] for study in filled.lines("studies", "--json")] == [studies["friakare.pdf"]]
    assert filled("remove", studies["lighting.pdf"]).exit_code == WRONG_CALL


def test_an_unknown_study_cannot_be_removed(filled: Amp) -> None:
    called = filled("remove", "nope")
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert "No study has the id nope." in called.stderr


def test_the_doctor_finds_a_whole_library_whole(filled: Amp) -> None:
    called = filled("doctor", "--json")
    health = json.loads(called.stdout)
    assert (called.exit_code, health["sound"], health["faults"]) == (DONE, True, [])
    assert health["counts"] == {"studies": 2, "pages": 4, "passages": 4, "vectors": 4}
    assert "is whole" in filled("doctor").stdout


def test_the_doctor_names_a_pdf_that_is_missing(filled: Amp) -> None:
    lost = next((filled.folder / "data" / "pdf").iterdir())
    lost.unlink()
    called = filled("doctor", "--json")
    health = json.loads(called.stdout)
    assert (called.exit_code, health["sound"]) == (SOMETHING_FAILED, False)
    assert health["faults"][0].startswith(f"pdf: {lost.stem}")


def test_the_indexes_are_made_anew_and_answer_as_before(filled: Amp) -> None:
    before = filled.lines("search", LIGHT, "--json")
    rebuilt = filled("rebuild")
    assert rebuilt.exit_code == DONE
    assert "with 4 passages" in rebuilt.stdout
    assert filled.lines("search", LIGHT, "--json") == before


def test_a_set_of_questions_is_measured(filled: Amp) -> None:
    case = {"id": "en-en-1", "question": LIGHT, "lang": "en", "answerable": True}
    path = batch(filled, {**case, "gold": [{"file": "lighting.pdf", "pages": [2]}]})
    called = filled("eval", "run", path, "--json")
    report = json.loads(called.stdout)
    assert called.exit_code == DONE
    assert report["pairs"]["en-en"]["hit@1"] == 1
    assert report["fidelity"]["quotes"] == report["fidelity"]["found"] >= 1
    assert "en-en" in filled("eval", "run", path).stdout


def test_a_bad_set_of_questions_is_a_wrong_call_that_names_the_line(filled: Amp) -> None:
    called = filled("eval", "run", batch(filled, "{}"), "--json")
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert "at line 1" in called.stderr


# Following the term list


def write_terms(folder: Path, free_riders: str) -> None:
    """A small term list whose first term is in both Swedish passages of the small library, once in a compound."""
    folder.mkdir(exist_ok=True)
    glossary = f"sv,en,sv_variants,en_variants,area,note\nfriåkare,{free_riders},,,BID,\n"
    (folder / "glossary.csv").write_text(glossary, "utf-8")
    (folder / "lexicon.csv").write_text("sv,en,class,forms\nproblem,problem,noun,\n", "utf-8")


@pytest.fixture
def own_terms(filled: Amp) -> Path:
    """The folder of a term list that the small library follows."""
    folder = filled.folder / "terms"
    write_terms(folder, "free rider")
    filled.environment["AMP_TERMS"] = str(folder)
    assert filled("studies").exit_code == DONE
    return folder


def test_a_changed_term_list_is_followed_when_the_library_is_next_opened(filled: Amp, own_terms: Path) -> None:
    def best() -> tuple[dict[str, Any], str]:
        called = filled("search", "Who are the freeloaders?", "--only", "sv", "-k", "1", "--json")
        return json.loads(called.stdout)[0], called.stderr

    unread, silence = best()
    write_terms(own_terms, "freeloader")
    read, said = best()
    assert silence == ""
    assert " ".join(said.split()) == "The term list has changed. Passages read anew with it: 2."
    assert "Friåkare är ägare" in read["text"]
    assert read["score"] > 2 * unread["score"]
    assert filled.lines("search", "Who are the freeloaders?", "--json")[0][0]["file"] == "friakare.pdf"


def test_a_term_list_is_followed_once(filled: Amp, own_terms: Path) -> None:
    write_terms(own_terms, "freeloader")
    assert filled("search", LIGHT, "--json").stderr != ""
    assert filled("search", LIGHT, "--json").stderr == ""


def test_of_a_change_that_reads_every_passage_as_before_nothing_is_said(filled: Amp, own_terms: Path) -> None:
    with (own_terms / "glossary.csv").open("a", encoding="utf-8") as file:
        file.write("gatlykta,street lamp,,,lighting,\n")
    assert filled("search", LIGHT, "--json").stderr == ""


def test_that_the_term_list_was_followed_is_said_in_the_readers_language(filled: Amp, own_terms: Path) -> None:
    filled.environment["AMP_LANGUAGE"] = "sv"
    write_terms(own_terms, "freeloader")
    called = filled("ask", LIGHT, "--json")
    assert " ".join(called.stderr.split()) == "Ordlistan har ändrats. Passager som lästs om med den: 2."
    assert json.loads(called.stdout)["answered"] is True


def test_an_answer_follows_the_list_that_the_question_is_read_with(filled: Amp, own_terms: Path) -> None:
    write_terms(own_terms, "freeloader")
    answer = filled.lines("ask", "Vem är friåkare?", "--json")[0]
    assert [w for w in answer["understood"] if w["source"] == "friåkare"] == [
        {"source": "friåkare", "equivalents": ["freeloader"], "kind": "term"}
    ]
    assert filled("doctor", "--json").exit_code == DONE


# Settings and the call itself


@pytest.mark.parametrize(
    ("setting", "value"),
    [("AMP_PORT", "abc"), ("AMP_PORT", "70000"), ("AMP_LANGUAGE", "de"), ("AMP_MAX_PAGES", "0"), ("AMP_ONLINE", "?")],
)
def test_a_setting_that_cannot_be_is_named(amp: Amp, setting: str, value: str) -> None:
    amp.environment[setting] = value
    called = amp("studies")
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert f"The setting {setting} is '{value}'" in called.stderr


def test_a_swedish_reader_is_spoken_to_in_swedish(amp: Amp) -> None:
    amp.environment["AMP_LANGUAGE"] = "sv"
    assert "Det finns inget bibliotek i" in amp("ask", LIGHT).stderr


def test_serving_to_other_machines_without_a_token_is_a_wrong_call(filled: Amp) -> None:
    called = filled("serve", "--host", "0.0.0.0")
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert "Set AMP_TOKEN, or serve on 127.0.0.1." in called.stderr


def test_an_impossible_port_is_a_wrong_call(amp: Amp) -> None:
    called = amp("serve", "--port", "0")
    assert called.exit_code == WRONG_CALL
    assert "AMP_PORT" in called.stderr


@pytest.mark.parametrize("arguments", [["ferret"], ["ask", "--ferret"], ["search", "x", "-k", "many"]])
def test_a_call_that_is_not_understood_is_a_wrong_call(amp: Amp, arguments: list[str]) -> None:
    called = amp(*arguments)
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert called.stderr


@pytest.mark.parametrize(
    "verb",
    ["add", "search", "ask", "answers", "studies", "remove", "doctor", "rebuild", "serve", "mcp", "eval", "terms"],
)
def test_every_command_is_explained_in_both_languages(amp: Amp, verb: str) -> None:
    assert verb in amp("--help").stdout
    explained = " ".join(amp(verb, "--help").stdout.split())
    assert re.search(r"[\w)] / [A-ZÅÄÖ][^./]*\.", explained)
