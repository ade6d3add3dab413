"""Fixtures for the corpus room."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from corpus.record import Record


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    """An empty record."""
    with closing(Record(tmp_path / "record.sqlite3")) as opened:
        yield opened
