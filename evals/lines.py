"""Rows of a file of JSON lines, each fault named by its line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from corpus.words import Fault

T = TypeVar("T")


def read_text(path: Path, fault: type[Fault]) -> str:
    """The text of a file, its byte order mark left out. Raises `fault`."""
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise fault(file=path, line=0, why=error) from error


def json_rows(path: Path, make: Callable[[Any], T], fault: type[Fault]) -> Iterator[T]:
    """What `make` makes of each line that is not empty. Raises `fault` with file, line and why."""
    for number, line in enumerate(read_text(path, fault).split("\n"), 1):  # splitlines would cut at U+2028 in a text
        if line.strip():
            try:
                yield make(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise fault(file=path, line=number, why=repr(error)) from error
