"""What a run was made from, in enough detail to say whether two runs may be compared."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from corpus.library import Library
from corpus.terms import terms_sha256
from evals.case import QuestionSet

ROOT = Path(__file__).parent.parent
_ROOMS = ("corpus", "ingest", "retriever", "api", "evals")
_KINDS = (".py", ".toml", ".csv", ".j2")
_LIBRARIES = ("chromadb", "langchain", "numpy", "pypdf", "pypdfium2", "sentence-transformers", "tantivy", "torch")
_OUTSIDE = {"data", "language", "token", "host", "port", "online", "terms", "note_unknown_words"}
"""Settings that no figure follows from; of the term list its content counts, not its place."""

GROUND = ("code", "corpus", "terms", "model", "settings", "set", "seed")
"""What decides the figures of a run."""


def fingerprint(library: Library, questions: QuestionSet, seed: int) -> dict[str, Any]:
    """Code, corpus, indexes, model, settings, set and machine; everything but `machine` decides the figures."""
    return {
        "code": code(),
        "corpus": corpus(library),
        "indexes": {"dense": library.dense.state, "lexical": {"passages": library.lexical.size}},
        "terms": terms_sha256(library.terms_folder),
        "model": str(library.embedder.identity),
        "settings": library.settings.model_dump(mode="json", exclude=_OUTSIDE),
        "set": {
            "name": questions.name,
            "version": questions.version,
            "split": questions.split,
            "sha256": questions.sha256,
            "questions": len(questions.cases),
        },
        "seed": seed,
        "machine": machine(),
    }


def same_ground(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Were two runs made of the same program, corpus, term list, model, settings, set and seed?"""
    return not differing(one, other)


def differing(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """In what two runs differ, of all that decides their figures."""
    first, second = _ground(one), _ground(other)
    return [key for key in GROUND if first[key] != second[key]]


def short(made_from: dict[str, Any]) -> str:
    """One word for what decides the figures: 12 hexadecimal digits."""
    return _digest(json.dumps(_ground(made_from), sort_keys=True, ensure_ascii=False).encode())


def _ground(made_from: dict[str, Any]) -> dict[str, Any]:
    """A commit that touches no program file changes no figure."""
    return {**{key: made_from[key] for key in GROUND}, "code": made_from["code"]["files_sha256"]}


@cache
def code() -> dict[str, str]:
    """The commit, where the project is a git checkout, and a digest of the program's own files as they are."""
    digest = hashlib.sha256()
    for room in _ROOMS:
        for path in sorted((ROOT / room).rglob("*")):
            if path.suffix in _KINDS and "__pycache__" not in path.parts:
                digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return {"commit": _commit(), "files_sha256": digest.hexdigest()}


def _commit() -> str:
    """The checked-out commit, with "+" where files differ from it; empty where this is no checkout."""
    if not (ROOT / ".git").exists():
        return ""
    try:
        said = [
            subprocess.run(["git", "-C", str(ROOT), *call], capture_output=True, text=True, check=True).stdout.strip()
            for call in (("rev-parse", "--short", "HEAD"), ("status", "--porcelain", "--untracked-files=no"))
        ]
    except (OSError, subprocess.CalledProcessError):
        return ""
    return said[0] + ("+" if said[1] else "")


def corpus(library: Library) -> dict[str, Any]:
    """The studies by the bytes of their files, and a digest of all passages; the library's place does not count."""
    studies = sorted(library.record.studies(), key=lambda study: study.id)
    digest = hashlib.sha256()
    passages = sorted(library.record.all_passages(), key=lambda p: (p.study_id, p.page, p.start))
    for passage in passages:
        digest.update(f"{passage.study_id}|{passage.page}|{passage.start}|{passage.end}|{passage.text}\n".encode())
    return {
        "studies": {study.id: study.file_name for study in studies},
        "pages": sum(study.page_count for study in studies),
        "passages": len(passages),
        "passages_sha256": digest.hexdigest(),
    }


def machine() -> dict[str, Any]:
    """What the times depend on."""
    return {
        "system": platform.platform(),
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "libraries": {name: version(name) for name in _LIBRARIES},
    }


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]
