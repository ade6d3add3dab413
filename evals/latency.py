"""How long an answer takes: warm, from a program that is running, and cold, from one that is started for it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

from corpus.settings import Settings
from evals.measures import percentile


def latency(warm: Sequence[tuple[float, float]], cold_ms: Sequence[float]) -> dict[str, Any]:
    """p50 and p95 in milliseconds, and answers a second; `warm` holds (search, ask) of each question.

    The first question is left out of the warm ones: it waits for the model.
    """
    searches, asks = [search for search, _ in warm[1:] or warm], [ask for _, ask in warm[1:] or warm]
    seconds = sum(asks) / 1000
    return {
        "questions": len(asks),
        "search_ms": _spread(searches),
        "ask_ms": _spread(asks),
        "answers_per_second": round(len(asks) / seconds, 1) if seconds else None,
        "cold_starts": len(cold_ms),
        "cold_ms": _spread(cold_ms),
    }


def _spread(values: Sequence[float]) -> dict[str, float] | None:
    if not values:
        return None
    return {"p50": round(percentile(values, 0.5), 1), "p95": round(percentile(values, 0.95), 1)}


def cold_starts(settings: Settings, questions: Sequence[str]) -> list[float]:
    """Milliseconds from starting a program to its answer, one new process for each question.

    To be called while this process does not have the library open, which would keep the others from its indexes.
    """
    return [ms for question in questions if (ms := _cold(settings, question)) is not None]


def _cold(settings: Settings, question: str) -> float | None:
    """None where there was no answer: a failure is not timed as one."""
    environment = {**os.environ, "AMP_DATA": str(settings.data.absolute())}
    start = time.perf_counter()
    command = [sys.executable, "-m", "api.cli", "ask", question, "--json"]  # the program as a person starts it
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    return 1000 * (time.perf_counter() - start) if done.returncode == 0 else None
