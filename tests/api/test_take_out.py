"""Answers taken out as files over HTTP: what comes, under which name, and when it cannot."""

import io
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
import rispy
from bibtexparser.entrypoint import parse_string
from docx import Document
from fastapi.testclient import TestClient
from httpx2 import Response

from api.app import create_app
from api.exports import EXPORTS
from corpus.library import Library
from corpus.reference import STYLES
from corpus.study import Description
from ingest.receive import Incoming, Reception
from retriever.saved import FILE
from tests.fakes import FREE_RIDERS, FakeEmbedder, make_pdf
from tests.retriever.libraries import fill, settings_in
from tests.retriever.test_answering import FELL, LIGHT, UNKNOWN, restates
from tests.retriever.test_write import model_at
from tests.retriever.writer import writer

pytestmark = pytest.mark.slow  # by their number: each takes a part of a second

TITLE = "Lamps and crime"
NAME = "amp-does-street-lighting-reduce-property-crime"
KEPT = "2026-03-01"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a library, closed, with one study as a person described it and one of another matter."""
    folder = tmp_path_factory.mktemp("template")
    with Library(settings_in(folder), write=True, embedder=FakeEmbedder()) as library, Reception(library) as reception:
        given = Description(TITLE, ("Roe, R.", "Poe, E."), 2015, "Lighting Studies", evidence_from="UK")
        reception.receive(Incoming("lamps.pdf", make_pdf([f"Lamps\n{FELL}"]), given))
        reception.receive(Incoming("friakare.pdf", FREE_RIDERS))
        library.settle()
    return folder / "data"


@pytest.fixture
def lamps(template: Path, tmp_path: Path) -> Iterator[Library]:
    """A copy of it that this test owns, in which answers may be kept."""
    shutil.copytree(template, tmp_path / "data")
    with Library(settings_in(tmp_path, save_answers=True), write=True, embedder=FakeEmbedder()) as library:
        yield library


@pytest.fixture
def out(lamps: Library) -> Iterator[TestClient]:
    with TestClient(create_app(lamps.settings, lamps), headers={"accept-language": "en"}) as client:
        yield client


def post(client: TestClient, form: str | None = None, question: str = LIGHT, **more: object) -> Response:
    wanted = {} if form is None else {"format": form}
    return client.post("/v1/exports", json={"question": question, **wanted, **more})


def keep(client: TestClient, question: str = LIGHT) -> str:
    return str(client.post("/v1/answers", json={"question": question}).json()["id"])


def taken(client: TestClient, kept: str, form: str = "plain", **more: str) -> Response:
    return client.get(f"/v1/answers/{kept}/export", params={"format": form, **more})


def kept_on(library: Library, day: str) -> None:
    """Let every kept answer be of another day."""
    with closing(sqlite3.connect(library.folder / FILE)) as connection:
        connection.execute("UPDATE answers SET form = json_set(form, '$.saved_on', ?)", (f"{day}T23:30:00+00:00",))
        connection.commit()


def remove(library: Library, name: str) -> str:
    study = next(study for study in library.record.studies() if study.file_name == name)
    library.remove(study.id)
    return study.id


def text_of(response: Response) -> str:
    assert response.status_code == 200, response.text
    return " ".join(response.content.decode("utf-8").split())


# Every form


def in_word(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def in_ris(content: bytes) -> str:
    (record,) = rispy.loads(content.decode("utf-8"))
    return f"{record['title']} {record['year']} {record['authors']}"


def in_bibtex(content: bytes) -> str:
    parsed = parse_string(content.decode("utf-8"))
    assert parsed.failed_blocks == []
    (entry,) = parsed.entries
    return f"{entry['title']} {entry['year']} {entry['author']}"


def in_csl(content: bytes) -> str:
    (item,) = json.loads(content)
    return f"{item['title']} {item['issued']} {item['author']}"


READERS: dict[str, Callable[[bytes], str]] = {
    "word": in_word,
    "markdown": bytes.decode,
    "plain": bytes.decode,
    "ris": in_ris,
    "bibtex": in_bibtex,
    "csl_json": in_csl,
}
FILES = [
    ("word", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    ("markdown", "text/markdown; charset=utf-8", "md"),
    ("plain", "text/plain; charset=utf-8", "txt"),
    ("ris", "application/x-research-info-systems", "ris"),
    ("bibtex", "application/x-bibtex", "bib"),
    ("csl_json", "application/vnd.citationstyles.csl+json", "json"),
]


def test_every_form_that_there_is_is_tried_here() -> None:
    assert [form for form, _, _ in FILES] == list(EXPORTS) == list(READERS)


@pytest.mark.parametrize(("form", "media_type", "suffix"), FILES)
def test_a_question_is_answered_with_a_file_of_each_form(
    out: TestClient, form: str, media_type: str, suffix: str
) -> None:
    for response in (post(out, form), taken(out, keep(out), form)):
        assert response.status_code == 200, response.text
        assert response.headers["content-type"] == media_type
        assert response.headers["content-disposition"] == f'attachment; filename="{NAME}.{suffix}"'
        assert response.headers["cache-control"] == "no-store"
        read = READERS[form](response.content)
        assert TITLE in read
        assert "2015" in read
        assert "Roe" in read
        if form in ("word", "markdown", "plain"):
            assert FELL in read


def test_a_file_is_a_word_brief_in_apa_where_nothing_else_is_asked_for(out: TestClient) -> None:
    assert in_word(post(out).content) == in_word(post(out, "word", style="apa").content)
    assert post(out).headers["content-disposition"].endswith('.docx"')


@pytest.mark.parametrize("style", STYLES)
def test_references_are_written_in_the_style_that_was_asked_for(out: TestClient, style: str) -> None:
    posted = text_of(post(out, "plain", style=style))
    others = [text_of(post(out, "plain", style=other)) for other in STYLES if other != style]
    assert posted not in others
    assert text_of(taken(out, keep(out), "plain", style=style)) == posted


@pytest.mark.parametrize("question", ["", "  ", "Wie verringert bessere Beleuchtung die Einbrüche?"])
def test_a_question_that_cannot_be_asked_makes_no_file(out: TestClient, question: str) -> None:
    refused = post(out, "plain", question)
    assert (refused.status_code, refused.headers["content-type"]) == (422, "application/json")
    assert "content-disposition" not in refused.headers


def test_a_follow_up_is_taken_out_with_the_words_it_carried(out: TestClient) -> None:
    brief = text_of(post(out, "plain", "And in the lit squares?", after=LIGHT))
    assert "words of the earlier question: street lighting, reduce, property crime." in brief
    fewer = text_of(post(out, "plain", "And in the lit squares?", after=LIGHT, dropped=["reduce"]))
    assert "words of the earlier question: street lighting, property crime." in fewer
    assert post(out, "plain", "And at night?").json()["error"]["code"] == "nothing_before"


def test_what_is_not_answered_is_taken_out_as_a_no_with_the_nearest_pages(out: TestClient) -> None:
    brief = text_of(post(out, "plain", UNKNOWN))
    assert "The corpus does not answer this." in brief
    assert "Nearest sources" in brief
    assert "Quotes" not in brief


@pytest.mark.parametrize(("form", "suffix"), [("plain", "txt"), ("word", "docx")])
def test_the_brief_and_its_name_follow_a_swedish_question(out: TestClient, form: str, suffix: str) -> None:
    posted = post(out, form, "Hur löser man friåkarproblemet?")
    assert (
        posted.headers["content-disposition"] == f'attachment; filename="amp-hur-loser-man-friakarproblemet.{suffix}"'
    )
    read = READERS[form](posted.content)
    assert "En obligatorisk avgift löser friåkarproblemet" in read
    assert "Underlaget sida vid sida" in read


def test_taking_out_keeps_nothing(out: TestClient, lamps: Library) -> None:
    post(out, "word")
    assert not (lamps.folder / FILE).exists()


# The chat model


@pytest.mark.parametrize(
    ("written", "said"), [(True, "were written by a language model"), (False, "Made by a machine from quotes.")]
)
def test_a_brief_says_whether_a_chat_model_wrote_it(lamps: Library, written: bool, said: str) -> None:
    with (
        writer(restates) as model,
        TestClient(create_app(lamps.settings, lamps, model_at(model))) as client,
    ):
        assert said in text_of(post(client, "plain", written=written))
    assert len(model.asked) == written


@pytest.mark.parametrize("wrong", [{"format": "pdf"}, {"style": "vancouver"}])
def test_what_cannot_be_made_is_refused_before_the_chat_model_is_asked(lamps: Library, wrong: dict[str, str]) -> None:
    with (
        writer(restates) as model,
        TestClient(create_app(lamps.settings, lamps, model_at(model))) as client,
    ):
        assert client.post("/v1/exports", json={"question": LIGHT, **wrong}).status_code == 422
    assert model.asked == []


# What does not exist


@pytest.mark.parametrize("form", ["pdf", "", "WORD", "docx"])
def test_a_form_that_does_not_exist_is_refused_with_those_that_do(out: TestClient, form: str) -> None:
    for refused in (post(out, form), taken(out, keep(out), form)):
        error = refused.json()["error"]
        assert (refused.status_code, error["code"]) == (422, "unknown_format")
        assert error["message"].endswith("Choose one of: word, markdown, plain, ris, bibtex, csl_json.")


@pytest.mark.parametrize("style", ["vancouver", "", "APA"])
@pytest.mark.parametrize("form", ["word", "plain"])
def test_a_style_that_does_not_exist_is_refused_with_those_that_do(out: TestClient, form: str, style: str) -> None:
    for refused in (post(out, form, style=style), taken(out, keep(out), form, style=style)):
        error = refused.json()["error"]
        assert (refused.status_code, error["code"]) == (422, "unknown_style")
        assert error["message"].endswith(f"Choose one of: {', '.join(STYLES)}.")
        assert error["sv"].endswith(f"Välj en av: {', '.join(STYLES)}.")


@pytest.mark.parametrize("kept", ["nope", "0123456789abcdef", "..", "%2e%2e"])
def test_an_answer_that_is_not_kept_cannot_be_taken_out(out: TestClient, kept: str) -> None:
    missing = out.get(f"/v1/answers/{kept}/export")
    assert missing.status_code == 404
    assert missing.json()["error"]["code"] in ("unknown_answer", "no_such_address")


# Kept answers, and what has changed since


def corpus_line(brief: str) -> str:
    """What a brief says of the corpus."""
    return next(line for line in brief.splitlines() if "orpus" in line and "version" in line)


def test_a_kept_answer_is_taken_out_with_the_day_it_was_kept(out: TestClient, lamps: Library) -> None:
    kept = keep(out)
    kept_on(lamps, KEPT)
    brief = taken(out, kept).text
    counted = f"The corpus: 2 studies, 3 passages, version {lamps.fingerprint}."
    assert corpus_line(brief) == f"{KEPT}. {counted}"
    assert corpus_line(post(out, "plain").text) == f"{date.today().isoformat()}. {counted}"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (LIGHT, "The corpus of that day had version {then}; it has changed since."),
        ("Hur löser man friåkarproblemet?", "Korpusen hade då version {then}; den har ändrats sedan dess."),
    ],
)
def test_when_the_corpus_has_changed_the_brief_says_so_and_counts_nothing(
    out: TestClient, lamps: Library, question: str, said: str
) -> None:
    then = lamps.fingerprint
    kept = keep(out, question)
    kept_on(lamps, KEPT)
    fill(lamps, harbour=make_pdf(["Much herring came to the harbour by ship in the herring trade."]))
    brief = taken(out, kept).text
    assert corpus_line(brief) == f"{KEPT}. {said.format(then=then)}"
    assert lamps.fingerprint not in brief
    assert "3 studies" not in brief


@pytest.mark.parametrize("form", EXPORTS)
def test_an_answer_that_quotes_a_removed_study_is_gone_with_it(out: TestClient, lamps: Library, form: str) -> None:
    kept = keep(out)
    study = remove(lamps, "lamps.pdf")
    gone = taken(out, kept, form)
    error = gone.json()["error"]
    assert (gone.status_code, error["code"]) == (410, "export_deleted_study")
    assert error["message"].startswith(f"The answer quotes “{TITLE}” ({study}), which is no longer in the library.")
    assert f"”{TITLE}” ({study})" in error["sv"]


def test_an_answer_survives_the_removal_of_a_study_that_it_does_not_quote(out: TestClient, lamps: Library) -> None:
    kept = keep(out)
    remove(lamps, "friakare.pdf")
    assert FELL in text_of(taken(out, kept))


def test_a_deleted_answer_can_no_longer_be_taken_out(out: TestClient) -> None:
    kept = keep(out)
    out.delete(f"/v1/answers/{kept}")
    assert taken(out, kept).json()["error"]["code"] == "unknown_answer"


def test_taking_out_needs_no_leave_to_keep_and_keeping_does(lamps: Library) -> None:
    with TestClient(create_app(lamps.settings, lamps)) as client:
        kept = keep(client)
    lamps.settings = lamps.settings.model_copy(update={"save_answers": False})
    with TestClient(create_app(lamps.settings, lamps)) as client:
        refused = client.post("/v1/answers", json={"question": LIGHT})
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "saving_off")
        assert post(client, "plain").status_code == 200
        assert taken(client, kept).status_code == 200  # what was kept before may still be opened


# Its place in the description of the doors


@pytest.mark.parametrize(("path", "method"), [("/v1/exports", "post"), ("/v1/answers/{answer_id}/export", "get")])
def test_the_description_lists_every_media_type_and_the_removed_study(out: TestClient, path: str, method: str) -> None:
    responses = out.get("/openapi.json").json()["paths"][path][method]["responses"]
    assert set(responses["200"]["content"]) == {made.media_type for made in EXPORTS.values()}
    assert {"401", "410", "413", "422"} <= responses.keys()
