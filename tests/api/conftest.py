"""One library for all tests of this room that change nothing, and the command `amp` with one of its own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import corpus.library
from api.app import create_app
from corpus.embedder import Embedder
from corpus.library import Library
from corpus.settings import Settings
from tests.api.test_cli import Amp
from tests.fakes import FakeEmbedder
from tests.retriever.libraries import standing_library


@pytest.fixture(scope="session")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with standing_library(tmp_path_factory.mktemp("standing")) as library:
        yield library


@pytest.fixture(scope="session")
def reading(standing: Library) -> Iterator[TestClient]:
    """A client of a server over the standing library, for tests that change nothing; it reads English."""
    with TestClient(create_app(standing.settings, standing), headers={"accept-language": "en"}) as client:
        yield client


@pytest.fixture
def client(settings: Settings, library: Library) -> Iterator[TestClient]:
    """A client of a server over an empty library that this test owns; it reads English."""
    with TestClient(create_app(settings, library), headers={"accept-language": "en"}) as client:
        yield client


@pytest.fixture(scope="session")
def lighting(reading: TestClient) -> str:
    """The id of the English study in the standing library."""
    studies = reading.get("/v1/studies").json()
    return str(next(study["id"] for study in studies if study["files"][0]["name"] == "lighting.pdf"))


@pytest.fixture
def amp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Amp:
    """The command `amp` with an empty library of its own and a stand-in for the model."""

    def fake(settings: Settings) -> Embedder:  # noqa: ARG001 (the signature is open_embedder's)
        return FakeEmbedder()

    monkeypatch.setattr(corpus.library, "open_embedder", fake)
    monkeypatch.chdir(tmp_path)  # so that no .env of the project has a say
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_API_BASE", "ANTHROPIC_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    return Amp(tmp_path)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the small library, closed."""
    folder = tmp_path_factory.mktemp("template")
    with standing_library(folder):
        return folder / "data"


@pytest.fixture
def filled(amp: Amp, template: Path) -> Amp:
    """`amp` over a copy of the small library."""
    shutil.copytree(template, amp.folder / "data")
    return amp
