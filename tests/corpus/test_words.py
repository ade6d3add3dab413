"""One catalogue of sentences in two languages."""

import importlib
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.words import LANGUAGES, Fault, Language, catalogue, say

ROOT = Path(__file__).parent.parent.parent
ROOMS = ("corpus", "ingest", "retriever", "evals", "api")


def placeholders(sentence: str) -> set[str]:
    """The names of the values that a sentence is filled with."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def import_every_room() -> None:
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            if path.stem not in ("__main__", "build"):
                importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))


def kinds_of(fault: type[Fault]) -> Iterator[type[Fault]]:
    for kind in fault.__subclasses__():
        yield kind
        yield from kinds_of(kind)


class Leak(Fault):
    """A fault as any room may define one."""

    code = "unknown_page"


def test_both_catalogues_have_the_same_codes_in_the_same_order() -> None:
    assert list(catalogue("sv")) == list(catalogue("en"))


@pytest.mark.parametrize("code", catalogue("en"))
def test_a_sentence_takes_the_same_values_in_both_languages(code: str) -> None:
    assert placeholders(catalogue("sv")[code]) == placeholders(catalogue("en")[code])


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_raises_its_voice_or_is_empty(language: Language) -> None:
    for code, sentence in catalogue(language).items():
        assert "!" not in sentence.replace("!r}", "}"), code
        assert sentence.strip() == sentence != "", code


def test_every_fault_of_every_room_has_its_sentence() -> None:
    import_every_room()
    kinds = [kind for kind in kinds_of(Fault) if kind.__module__.split(".")[0] in ROOMS]
    assert len(kinds) > 12
    silent = {kind.__qualname__: kind.code for kind in kinds if kind.code not in catalogue("en")}
    assert silent == {}


def test_the_values_are_filled_in() -> None:
    assert say("unknown_page", "en", study="a1", page=7) == "The study a1 has no page 7."


def test_a_fault_speaks_the_language_of_its_reader() -> None:
    fault = Leak(study="a1", page=7)
    assert fault.sentence("sv") == "Studien a1 har ingen sida 7."
    assert str(fault) == fault.sentence("en") == "The study a1 has no page 7."


def test_an_unknown_code_is_a_mistake_in_the_program() -> None:
    with pytest.raises(KeyError, match="no_such_code"):
        say("no_such_code", "sv")


def test_a_value_that_is_missing_is_a_mistake_in_the_program() -> None:
    with pytest.raises(KeyError, match="page"):
        say("unknown_page", "sv", study="a1")
