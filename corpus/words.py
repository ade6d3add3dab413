"""Every sentence a person reads, in Swedish and English, from one catalogue."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

Language = Literal["sv", "en"]
LANGUAGES: tuple[Language, ...] = ("sv", "en")

_FOLDER = Path(__file__).parent / "messages"


@cache
def catalogue(language: Language) -> dict[str, str]:
    """All sentences in one language, by code."""
    with (_FOLDER / f"{language}.toml").open("rb") as file:
        return {code: str(sentence) for code, sentence in tomllib.load(file).items()}


def say(code: str, language: Language, **values: object) -> str:
    """The sentence for `code` in `language`, with its values filled in."""
    return catalogue(language)[code].format(**values)


class Fault(Exception):
    """Something a person can mend. Carries a code and values; the sentence is made in the reader's language."""

    code = "fault"

    def __init__(self, **values: object) -> None:
        self.values = values
        super().__init__(say(self.code, "en", **values))

    def sentence(self, language: Language) -> str:
        """What was met, what was wanted, what to do."""
        return say(self.code, language, **self.values)
