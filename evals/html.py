"""Self-contained web pages: a template, the shared look, and no address outside the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from corpus.words import Language, say

FOLDER = Path(__file__).parent / "templates"


def page(template: str, language: Language, **values: Any) -> str:
    """A page in the reader's language; every value is escaped. `say(code)` gives a sentence within it."""
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return made.get_template(template).render(
        language=language, say=lambda code, **given: say(code, language, **given), **values
    )
