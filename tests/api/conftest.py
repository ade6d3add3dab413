"""One library for all tests of this room that change nothing."""

from collections.abc import Iterator

import pytest

from corpus.library import Library
from tests.retriever.libraries import standing_library


@pytest.fixture(scope="session")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with standing_library(tmp_path_factory.mktemp("standing")) as library:
        yield library
