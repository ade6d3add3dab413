"""A library follows its term list and its model: what must be made anew is, and nothing else."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from corpus.context import in_context
from corpus.language import language_of, terms
from corpus.library import Library, OtherModel
from corpus.record import OlderLibrary, Record, Vectors
from corpus.settings import Settings
from corpus.study import Description, Draft, Page, Study, StudyFile, TextState
from tests.corpus.models import make_model
from tests.fakes import FakeEmbedder

HOSTS = "Trygghetsvärdar rör sig på torget om kvällen."
LEVY = "En avgift betalas av alla ägare runt torget."
LAMPS = "Street lighting was better in all the squares."
HEADER = "sv,en,sv_variants,en_variants,area,note\n"
LEXICON = "sv,en,class,forms\ntorg,square,noun,\navgift,fee,noun,\nkväll,evening,noun,\nägare,owner,noun,\n"

Open = Callable[..., Library]


@pytest.fixture
def words(tmp_path: Path) -> Path:
    """A small term list of one's own."""
    folder = tmp_path / "words"
    folder.mkdir()
    (folder / "glossary.csv").write_text(HEADER + "trygghetsvärd,safety host,,,guards,\n", "utf-8")
    (folder / "lexicon.csv").write_text(LEXICON, "utf-8")
    return folder


@pytest.fixture
def opened(tmp_path: Path, words: Path) -> Iterator[Open]:
    """Opens the library again and again; what was opened before is closed first."""
    held: list[Library] = []

    def open_again(embedder: FakeEmbedder | None = None, **values: bool) -> Library:
        while held:
            held.pop().close()
        settings = Settings(data=tmp_path / "data", terms=words, language="en", _env_file=None)
        held.append(Library(settings, write=True, embedder=embedder or FakeEmbedder(), **values))
        return held[0]

    yield open_again
    while held:
        held.pop().close()


def put(library: Library, name: str, *pages: str) -> None:
    """Add a study with a passage on each page, or one for each line of it."""
    drafts = []
    for number, text in enumerate(pages, 1):
        for line in text.split("\n"):
            start = text.index(line)
            drafts.append(Draft(number, start, start + len(line), line, language_of(line)))
    study = Study(
        name, Description(name), ("sv",), TextState.SEARCHABLE, (StudyFile(f"{name:0>64}", f"{name}.pdf", 1, 1),)
    )
    kept = [Page(name, number, str(number), text) for number, text in enumerate(pages, 1)]
    library.add(study, kept, drafts, library.prepare(drafts), library.stage(b"%PDF"))


def by_english(library: Library, words: str) -> list[str]:
    found = library.matching("en", list(terms(words, "en")), 10)
    passages = library.passages([i for i, _ in found])
    return [passages[i].text for i, _ in found]


def set_term(words: Path, english: str) -> None:
    (words / "glossary.csv").write_text(HEADER + f"trygghetsvärd,{english},,,guards,\n", "utf-8")


# The term list


def test_a_swedish_passage_is_found_by_its_english(opened: Open) -> None:
    library = opened()
    put(library, "a", HOSTS, LEVY, LAMPS)
    assert by_english(library, "safety host") == [HOSTS]
    assert set(by_english(library, "square")) == {HOSTS, LEVY, LAMPS}
    near = library.nearest(library.embedder.encode_query("safety host"), 2, ["sv"])["sv"]
    assert library.passages([near[0][0]])[near[0][0]].text == HOSTS


def test_an_english_passage_has_no_shadow_and_a_swedish_one_has_its_words_in_order(opened: Open) -> None:
    library = opened()
    put(library, "a", HOSTS, LAMPS)
    shadows = library.record.shadows(library.record.passage_ids())
    assert [shadow.text for shadow in shadows.values()] == ["safety host rör sig på square om evening."]


def test_nothing_is_done_while_the_term_list_is_the_same(opened: Open) -> None:
    put(opened(), "a", HOSTS, LEVY, LAMPS)
    library = opened(embedder := FakeEmbedder())
    assert not library.behind
    assert (library.level(), embedder.encoded) == (0, 0)


def test_a_changed_term_is_followed_and_only_what_has_it_is_embedded_again(opened: Open, words: Path) -> None:
    put(opened(), "a", HOSTS, LEVY, LAMPS)
    set_term(words, "community warden")
    steps: list[tuple[int, int]] = []
    library = opened(embedder := FakeEmbedder())
    assert library.behind
    assert library.level(lambda done, of: steps.append((done, of))) == 1
    assert (embedder.encoded, steps, library.behind) == (1, [(2, 2)], False)
    assert by_english(library, "community warden") == [HOSTS]
    assert by_english(library, "host") == []
    near = library.nearest(library.embedder.encode_query("community warden"), 1, ["sv"])["sv"]
    assert library.passages([near[0][0]])[near[0][0]].text == HOSTS
    assert library.verify().sound


