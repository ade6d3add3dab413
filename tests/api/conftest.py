"""One library for all tests of this room that change nothing."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from corpus.library import Library
from corpus.settings import Settings
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
