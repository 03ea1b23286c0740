"""What the routes answer is what OpenAPI says they do."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from jsonschema import Draft202012Validator

from tests.contract.operations import OPERATIONS, Operation

READS = [o for o in OPERATIONS if o.method == "GET" and "{" not in o.path and not o.is_signed and o.path.startswith("/api/")]
PARAMETERS = {"/api/v1/search": {"q": "a"}, "/api/v1/search/suggest": {"q": "a"}}


def conforms(document: dict[str, Any], operation: Operation, answer: httpx2.Response) -> None:
    described = operation.details["responses"][str(answer.status_code)]["content"]["application/json"]["schema"]
    schema = {**described, "components": document["components"]}
    problems = [f"{e.json_path}: {e.message}" for e in Draft202012Validator(schema).iter_errors(answer.json())]
    assert problems == []
    assert described, "an empty schema describes nothing"


def operation(path: str, method: str = "GET") -> Operation:
    return next(o for o in OPERATIONS if (o.method, o.path) == (method, path))


@pytest.mark.parametrize("read", [o for o in READS if "application/json" in str(o.details["responses"].get("200"))], ids=str)
def test_a_read_answers_as_described(read: Operation, document: dict[str, Any], admin: httpx2.Client) -> None:
    answer = admin.get(read.path, params=PARAMETERS.get(read.path))
    assert answer.status_code == 200, answer.text
    conforms(document, read, answer)


@pytest.mark.parametrize(
    ("listed", "read"),
    [("/api/v1/library/movies", "/api/v1/movies/{title_id}"), ("/api/v1/library/shows", "/api/v1/shows/{title_id}")],
)
def test_a_title_answers_as_described(listed: str, read: str, document: dict[str, Any], admin: httpx2.Client) -> None:
    titles = admin.get(listed).json()["items"]
    assert titles
    for title in titles:
        answer = admin.get(read.format(title_id=title["id"]))
        conforms(document, operation(read), answer)
        assert answer.json()["id"] == title["id"]
        item = answer.json()["library"]["items"][0]
        conforms(document, operation("/api/v1/library/items/{item_id}"), admin.get(f"/api/v1/library/items/{item['id']}"))


def test_playing_answers_as_described(document: dict[str, Any], admin: httpx2.Client) -> None:
    title = admin.get("/api/v1/library/movies").json()["items"][0]
    capabilities = {"video_codecs": ["h264"], "audio_codecs": ["aac"], "containers": ["mp4"], "max_height": 1080}
    answer = admin.post("/api/v1/streaming/sessions", json={"title_id": title["id"], "capabilities": capabilities})
    assert answer.status_code == 201, answer.text
    conforms(document, operation("/api/v1/streaming/sessions", "POST"), answer)
    playlist = admin.get(answer.json()["master_url"])
    assert playlist.headers["content-type"].startswith("application/vnd.apple.mpegurl")
    assert playlist.text.startswith("#EXTM3U")
    assert admin.delete(f"/api/v1/streaming/sessions/{answer.json()['id']}").status_code == 204
    assert admin.get(answer.json()["master_url"]).status_code in {403, 404, 410}
