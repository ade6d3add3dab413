"""Fixtures of this room."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from corpus.settings import Settings
from ingest.read import ChildReader, Document

ReadBytes = Callable[[bytes], Document]


@pytest.fixture
def reader(settings: Settings) -> Iterator[ChildReader]:
    with ChildReader(settings) as opened:
        yield opened


@pytest.fixture
def read(reader: ChildReader, tmp_path: Path) -> ReadBytes:
    """Reads a PDF given as bytes, in a child process."""

    def read(pdf: bytes) -> Document:
        path = tmp_path / "paper.pdf"
        path.write_bytes(pdf)
        return reader.read(path)

    return read
