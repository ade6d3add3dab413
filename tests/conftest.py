"""Fixtures for every room."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.library import Library
from corpus.settings import Settings
from ingest.receive import Incoming, Reception
from tests.fakes import FREE_RIDERS, LIGHTING, FakeEmbedder

SHARED = Path(__file__).parent.parent.parent / "shared" / "data"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", language="en", _env_file=None)


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder()


@pytest.fixture
def library(settings: Settings, embedder: FakeEmbedder) -> Iterator[Library]:
    """An empty library that this test owns."""
    with Library(settings, write=True, embedder=embedder) as opened:
        yield opened


@pytest.fixture
def small_library(library: Library) -> Library:
    """A library with one English and one Swedish study of two pages each."""
    with Reception(library) as reception:
        reception.receive(Incoming("lighting.pdf", LIGHTING))
        reception.receive(Incoming("friakare.pdf", FREE_RIDERS))
    library.settle()
    return library


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real PDFs and question sets, which lie beside the project where it is developed."""
    if not SHARED.is_dir():
        pytest.skip("the real PDFs and question sets are not beside the project")
    return SHARED