def test_a_passage_beside_a_changed_one_keeps_its_own_vector_and_stands_in_the_new_light(
    opened: Open, words: Path
) -> None:
    put(opened(), "a", f"{HOSTS}\n{LEVY}")
    set_term(words, "community warden")
    library = opened(embedder := FakeEmbedder())
    library.level()
    assert embedder.encoded == 1
    texts = [shadow.text for shadow in library.record.shadows(library.record.passage_ids()).values()]
    expected = in_context(FakeEmbedder().encode_documents(texts), [1, 1])
    held = library.record.vectors_of(sorted(library.record.passage_ids()))
    assert np.allclose([np.frombuffer(row, np.float32) for row in held.values()], expected, atol=2e-3)


def test_a_second_equivalent_is_indexed_and_embeds_nothing(opened: Open, words: Path) -> None:
    put(opened(), "a", HOSTS)
    (words / "glossary.csv").write_text(HEADER + "trygghetsvärd,safety host,,ambassador,guards,\n", "utf-8")
    library = opened(embedder := FakeEmbedder())
    assert (library.level(), embedder.encoded) == (1, 0)
    assert by_english(library, "ambassador") == [HOSTS]


def test_a_sealed_snapshot_of_old_vectors_does_not_serve_when_they_have_changed(opened: Open, words: Path) -> None:
    library = opened()
    put(library, "a", HOSTS, LEVY)
    library.dense.seal()
    set_term(words, "community warden")
    library = opened()
    waited = [library.dense.waiting]
    library.level()
    query = library.embedder.encode_query("community warden")
    assert library.nearest(query, 2, ["sv"]) == library.dense.exact(query, 2, ["sv"])
    waited.append(library.dense.waiting)
    library.settle()
    assert [*waited, library.dense.waiting] == [0, 2, 0]
    assert library.verify().sound


def test_a_levelling_that_was_stopped_is_finished_the_next_time(opened: Open, words: Path) -> None:
    class Stopped(Exception):
        """The machine was switched off."""

    def stop(*_: int) -> None:
        raise Stopped

    put(opened(), "a", HOSTS, LEVY)
    set_term(words, "community warden")
    with pytest.raises(Stopped):
        opened().level(stop)
    library = opened(embedder := FakeEmbedder())
    assert library.behind
    assert (library.level(), embedder.encoded) == (0, 0)  # it was changed before the stop, and is not done twice
    assert by_english(library, "community warden") == [HOSTS]
    assert library.verify().sound


def test_a_model_that_reads_swedish_embeds_swedish_as_it_stands(opened: Open, words: Path) -> None:
    embedder = FakeEmbedder("multilingual", reads=("en", "sv"))
    library = opened(embedder)
    put(library, "a", HOSTS)
    (held,) = library.record.vectors_of(library.record.passage_ids()).values()
    assert np.allclose(np.frombuffer(held, np.float32), embedder.encode_query(HOSTS), atol=1e-6)
    set_term(words, "community warden")
    library = opened(again := FakeEmbedder("multilingual", reads=("en", "sv")))
    assert (library.level(), again.encoded) == (1, 0)
    assert by_english(library, "community warden") == [HOSTS]


# A library of an earlier version


@pytest.fixture
def earlier(opened: Open, tmp_path: Path) -> Path:
    """A library as the first version wrote it: no shadows, vectors of the Swedish itself, by themselves."""
    put(opened(), "a", f"{HOSTS}\n{LEVY}", LAMPS)
    opened().close()
    path = tmp_path / "data" / "record.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "DROP TABLE links; DROP TABLE signatures; DROP TABLE job_files; DROP TABLE jobs; DROP TABLE deeds;"
            "DROP INDEX studies_of_state; ALTER TABLE studies DROP COLUMN state;"
            "ALTER TABLE studies DROP COLUMN edition;"
            "ALTER TABLE studies DROP COLUMN withdrawal; ALTER TABLE studies RENAME COLUMN text TO state;"
            "ALTER TABLE pages DROP COLUMN certainty;"
            "DROP TABLE appraisals; DROP TABLE shadows; DROP TABLE next_vectors; ALTER TABLE vectors DROP COLUMN own;"
            "DELETE FROM library WHERE key IN ('terms', 'context', 'source', 'reads'); PRAGMA user_version = 1;"
        )
    shutil.rmtree(tmp_path / "data" / "lexical")
    return path


@pytest.mark.usefixtures("earlier")
def test_a_library_of_the_first_version_is_brought_up_to_date(opened: Open) -> None:
    library = opened(embedder := FakeEmbedder())
    assert library.behind
    assert library.level() == 2
    assert embedder.encoded == 2
    assert by_english(library, "safety host") == [HOSTS]
    assert library.verify().sound


def test_a_reader_that_may_not_write_says_that_a_library_is_of_an_earlier_version(earlier: Path) -> None:
    with pytest.raises(OlderLibrary) as refusal:
        Record(earlier, writable=False)
    assert "Run 'amp doctor' once" in refusal.value.sentence("en")
    assert "Kör 'amp doctor' en gång" in refusal.value.sentence("sv")


# Another model


class Interrupted(Exception):
    """Ctrl-C, or a lid that was closed."""


