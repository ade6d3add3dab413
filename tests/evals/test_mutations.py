"""Builds that are broken on purpose, each caught by the gate, and an unbroken one that it lets through."""

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import corpus.dense
import corpus.gloss
import corpus.language
import retriever.ask
import retriever.judge
from api.cli import app
from corpus.embedder import Embedder, ModelIdentity, open_embedder
from corpus.library import Library
from corpus.record import Vectors
from corpus.settings import Settings
from corpus.starter import FOLDER, starter_notes
from evals.case import PAIRS, QuestionSet, read_set, set_lines
from evals.gate import Gate, gate, missing_studies, read_margins
from evals.run import Run, run
from evals.sets import shipped
from ingest.receive import Reception, Status
from retriever.answer import Citation
from retriever.cite import cite

pytestmark = pytest.mark.slow

VectorRow = tuple[int, str, bytes]

SHUFFLED = 0.05  # of the vectors of each language
TIMES = 20
FOUR = ("bra003", "bra004", "ctv001", "hot003")
"""Studies, two in each language, that answer questions of every pair by themselves."""


class Remembering:
    """The bundled model, which encodes each text once: the same texts are asked of every broken build."""

    def __init__(self, model: Embedder) -> None:
        self.model = model
        self._documents: dict[str, Vectors] = {}
        self._queries: dict[str, Vectors] = {}

    @property
    def identity(self) -> ModelIdentity:
        return self.model.identity

    @property
    def window(self) -> int:
        return self.model.window

    def reads(self, language: str) -> bool:
        return self.model.reads(language)

    def piece_counts(self, texts: Sequence[str]) -> list[int]:
        return self.model.piece_counts(texts)

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        new = [text for text in dict.fromkeys(texts) if text not in self._documents]
        self._documents |= dict(zip(new, self.model.encode_documents(new), strict=True))
        return np.array([self._documents[text] for text in texts], np.float32).reshape(-1, self.identity.dimension)

    def encode_query(self, text: str) -> Vectors:
        if text not in self._queries:
            self._queries[text] = self.model.encode_query(text)
        return self._queries[text]


@dataclass(frozen=True, slots=True)
class Sound:
    """The starter corpus in a library as it should be (closed, to be copied), a third of its set, and their run."""

    folder: Path
    embedder: Remembering
    file: Path
    questions: QuestionSet
    baseline: Run


@contextmanager
def opened(folder: Path, embedder: Embedder) -> Iterator[Library]:
    settings = Settings(data=folder, language="en", note_unknown_words=False, _env_file=None)
    with Library(settings, write=True, embedder=embedder) as library:
        yield library


def ingest(library: Library, paths: Sequence[Path] = (FOLDER,)) -> None:
    with Reception(library) as reception:
        receipts = list(reception.receive_paths(list(paths), starter_notes()))
    assert {receipt.status for receipt in receipts} == {Status.ADDED}
    library.settle()


def starter() -> Path:
    path = shipped("starter")
    assert path is not None
    return path


def third(file: Path) -> QuestionSet:
    """Every third question of the shipped set, in a file of their own."""
    whole = read_set(starter())
    file.write_text("\n".join(set_lines(replace(whole, cases=whole.cases[::3]))) + "\n", "utf-8")
    return read_set(file)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Sound:
    folder = tmp_path_factory.mktemp("mutations")
    embedder = Remembering(open_embedder(Settings(data=folder, _env_file=None)))
    questions = third(folder / "third.jsonl")
    with opened(folder / "data", embedder) as library:
        ingest(library)
        baseline = run(library, questions, folder / "baseline")
    return Sound(folder / "data", embedder, folder / "third.jsonl", questions, baseline)


@pytest.fixture
def library(sound: Sound, tmp_path: Path) -> Iterator[Library]:
    """A copy of the sound library, to be broken."""
    with opened(shutil.copytree(sound.folder, tmp_path / "data"), sound.embedder) as copy:
        yield copy


def gated(sound: Sound, library: Library, folder: Path) -> Gate:
    return gate(sound.baseline, run(library, sound.questions, folder / "run"), read_margins())


