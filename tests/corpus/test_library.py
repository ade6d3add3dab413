"""The corpus, opened: one owner, and readers beside it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from corpus.context import in_context
from corpus.embedder import ModelIdentity
from corpus.language import language_of, terms
from corpus.library import InUse, Library, NoLibrary, OtherModel, Prepared, UnknownPage, UnknownStudy
from corpus.record import CannotWrite, Vectors
from corpus.settings import Settings
from corpus.study import Description, Draft, Page, Study, StudyFile, TextState
from tests.fakes import FakeEmbedder

ROOT = Path(__file__).parent.parent.parent
LIGHTING = (
    "Better street lighting prevents crime in town centres.",
    "Violent crime did not fall after the change.",
)
FREE_RIDERS = (
    "Friåkare får del av nyttan utan att betala för den.",
    "En obligatorisk avgift löser problemet med friåkare.",
)
CHILD = """
import os, sys, time
from corpus.language import terms
from corpus.library import InUse, Library
from corpus.settings import Settings
from tests.fakes import FakeEmbedder
begun = time.monotonic()
def opened(write=False):
    settings = Settings(data=sys.argv[1], language="en", _env_file=None)
    return Library(settings, write=write, embedder=FakeEmbedder())
"""


def put(library: Library, name: str, sentences: tuple[str, ...], pdf: bytes = b"") -> Study:
    """Add a study of one page with a passage for each sentence."""
    text = "\n".join(sentences)
    starts = [text.index(sentence) for sentence in sentences]
    drafts = [Draft(1, i, i + len(s), s, language_of(s)) for i, s in zip(starts, sentences, strict=True)]
    data = pdf or f"%PDF {name}".encode()
    sha256 = f"{name:0>64}"
    study = Study(
        name, Description(name), ("en",), TextState.SEARCHABLE, (StudyFile(sha256, f"{name}.pdf", len(data), 1),)
    )
    library.add(study, [Page(name, 1, "1", text)], drafts, library.prepare(drafts), library.stage(data))
    return study


def by_words(library: Library, words: str) -> list[str]:
    """The passages found by some words, best first."""
    hits = library.matching("en", list(terms(words, "en")), 10) + library.matching("sv", list(terms(words, "sv")), 10)
    hits = sorted(hits, key=lambda hit: -hit[1])
    found = library.passages([i for i, _ in hits])
    return list(dict.fromkeys(found[i].text for i, _ in hits if i in found))


def by_meaning(library: Library, words: str, language: str) -> list[str]:
    """The passages of a language nearest to some words, best first."""
    hits = library.nearest(library.embedder.encode_query(words), 10, [language])[language]
    found = library.passages([i for i, _ in hits])
    return [found[i].text for i, _ in hits]


@pytest.fixture
def stocked(library: Library) -> Library:
    """A library with one English and one Swedish study."""
    put(library, "lighting", LIGHTING)
    put(library, "riders", FREE_RIDERS)
    return library


@pytest.fixture
def child(settings: Settings) -> Iterator[Callable[[str], subprocess.Popen[str]]]:
    """Starts another process on the same library; it is ended with the test."""
    started: list[subprocess.Popen[str]] = []

    def start(script: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", CHILD + script, str(settings.data)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, cwd=ROOT, env=environment)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


# Adding and removing


def test_an_added_study_is_found_by_words_and_by_meaning(stocked: Library) -> None:
    assert by_words(stocked, "street lighting")[0] == LIGHTING[0]
    assert by_words(stocked, "obligatoriska avgifter")[0] == FREE_RIDERS[1]
    assert by_meaning(stocked, "street lighting", "en")[0] == LIGHTING[0]
    assert len(by_meaning(stocked, "street lighting", "sv")) == 2


def test_an_added_study_keeps_its_pdf_under_its_hash(library: Library) -> None:
    study = put(library, "lighting", LIGHTING, pdf=b"%PDF these very bytes")
    assert library.pdf_path(study.files[0].sha256).read_bytes() == b"%PDF these very bytes"
    assert list((library.folder / "incoming").iterdir()) == []


def test_a_study_is_still_found_when_the_library_is_opened_again(settings: Settings) -> None:
    for write in (True, False):
        with Library(settings, write=True, embedder=FakeEmbedder()) as library:
            if write:
                put(library, "lighting", LIGHTING)
                library.settle()
            assert by_words(library, "street lighting")[0] == LIGHTING[0]
            assert by_meaning(library, "street lighting", "en")[0] == LIGHTING[0]


def test_a_removed_study_is_gone_from_record_indexes_and_disk(stocked: Library) -> None:
    stocked.settle()
    pdf = stocked.pdf_path(stocked.study("lighting").files[0].sha256)
    stocked.remove("lighting")
    assert not pdf.exists()
    assert stocked.matching("en", list(terms("street lighting violent crime", "en")), 10, "en") == []
    assert stocked.nearest(stocked.embedder.encode_query("street lighting"), 10, ["en"]) == {"en": []}
    assert [study.id for study in stocked.record.studies()] == ["riders"]
    assert by_words(stocked, "avgift")[0] == FREE_RIDERS[1]
    assert stocked.verify().sound


def test_a_study_added_again_replaces_the_old_one(stocked: Library) -> None:
    stocked.settle()
    put(stocked, "lighting", ("Cameras record what happens in car parks.",))
    assert by_words(stocked, "street lighting") == []
    assert by_words(stocked, "cameras")[0] == "Cameras record what happens in car parks."
    assert by_meaning(stocked, "cameras", "en") == ["Cameras record what happens in car parks."]
    assert stocked.verify().sound


def test_a_study_nobody_added_cannot_be_removed(stocked: Library) -> None:
    with pytest.raises(UnknownStudy) as refusal:
        stocked.remove("cameras")
    assert refusal.value.values == {"study": "cameras"}


def test_the_same_bytes_may_have_two_names(stocked: Library) -> None:
    file = stocked.study("lighting").files[0]
    stocked.add_file("lighting", StudyFile(file.sha256, "again.pdf", file.size, file.pages))
    assert [f.name for f in stocked.study("lighting").files] == ["lighting.pdf", "again.pdf"]


def test_files_that_a_killed_process_had_staged_are_cleared_away(settings: Settings) -> None:
    with Library(settings, write=True, embedder=FakeEmbedder()) as library:
        staged = library.stage(b"%PDF half")
        assert staged.read_bytes() == b"%PDF half"
    with Library(settings, write=True, embedder=FakeEmbedder()):
        assert not staged.exists()


def test_a_failed_add_leaves_the_library_whole(stocked: Library) -> None:
    before = stocked.fingerprint
    study = stocked.study("lighting")
    with pytest.raises(ValueError, match="zip"):
        stocked.add(
            Study("new", Description("new"), ("en",), TextState.SEARCHABLE, (StudyFile("f" * 64, "new.pdf", 1, 1),)),
            [Page("new", 1, "1", "One sentence.")],
            [Draft(1, 0, 13, "One sentence.", "en")],
            Prepared((None,), np.zeros((2, 64), np.float32)),
            stocked.stage(b"%PDF"),
        )
    assert stocked.fingerprint == before
    assert stocked.study("lighting") == study
    assert stocked.verify().sound


# Reading


def test_a_page_is_given_by_its_number(stocked: Library) -> None:
    assert stocked.page("riders", 1).text == "\n".join(FREE_RIDERS)


def test_a_page_or_study_that_is_not_there_is_named(stocked: Library) -> None:
    with pytest.raises(UnknownPage) as no_page:
        stocked.page("riders", 2)
    assert no_page.value.values == {"study": "riders", "page": 2}
    with pytest.raises(UnknownStudy):
        stocked.page("cameras", 1)
    with pytest.raises(UnknownStudy):
        stocked.study("cameras")


def test_cosines_are_those_of_the_passages_that_have_a_vector(stocked: Library) -> None:
    ids = stocked.record.passage_ids_of("lighting")
    own = stocked.embedder.encode_documents(LIGHTING)
    first, second = in_context(own, [1, 1]) @ own[0]
    cosines = stocked.cosines(own[0], [*ids, 999])
    assert cosines == {ids[0]: pytest.approx(first, abs=1e-5), ids[1]: pytest.approx(second, abs=1e-5)}
    assert cosines[ids[1]] < cosines[ids[0]] < 1
    assert stocked.cosines(stocked.embedder.encode_query(LIGHTING[0]), []) == {}


def test_a_word_that_is_held_weighs_less_than_one_that_is_not(stocked: Library) -> None:
    assert stocked.holds("sv", "avgift")
    assert not stocked.holds("sv", "qqqq")
    assert stocked.word_weight("sv", "avgift") < stocked.word_weight("sv", "qqqq")


def test_passages_are_counted_by_language_and_the_count_follows(stocked: Library) -> None:
    assert stocked.passage_counts() == {"en": 2, "sv": 2}
    stocked.remove("riders")
    assert stocked.passage_counts() == {"en": 2}


def test_the_fingerprint_changes_when_a_study_comes_or_goes_or_the_model_is_another(stocked: Library) -> None:
    seen = [stocked.fingerprint]
    put(stocked, "cameras", ("Cameras record what happens.",))
    seen.append(stocked.fingerprint)
    put(stocked, "cameras", ("Cameras record nothing.",))
    seen.append(stocked.fingerprint)
    stocked.remove("cameras")
    seen.append(stocked.fingerprint)
    assert len(set(seen)) == 4
    assert stocked.fingerprint == seen[-1]


# One owner


def test_there_is_no_library_until_something_is_added(settings: Settings) -> None:
    with pytest.raises(NoLibrary) as refusal:
        Library(settings, embedder=FakeEmbedder())
    assert refusal.value.values == {"folder": settings.data}
    assert not settings.data.exists()


@pytest.mark.slow
def test_a_second_writer_in_another_process_is_told_who_owns_the_library(
    stocked: Library, child: Callable[[str], subprocess.Popen[str]]
) -> None:
    script = (
        "try:\n    opened(write=True)\n"
        "except InUse as refusal:\n    print(refusal)\n    print(time.monotonic() - begun < 5)\n"
    )
    out, err = child(script).communicate(timeout=30)
    assert err == ""
    assert f"in use by process {os.getpid()} (" in out
    assert out.splitlines()[-1] == "True"
    assert by_words(stocked, "avgift")


def test_a_reader_in_another_process_finds_the_same_without_the_indexes(
    stocked: Library, child: Callable[[str], subprocess.Popen[str]]
) -> None:
    stocked.settle()
    query = stocked.embedder.encode_query("obligatorisk avgift")
    nearest = [i for i, _ in stocked.nearest(query, 10, ["sv"])["sv"]]
    matching = [i for i, _ in stocked.matching("sv", list(terms("obligatorisk avgift", "sv")), 10)]
    script = (
        "library = opened()\n"
        "query = library.embedder.encode_query('obligatorisk avgift')\n"
        "print([i for i, _ in library.nearest(query, 10, ['sv'])['sv']])\n"
        "print([i for i, _ in library.matching('sv', list(terms('obligatorisk avgift', 'sv')), 10)])\n"
        "print(library.page('riders', 1).text.splitlines()[1], library.owned, library.dense.state['sealed'])\n"
        "library.close()\n"
    )
    process = child(script)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert out.splitlines() == [str(nearest), str(matching), f"{FREE_RIDERS[1]} False {{}}"]
    assert stocked.verify().sound


def test_a_reader_owns_the_library_when_nobody_else_does(settings: Settings) -> None:
    with Library(settings, write=True, embedder=FakeEmbedder()) as library:
        put(library, "lighting", LIGHTING)
    with Library(settings, embedder=FakeEmbedder()) as reader:
        assert reader.owned
        assert reader.owner.startswith(f"{os.getpid()} (")
        assert (settings.data / "owner").read_text("utf-8") == reader.owner
    assert not (settings.data / "owner").exists()


@pytest.mark.slow
def test_the_library_is_free_again_when_its_owner_was_killed(
    settings: Settings, child: Callable[[str], subprocess.Popen[str]]
) -> None:
    owner = child("library = opened(write=True)\nprint('open', flush=True)\ntime.sleep(60)\n")
    assert owner.stdout is not None
    assert owner.stdout.readline() == "open\n"
    with pytest.raises(InUse) as refusal:
        Library(settings, write=True, embedder=FakeEmbedder())
    assert str(refusal.value.values["owner"]).startswith(f"{owner.pid} (")
    owner.send_signal(signal.SIGKILL)
    owner.wait(10)
    begun = time.monotonic()
    with Library(settings, write=True, embedder=FakeEmbedder()) as library:
        put(library, "lighting", LIGHTING)
        assert library.verify().sound
    assert time.monotonic() - begun < 5


def test_a_failed_opening_leaves_the_library_free(settings: Settings) -> None:
    with Library(settings, write=True, embedder=FakeEmbedder()):
        pass
    with pytest.raises(OtherModel):
        Library(settings, write=True, embedder=FakeEmbedder("another"))
    with Library(settings, write=True, embedder=FakeEmbedder()) as library:
        assert library.owned


def test_a_library_where_nothing_may_be_written_can_be_read(settings: Settings) -> None:
    with Library(settings, write=True, embedder=FakeEmbedder()) as library:
        put(library, "lighting", LIGHTING)
    settings.data.chmod(0o500)
    for path in settings.data.iterdir():
        path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        if os.access(settings.data, os.W_OK):
            pytest.skip("this user may write anywhere")
        with Library(settings, embedder=FakeEmbedder()) as reader:
            assert not reader.owned
            assert by_words(reader, "street lighting")[0] == LIGHTING[0]
            assert by_meaning(reader, "street lighting", "en")[0] == LIGHTING[0]
        with pytest.raises(CannotWrite):
            Library(settings, write=True, embedder=FakeEmbedder())
    finally:
        settings.data.chmod(0o700)
        for path in settings.data.iterdir():
            path.chmod(0o700 if path.is_dir() else 0o600)


def test_a_folder_that_is_a_file_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way", "utf-8")
    settings = Settings(data=tmp_path / "data", language="en", _env_file=None)
    with pytest.raises(CannotWrite):
        Library(settings, write=True, embedder=FakeEmbedder())


# The model


@pytest.mark.parametrize("other", [FakeEmbedder("another"), FakeEmbedder(revision="2"), FakeEmbedder(dimension=32)])
def test_vectors_of_another_model_are_not_mixed_in(settings: Settings, other: FakeEmbedder) -> None:
    with Library(settings, write=True, embedder=FakeEmbedder()) as library:
        put(library, "lighting", LIGHTING)
    with pytest.raises(OtherModel) as refusal:
        Library(settings, embedder=other)
    assert refusal.value.values["asked"] == other.identity


def test_a_rebuild_with_another_model_embeds_everything_again(settings: Settings) -> None:
    with Library(settings, write=True, embedder=FakeEmbedder()) as library:
        put(library, "lighting", LIGHTING)
        put(library, "riders", FREE_RIDERS)
        library.settle()
    other, steps = FakeEmbedder("another", dimension=32), list[tuple[int, int]]()
    with Library(settings, write=True, embedder=other, any_model=True) as library:
        library.rebuild(lambda done, of: steps.append((done, of)))
        assert (other.encoded, steps) == (4, [(4, 4)])
        assert by_meaning(library, "street lighting", "en")[0] == LIGHTING[0]
        assert library.verify().sound
    with Library(settings, write=True, embedder=other) as library:
        assert by_meaning(library, "obligatorisk avgift", "sv")[0] == FREE_RIDERS[1]
    with pytest.raises(OtherModel):
        Library(settings, embedder=FakeEmbedder())


def test_a_rebuild_with_the_same_model_embeds_nothing(stocked: Library, embedder: FakeEmbedder) -> None:
    before = embedder.encoded
    stocked.rebuild()
    assert embedder.encoded == before
    assert stocked.verify().indexes["dense"]["waiting"] == 0
    assert stocked.verify().sound


class SleepingEmbedder(FakeEmbedder):
    """A model that may be named but not used."""

    def encode_query(self, text: str) -> Vectors:
        raise AssertionError(f"nobody needed a vector of {text!r}")


def test_finding_by_words_needs_no_model(settings: Settings) -> None:
    with Library(settings, write=True, embedder=FakeEmbedder()) as library:
        put(library, "lighting", LIGHTING)
    with Library(settings, embedder=SleepingEmbedder()) as library:
        assert library.embedder.identity == ModelIdentity(FakeEmbedder().identity.name, "1", 64)
        assert by_words(library, "street lighting")[0] == LIGHTING[0]


# Health


def test_a_whole_library_is_sound(stocked: Library) -> None:
    health = stocked.verify()
    assert (health.sound, health.faults) == (True, ())
    assert health.counts == {"studies": 2, "pages": 2, "passages": 4, "vectors": 4}
    assert health.languages == {"en": 2, "sv": 2}
    assert health.indexes["lexical"] == {"passages": 4}


def test_an_empty_library_is_sound(library: Library) -> None:
    assert library.verify().sound


def test_a_missing_pdf_is_named(stocked: Library) -> None:
    file = stocked.study("riders").files[0]
    stocked.pdf_path(file.sha256).unlink()
    health = stocked.verify()
    assert (health.sound, health.faults) == (False, (f"pdf: {file.sha256} (riders.pdf)",))


def test_an_index_that_lost_a_passage_is_named_and_mended_by_a_rebuild(stocked: Library) -> None:
    stocked.lexical.remove(stocked.record.passage_ids_of("riders")[:1])
    assert stocked.verify().faults == ("lexical",)
    stocked.rebuild()
    assert stocked.verify().sound


def test_an_index_that_finds_other_vectors_than_the_record_has_is_named(stocked: Library) -> None:
    stocked.rebuild()
    ids = sorted(stocked.record.passage_ids())
    vectors = stocked.embedder.encode_documents(["annat", "other", "something", "helt"])
    stocked.record.replace_vectors(ids, vectors)
    assert stocked.verify().faults == ("dense",)


def test_a_study_added_by_a_process_that_was_killed_before_the_indexes_followed_is_found(settings: Settings) -> None:
    with Library(settings, write=True, embedder=FakeEmbedder()) as library:
        put(library, "lighting", LIGHTING)
        library.settle()
        study = Study("late", Description("late"), ("sv",), TextState.SEARCHABLE, ())
        text = FREE_RIDERS[1]
        drafts = [Draft(1, 0, len(text), text, "sv")]
        library.record.add(study, [Page("late", 1, "1", text)], drafts, library.embedder.encode_documents([text]))
    with closing(Library(settings, embedder=FakeEmbedder())) as library:
        assert by_words(library, "avgift")[0] == text
        assert by_meaning(library, "avgift", "sv") == [text]
        assert library.verify().sound
