"""A page escapes what is put in it, speaks the reader's language, and looks nowhere but in itself."""

from pathlib import Path
from typing import Any

import pytest
from jinja2 import TemplateNotFound, UndefinedError
from markupsafe import Markup

import evals.html
from corpus.words import Language
from evals.html import FOLDER, page

AWKWARD = "<script>alert('1')</script> & \"more\""
ESCAPED = "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &#34;more&#34;"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of templates that this test owns."""
    monkeypatch.setattr(evals.html, "FOLDER", tmp_path)
    return tmp_path


def made(folder: Path, template: str, language: Language = "en", **values: Any) -> str:
    (folder / "made.j2").write_text(template, "utf-8")
    return page("made.j2", language, **values)


def test_a_value_is_escaped_in_text_and_in_attributes(folder: Path) -> None:
    assert made(folder, '<p title="{{ value }}">{{ value }}</p>', value=AWKWARD) == (
        f'<p title="{ESCAPED}">{ESCAPED}</p>'
    )


def test_a_value_within_a_sentence_is_escaped_too(folder: Path) -> None:
    assert made(folder, '{{ say("report_title", set=value) }}', value=AWKWARD) == f"Answer quality: {ESCAPED}"


def test_what_is_marked_as_made_here_stays_as_it_is(folder: Path) -> None:
    assert made(folder, "{{ value }}", value=Markup("<b>1</b>")) == "<b>1</b>"


@pytest.mark.parametrize(
    ("language", "said"), [("en", "The corpus does not answer this."), ("sv", "Korpusen svarar inte på detta.")]
)
def test_a_page_knows_its_language_and_speaks_it(folder: Path, language: Language, said: str) -> None:
    text = made(folder, '<html lang="{{ language }}">{{ say("not_answered") }}', language)
    assert text == f'<html lang="{language}">{said}'


def test_a_value_that_was_forgotten_is_a_fault_and_no_blank(folder: Path) -> None:
    with pytest.raises(UndefinedError, match="forgotten"):
        made(folder, "{{ forgotten }}")


def test_a_sentence_that_is_not_there_is_a_fault(folder: Path) -> None:
    with pytest.raises(KeyError, match="no_such_sentence"):
        made(folder, '{{ say("no_such_sentence") }}')


def test_a_line_with_nothing_but_an_instruction_leaves_no_empty_line(folder: Path) -> None:
    assert made(folder, "a\n  {% if true %}\nb\n  {% endif %}\nc") == "a\nb\nc"


def test_a_template_is_looked_for_in_one_folder_only(folder: Path) -> None:
    (folder.parent / "outside.j2").write_text("outside", "utf-8")
    with pytest.raises(TemplateNotFound):
        page("../outside.j2", "en")


@pytest.mark.parametrize("file", sorted(FOLDER.iterdir()), ids=lambda file: file.name)
def test_no_template_names_an_address_outside_itself(file: Path) -> None:
    text = file.read_text("utf-8")
    assert text
    assert not any(word in text for word in ("http:", "https:", "url(", "@import", "fetch(", "XMLHttpRequest"))


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.html.j2")), ids=lambda file: file.name)
def test_every_page_has_the_shared_look_forbids_all_outside_and_says_its_language(file: Path) -> None:
    text = file.read_text("utf-8")
    assert '{% include "look.css" %}' in text
    assert "Content-Security-Policy\" content=\"default-src 'none'" in text
    assert '<html lang="{{ language }}"' in text
    assert '<meta charset="utf-8">' in text


def test_there_are_pages_to_look_at() -> None:
    assert {file.name for file in FOLDER.iterdir()} >= {"look.css", "rating.html.j2", "report.html.j2"}
