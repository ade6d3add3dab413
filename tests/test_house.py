"""Who may import whom: an arrow may only point down, and one library is known to one module."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "corpus": {"corpus"},
    "ingest": {"ingest", "corpus"},
    "retriever": {"retriever", "corpus"},
    "evals": {"evals", "retriever", "ingest", "corpus"},
    "api": {"api", "evals", "retriever", "ingest", "corpus"},
}
AT_HOME = {
    "chromadb": {"corpus/dense.py"},
    "tantivy": {"corpus/lexical.py"},
    "sentence_transformers": {"corpus/embedder.py"},
    "pypdf": {"ingest/child.py"},
    "langchain_core": {"retriever/langchain.py", "retriever/write.py", "evals/opinion.py"},
    "docx": {"api/word.py"},
    "citeproc": {"corpus/reference.py"},
    "langchain": {"retriever/write.py", "evals/opinion.py"},
    "mcp": {"api/mcp.py"},
    "rispy": {"api/exports.py", "ingest/records/ris.py"},
    "bibtexparser": {"api/exports.py", "ingest/records/bibtex.py"},
    "watchfiles": {"ingest/inbox.py"},
}
RIVALS = {"evals/stock.py", "evals/plain.py"}  # what we are measured against is made of the same libraries on purpose


def modules(room: str) -> Iterator[Path]:
    return (ROOT / room).rglob("*.py")


def imports(path: Path) -> set[str]:
    """Top-level names a module imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_itself_and_rooms_below(room: str) -> None:
    wrong = {
        str(path.relative_to(ROOT)): forbidden
        for path in modules(room)
        if (forbidden := imports(path) & (MAY_IMPORT.keys() - MAY_IMPORT[room]))
    }
    assert wrong == {}


@pytest.mark.parametrize("library", AT_HOME)
def test_a_heavy_library_is_known_to_one_module(library: str) -> None:
    knowing = {str(path.relative_to(ROOT)) for room in MAY_IMPORT for path in modules(room) if library in imports(path)}
    assert knowing - RIVALS == AT_HOME[library]


def test_every_module_opens_with_one_line_that_could_be_its_caption() -> None:
    for room in MAY_IMPORT:
        for path in modules(room):
            caption = ast.get_docstring(ast.parse(path.read_text("utf-8")))
            assert caption, f"{path} has no caption"
            assert caption.split("\n")[0].endswith((".", ":")), f"the caption of {path} is no sentence"


def test_no_other_installed_distribution_has_the_names_of_our_rooms() -> None:
    import importlib

    for room in MAY_IMPORT:
        module = importlib.import_module(room)
        assert Path(str(module.__file__)).is_relative_to(ROOT)