def caught_by(found: Gate) -> set[str]:
    """The checks that are worse, those of a pair of languages by its name too."""
    return {c.name if c.group == "all" else f"{c.name} {c.group}" for c in found.checks if c.outcome == "worse"}


def met(found: Gate, promise: str) -> Any:
    return next(check.met for check in found.checks if check.name == promise)


def test_the_questions_are_of_every_kind(sound: Sound) -> None:
    asked = {case.pair for case in sound.questions.cases}
    assert asked == {*PAIRS, "none-sv", "none-en"}
    assert {case.answerable for case in sound.questions.cases} == {"yes", "near_miss", "far_off"}


# What is shown


def citing(change: Callable[[Citation], Citation]) -> Callable[..., Citation | None]:
    """`cite` with its citation changed after the contract was kept."""

    def cites(*given: Any) -> Citation | None:
        citation = cite(*given)
        return citation and change(citation)

    return cites


def at_first_letter(change: Callable[[str], str]) -> Callable[[Citation], Citation]:
    def changed(citation: Citation) -> Citation:
        at = next(n for n, character in enumerate(citation.quote) if character.isalpha())
        quote = citation.quote[:at] + change(citation.quote[at]) + citation.quote[at + 1 :]
        return replace(citation, quote=quote)

    return changed


def test_page_numbers_off_by_one_are_caught(
    sound: Sound, library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retriever.ask, "cite", citing(lambda c: replace(c, page=c.page + 1)))
    found = gated(sound, library, tmp_path)
    assert found.outcome == "worse"
    assert met(found, "quotes_loose") == 0.0
    assert caught_by(found) >= {"quotes_loose", "quotes_strict", "answered_right", "page_accuracy"}


