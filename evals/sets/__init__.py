"""Question sets that come with the project, over the starter corpus: `starter`, and `short` as advisers type."""

from pathlib import Path

FOLDER = Path(__file__).parent


def shipped(name: str) -> Path | None:
    """The file of a set that comes with the project, by its name; None where there is none."""
    path = FOLDER / f"{name}.jsonl"
    return path if name.isidentifier() and path.is_file() else None
