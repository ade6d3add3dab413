"""The description of the doors, which programs are written from."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.filters import FILTERS

TAGS = {"questions", "answers", "exports", "studies", "versions", "imports", "jobs", "pages", "upkeep", "health"}
ERROR = {"$ref": "#/components/schemas/ErrorBody"}


@pytest.fixture(scope="module")
def schema(reading: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = reading.get("/openapi.json").json()
    return found


@pytest.fixture(scope="module")
def operations(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every operation by "METHOD address"."""
    return {
        f"{method.upper()} {path}": operation
        for path, found in schema["paths"].items()
        for method, operation in found.items()
    }


def test_there_are_these_doors_and_no_others(operations: dict[str, dict[str, Any]]) -> None:
    assert set(operations) == {
        "POST /v1/questions",
        "POST /v1/exports",
        "GET /v1/answers",
        "POST /v1/answers",
        "DELETE /v1/answers",
        "GET /v1/answers/{answer_id}",
        "DELETE /v1/answers/{answer_id}",
        "GET /v1/answers/{answer_id}/export",
        "GET /v1/search",
        "GET /v1/studies",
        "POST /v1/studies",
        "GET /v1/studies/{study_id}",
        "DELETE /v1/studies/{study_id}",
        "PATCH /v1/studies/{study_id}",
        "GET /v1/studies/{study_id}/record",
        "GET /v1/studies/{study_id}/deletion",
        "PUT /v1/studies/{study_id}/appraisal",
        "POST /v1/studies/{study_id}/confirm",
        "POST /v1/studies/{study_id}/publish",
        "POST /v1/studies/{study_id}/withdraw",
        "POST /v1/studies/{study_id}/reinstate",
        "GET /v1/studies/export",
        "GET /v1/log",
        "GET /v1/studies/{study_id}/pages/{page}",
        "GET /v1/studies/{study_id}/pages/{page}/image",
        "GET /v1/jobs",
        "POST /v1/jobs",
        "GET /v1/jobs/{job_id}",
        "PUT /v1/jobs/{job_id}/files",
        "POST /v1/jobs/{job_id}/files",
        "POST /v1/jobs/{job_id}/start",
        "POST /v1/jobs/{job_id}/pause",
        "POST /v1/jobs/{job_id}/resume",
        "POST /v1/jobs/{job_id}/cancel",
        "POST /v1/jobs/{job_id}/files/{number}/retry",
        "GET /v1/jobs/{job_id}/events",
        "GET /v1/versions",
        "POST /v1/versions/{link_id}/confirm",
        "POST /v1/versions/{link_id}/reject",
        "PUT /v1/studies/{study_id}/version_of",
        "DELETE /v1/studies/{study_id}/version_of",
        "POST /v1/imports",
        "GET /v1/doctor",
        "GET /v1/health",
    }


def test_every_door_tells_what_it_does_and_where_it_belongs(operations: dict[str, dict[str, Any]]) -> None:
    for name, operation in operations.items():
        assert operation["summary"], name
        assert len(operation["description"]) > 8, name
        (tag,) = operation["tags"]
        assert tag in TAGS, name


def test_every_door_tells_the_form_of_its_errors(operations: dict[str, dict[str, Any]]) -> None:
    for name, operation in operations.items():
        if name == "GET /v1/health":
            continue
        wanted = {"401", "413", "422"} | ({"404"} if "{study_id}" in name else set())
        for code in wanted:
            answer = operation["responses"][code]
            assert answer["content"]["application/json"]["schema"] == ERROR, (name, code)
            assert answer["description"], (name, code)


def test_an_error_has_a_code_and_both_sentences(schema: dict[str, Any]) -> None:
    detail = schema["components"]["schemas"]["ErrorDetail"]
    assert set(detail["required"]) == {"code", "message", "sv", "en"}


def test_what_a_question_looks_like_is_shown_in_both_languages(
    operations: dict[str, dict[str, Any]], reading: TestClient
) -> None:
    examples = operations["POST /v1/questions"]["requestBody"]["content"]["application/json"]["examples"]
    assert set(examples) == {"sv", "en", "following"}
    for name, example in examples.items():
        answered = reading.post("/v1/questions", json=example["value"])
        language = "sv" if name == "following" else name
        assert (answered.status_code, answered.json()["language"]) == (200, language)


def test_every_parameter_of_a_search_is_explained_by_an_example(operations: dict[str, dict[str, Any]]) -> None:
    parameters = operations["GET /v1/search"]["parameters"]
    assert [parameter["name"] for parameter in parameters] == ["q", "k", "only", *(f.name for f in FILTERS)]
    for parameter in parameters:
        assert parameter["description"]
        assert parameter["schema"].get("examples") or parameter.get("example")


def test_a_study_is_sent_as_a_raw_pdf_and_a_new_one_is_201(operations: dict[str, dict[str, Any]]) -> None:
    operation = operations["POST /v1/studies"]
    assert list(operation["requestBody"]["content"]) == ["application/pdf"]
    assert {"200", "201"} <= operation["responses"].keys()


def test_a_picture_is_described_as_png(operations: dict[str, dict[str, Any]]) -> None:
    answer = operations["GET /v1/studies/{study_id}/pages/{page}/image"]["responses"]["200"]
    assert "image/png" in answer["content"]


def test_the_description_loads_nothing_from_elsewhere(schema: dict[str, Any], reading: TestClient) -> None:
    assert "http" not in json.dumps(schema)
    assert reading.get("/docs").status_code == reading.get("/redoc").status_code == 404