class ShortLived(FakeEmbedder):
    """A model that is switched off after so many texts."""

    def __init__(self, life: int) -> None:
        super().__init__("another", dimension=32)
        self._life = life

    def encode_documents(self, texts: list[str]) -> Vectors:  # type: ignore[override]
        if self.encoded >= self._life:
            raise Interrupted
        return super().encode_documents(texts)


def many(library: Library) -> int:
    """Fill a library with more passages than are embedded at once; how many."""
    put(library, "many", *(f"Lamp {n} stands in the square and is lit at dusk." for n in range(600)))
    return 600


def test_a_rebuild_that_was_interrupted_goes_on_where_it_was(opened: Open) -> None:
    count = many(opened())
    with pytest.raises(Interrupted):
        opened(first := ShortLived(300), any_model=True).rebuild()
    assert 0 < first.encoded < count
    steps: list[tuple[int, int]] = []
    library = opened(second := ShortLived(10_000), any_model=True)
    library.rebuild(lambda done, of: steps.append((done, of)))
    assert first.encoded + second.encoded == count
    assert steps[0][0] > first.encoded
    assert steps[-1] == (count, count)
    assert library.verify().sound


def test_the_old_vectors_serve_until_the_new_ones_are_whole(opened: Open) -> None:
    many(opened())
    with pytest.raises(Interrupted):
        opened(ShortLived(300), any_model=True).rebuild()
    library = opened(FakeEmbedder())
    near = library.nearest(library.embedder.encode_query("Lamp 7 stands"), 1, ["en"])["en"]
    assert library.passages([near[0][0]])[near[0][0]].text.startswith("Lamp 7 ")
    assert library.verify().sound


def test_a_rebuild_that_was_given_up_leaves_a_changed_term_to_be_followed(opened: Open, words: Path) -> None:
    library = opened()
    put(library, "a", HOSTS)
    many(library)
    set_term(words, "community warden")
    with pytest.raises(Interrupted):
        opened(ShortLived(300), any_model=True).rebuild()
    library = opened(embedder := FakeEmbedder())
    assert (library.level(), embedder.encoded) == (1, 1)
    near = library.nearest(library.embedder.encode_query("community warden"), 1, ["sv"])["sv"]
    assert near[0][1] > 0.3
    assert library.verify().sound


def test_what_was_made_for_a_third_model_is_not_used(opened: Open) -> None:
    count = many(opened())
    with pytest.raises(Interrupted):
        opened(ShortLived(300), any_model=True).rebuild()
    library = opened(third := FakeEmbedder("third", dimension=16), any_model=True)
    library.rebuild()
    assert third.encoded == count
    assert library.verify().sound


def given(tmp_path: Path, model: Path) -> Settings:
    return Settings(data=tmp_path / "data", embedding_model=str(model), language="en", _env_file=None)


def test_a_library_asked_for_with_another_model_answers_with_its_own_until_it_is_rebuilt(tmp_path: Path) -> None:
    old, new = make_model(tmp_path / "old"), make_model(tmp_path / "new", hidden=12, query="query: ")
    with Library(given(tmp_path, old), write=True) as library:
        put(library, "a", LAMPS)
    with Library(given(tmp_path, new)) as library:
        assert library.older_model
        assert library.embedder.identity.name == "old"
        assert len(library.nearest(library.embedder.encode_query("lamp"), 1, ["en"])["en"]) == 1
    with pytest.raises(OtherModel):
        Library(given(tmp_path, new), write=True)
    with Library(given(tmp_path, new), write=True, any_model=True) as library:
        library.rebuild()
    with Library(given(tmp_path, new)) as library:
        assert not library.older_model
        assert (library.embedder.identity.name, library.embedder.identity.dimension) == ("new", 12)
        assert len(library.nearest(library.embedder.encode_query("lamp"), 1, ["en"])["en"]) == 1
        assert library.verify().sound


def test_a_model_that_is_said_to_read_other_languages_needs_a_rebuild(tmp_path: Path) -> None:
    settings = given(tmp_path, make_model(tmp_path / "one"))
    with Library(settings, write=True) as library:
        put(library, "a", HOSTS)
    only_english = settings.model_copy(update={"embedding_reads": "en"})
    with pytest.raises(OtherModel):
        Library(only_english, write=True)
    with Library(only_english, write=True, any_model=True) as library:
        library.rebuild()
        (held,) = library.record.vectors_of(library.record.passage_ids()).values()
        (shadow,) = library.record.shadows(library.record.passage_ids()).values()
        expected = library.embedder.encode_documents([shadow.text])[0]
        assert np.allclose(np.frombuffer(held, np.float32), expected, atol=2e-3)


def test_a_library_whose_own_model_is_gone_says_which_it_was(tmp_path: Path) -> None:
    old, new = make_model(tmp_path / "old"), make_model(tmp_path / "new", hidden=12)
    with Library(given(tmp_path, old), write=True) as library:
        put(library, "a", LAMPS)
    shutil.rmtree(old)
    with pytest.raises(OtherModel) as refusal:
        Library(given(tmp_path, new))
    assert str(refusal.value.values["made"]).startswith("old@")