def test_a_letter_changed_in_each_quote_is_caught(
    sound: Sound, library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = at_first_letter(lambda letter: "x" if letter.lower() != "x" else "y")
    monkeypatch.setattr(retriever.ask, "cite", citing(other))
    found = gated(sound, library, tmp_path)
    assert found.outcome == "worse"
    assert met(found, "quotes_loose") == 0.0
    assert caught_by(found) >= {"quotes_loose", "quotes_strict"}


def test_a_letters_case_changed_in_each_quote_is_caught(
    sound: Sound, library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retriever.ask, "cite", citing(at_first_letter(str.swapcase)))
    found = gated(sound, library, tmp_path)
    assert found.outcome == "worse"
    assert met(found, "quotes_loose") == 1.0  # which overlooks case; only the strict share can tell
    assert caught_by(found) == {"quotes_strict"}


def test_answering_everything_is_caught(
    sound: Sound, library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fit = retriever.judge._fit
    monkeypatch.setattr(retriever.judge, "_fit", lambda model: {**fit(model), "bar": 0.0})
    found = gated(sound, library, tmp_path)
    assert found.outcome == "worse"
    assert caught_by(found) == {"wrongly_answered"}


# What it is found by


@pytest.fixture
def no_swedish_stems(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Swedish words are their own stems, in whatever is read or asked."""
    stemmer = corpus.language._stemmer
    with monkeypatch.context() as patched:
        patched.setattr(
            corpus.language, "_stemmer", lambda name: SimpleNamespace(stemWord=str) if name == "sv" else stemmer(name)
        )
        corpus.gloss._glosser.cache_clear()
        yield
    corpus.gloss._glosser.cache_clear()


@pytest.mark.usefixtures("no_swedish_stems")
def test_a_library_made_without_swedish_stems_is_caught(sound: Sound, tmp_path: Path) -> None:
    with opened(tmp_path / "data", sound.embedder) as library:
        ingest(library)
        found = gated(sound, library, tmp_path)
    assert found.outcome == "worse"
    assert met(found, "words_as_analysed") == 1.0  # a library agrees with the analyser that it was made by
    assert "inflections_meet" in caught_by(found)


def shuffled(rows: Iterable[VectorRow]) -> list[VectorRow]:
    """The same vectors, some of them each with the passage of another one of its language."""
    whole = list(rows)
    draw = np.random.default_rng(5)
    for language in sorted({language for _, language, _ in whole}):
        mine = [n for n, row in enumerate(whole) if row[1] == language]
        chosen = draw.permutation(mine)[: round(SHUFFLED * len(mine))]
        vectors = [whole[n][2] for n in chosen]
        for n, vector in zip(chosen, [*vectors[1:], vectors[0]], strict=True):
            whole[n] = (*whole[n][:2], vector)
    return whole


def test_vectors_shuffled_in_the_record_are_caught(sound: Sound, library: Library, tmp_path: Path) -> None:
    rows = shuffled(library.record.vectors())
    vectors = np.array([np.frombuffer(vector, np.float32) for _, _, vector in rows])
    library.record.change({}, [passage for passage, _, _ in rows], vectors, vectors)
    library.dense.seal()
    found = gated(sound, library, tmp_path)
    assert found.outcome == "worse"
    assert met(found, "nearest_recall") == 1.0  # the index was made of the shuffled record, and agrees with it
    assert "vectors_as_embedded" in caught_by(found)


def test_vectors_shuffled_in_the_index_are_caught(
    sound: Sound, library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gather, sealed = corpus.dense.gather, library.dense.state["sealed"]
    with monkeypatch.context() as patched:
        patched.setattr(corpus.dense, "gather", lambda rows, dimension: gather(shuffled(rows), dimension))
        library.dense.seal()
    assert library.dense.state["sealed"] == sealed != {}  # it proved itself, and serves
    found = gated(sound, library, tmp_path)
    assert found.outcome == "worse"
    assert met(found, "vectors_as_embedded") == 1.0  # the record is as it was
    assert caught_by(found) == {"nearest_recall"}


# What is there


def test_a_study_that_is_missing_is_caught_before_anything_is_asked(
    sound: Sound, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(shutil.copytree(sound.folder, tmp_path / "data"), sound.embedder) as library:
        gone = library.record.studies()[0]
        library.remove(gone.id)
        (missing,) = missing_studies(sound.baseline, {s.id: s.file_name for s in library.record.studies()})
    assert (missing.name, missing.met, missing.outcome) == ("study_missing", gone.file_name, "worse")
    monkeypatch.chdir(tmp_path)  # so that no .env of the project has a say
    called = CliRunner(env={"AMP_DATA": str(tmp_path / "data"), "AMP_LANGUAGE": "en"}).invoke(
        app, ["eval", "gate", str(sound.file), "--baseline", str(sound.baseline.folder), "--json"]
    )
    assert called.exit_code == 1
    form = json.loads(called.stdout)
    assert (form["outcome"], form["comparison"]) == ("worse", None)
    assert [(check["name"], check["met"]) for check in form["checks"]] == [("study_missing", gone.file_name)]


# Nothing broken


def few(pdfs: Sequence[Path]) -> QuestionSet:
    """Two questions of each pair that these PDFs answer, and two in each language that nothing answers."""
    names = {path.name for path in pdfs}
    cases = [case for case in read_set(starter()).cases if all(gold.file in names for gold in case.gold)]
    chosen = [c for pair in (*PAIRS, "none-sv", "none-en") for c in [case for case in cases if case.pair == pair][:2]]
    return QuestionSet("few", "1", "dev", tuple(chosen), "few")


def test_an_unbroken_build_passes_twenty_times_of_twenty(sound: Sound, tmp_path: Path) -> None:
    """With the model itself, and indexes made anew each time."""
    pdfs = [path for path in sorted(FOLDER.glob("*.pdf")) if path.name.startswith(FOUR)]
    questions = few(pdfs)
    assert (len(pdfs), len(questions.cases)) == (4, 12)
    outcomes = []
    with opened(tmp_path / "data", sound.embedder.model) as library:
        ingest(library, pdfs)
        baseline = run(library, questions, tmp_path / "baseline")
        for n in range(TIMES):
            library.rebuild()
            outcomes.append(gate(baseline, run(library, questions, tmp_path / f"run-{n}"), read_margins()).outcome)
    assert outcomes == ["passes"] * TIMES
