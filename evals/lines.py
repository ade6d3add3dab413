"""Rows of a file of JSON lines, each fault named by its line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from corpus.words import Fault

T = TypeVar("T")


class NotWritten(Fault):
    """A file could not be written."""

    code = "not_written"


@dataclass(frozen=True, slots=True)
class Line:
    """A line's number, from 1, and what stands in it."""

    number: int
    value: Any


def read_text(path: Path, fault: type[Fault]) -> str:
    """The text of a file, its byte order mark left out. Raises `fault`."""
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise fault(file=path, line=0, why=error) from error


def json_lines(path: Path, fault: type[Fault]) -> Iterator[Line]:
    """Each line that is not empty. Raises `fault` with file, line and why."""
    for number, line in enumerate(read_text(path, fault).split("\n"), 1):  # splitlines would cut at U+2028 in a text
        if line.strip():
            try:
                yield Line(number, json.loads(line))
            except ValueError as error:
                raise fault(file=path, line=number, why=repr(error)) from error


def json_rows(path: Path, make: Callable[[Any], T], fault: type[Fault]) -> Iterator[T]:
    """What `make` makes of each line that is not empty. Raises `fault` with file, line and why."""
    for line in json_lines(path, fault):
        try:
            yield make(line.value)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise fault(file=path, line=line.number, why=repr(error)) from error


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """A block that writes a file or into a folder. Raises NotWritten where it cannot."""
    try:
        yield
    except OSError as error:
        raise NotWritten(file=path, error=error.strerror or error) from error


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all. Raises NotWritten."""
    part = path.with_suffix(".part")
    with writing(path):
        part.write_text(text, "utf-8")
        part.replace(path)


def write_rows(path: Path, forms: Iterable[Mapping[str, Any]]) -> None:
    """Write a file of JSON lines whole or not at all. Raises NotWritten."""
    write_whole(path, "".join(json.dumps(form, ensure_ascii=False) + "\n" for form in forms))


def one_of(value: object, among: tuple[str, ...], name: str) -> str:
    """A value of a line that may be one of a few words. Raises ValueError."""
    if value not in among:
        raise ValueError(f"{name} is {value!r}; it may be {', '.join(filter(None, among))}")
    return str(value)


def why(error: Exception) -> str:
    """What is wrong with a line, in words: a KeyError names a value that is missing."""
    return f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)
