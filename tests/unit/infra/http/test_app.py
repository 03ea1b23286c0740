import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel
from starlette.testclient import TestClient

from matinee.infra.clock import SystemClock
from matinee.infra.errors import CATALOGUE, Conflict, FieldError
from matinee.infra.feature import Container
from matinee.infra.http.answers.conventions import answer
from matinee.infra.http.answers.paging import Fields, ListOf
from matinee.infra.http.answers.prebuilt import AnswerTable
from matinee.infra.http.answers.shared import SharedAnswers, SharedOptions
from matinee.infra.http.app import HttpOptions, create_app
from matinee.infra.http.caller import Authenticator
from matinee.infra.http.health import HealthChecks
from matinee.infra.http.languages import localized_title
from matinee.infra.http.limits import Limits
from matinee.infra.http.web import WebFiles
from matinee.infra.observability import Metrics


class Studio(BaseModel):
    name: str
    city: str


class Film(BaseModel):
    id: str
    title: str
    studio: Studio


FILMS = [Film(id=str(n), title=f"Film {n} " + "x" * 40, studio=Studio(name="Lamp", city="Ulm")) for n in range(40)]
router = APIRouter()


@router.get("/films", response_model=ListOf[Film])
async def films(request: Request, genre: Annotated[list[str] | None, Query()] = None, fields: Fields = None) -> Response:
    return answer(request, ListOf[Film](items=FILMS), fields=fields)


@router.post("/films")
async def add(film: Film) -> Film:
    return film


@router.get("/crash")
async def crash() -> None:
    raise RuntimeError("secret inner detail")


@router.get("/slow")
async def slow() -> None:
    await asyncio.Event().wait()


@router.get("/taken")
async def taken() -> None:
    raise Conflict("Somebody was faster.", retry_after=1.2, errors=[FieldError("body.name", "in use", "taken")])


class Nobody:
    async def authenticate(self, method: str, headers: Any, cookies: Any) -> None:
        return None


@asynccontextmanager
async def _lifespan() -> AsyncIterator[None]:
    yield


def _client(base_path: str = "", web: Path | None = None, address: str = "127.0.0.1", time_limit: float = 0.2) -> TestClient:
    container = Container()
    metrics = container.add(Metrics, Metrics())
    table = AnswerTable(1 << 20, metrics)
    container.add(SharedAnswers, SharedAnswers(table, Limits(), SystemClock(), SharedOptions(public=True), metrics))
    container.add(HealthChecks, HealthChecks(SystemClock()))
    container.add(Authenticator, Nobody())  # type: ignore[type-abstract]  # a Protocol as a key
    options = HttpOptions(base_path=base_path, body_limit=2000, time_limit=time_limit)
    app = create_app(container, [router], options=options, web=WebFiles(web, base_path), lifespan=_lifespan)
    return TestClient(app, raise_server_exceptions=False, client=(address, 50000))


@pytest.fixture
def client() -> TestClient:
    return _client()


def test_an_answer_has_an_etag_and_is_not_sent_twice(client: TestClient) -> None:
    first = client.get("/api/v1/films")
    second = client.get("/api/v1/films", headers={"If-None-Match": first.headers["etag"]})
    assert first.status_code == 200
    assert (second.status_code, second.content) == (304, b"")
    assert second.headers["etag"] == first.headers["etag"]


def test_long_answers_are_compressed_only_for_those_who_accept_it(client: TestClient) -> None:
    packed = client.get("/api/v1/films", headers={"Accept-Encoding": "gzip"})
    plain = client.get("/api/v1/films", headers={"Accept-Encoding": "gzip;q=0"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.json() == plain.json()
    assert packed.headers["etag"] != plain.headers["etag"]


def test_fields_keeps_what_was_asked_for(client: TestClient) -> None:
    body = client.get("/api/v1/films?fields=id,studio.city").json()
    assert body["items"][0] == {"id": "0", "studio": {"city": "Ulm"}}
    assert body["next_cursor"] is None


@pytest.mark.parametrize("fields", ["nothing", "studio.mayor", "id.deeper"])
def test_unknown_fields_are_refused(client: TestClient, fields: str) -> None:
    response = client.get(f"/api/v1/films?fields={fields}")
    assert response.status_code == 400
    assert response.json()["code"] == "unknown_field"


def test_unknown_and_repeated_parameters_are_refused_but_lists_may_repeat(client: TestClient) -> None:
    assert client.get("/api/v1/films?gnre=a").json()["code"] == "unknown_parameter"
    assert client.get("/api/v1/films?fields=id&fields=title").json()["code"] == "parameter_pollution"
    assert client.get("/api/v1/films?genre=a&genre=b").status_code == 200


def test_an_error_is_a_problem_with_everything_a_client_needs(client: TestClient) -> None:
    response = client.get("/api/v1/taken", headers={"X-Request-ID": "abcdefgh-1"})
    body = response.json()
    assert response.status_code == 409
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["retry-after"] == "2"
    assert response.headers["x-request-id"] == body["correlation_id"] == "abcdefgh-1"
    assert body["type"] == "/docs/errors#conflict"
    assert body["errors"] == [{"location": "body.name", "message": "in use", "code": "taken"}]
    assert body["instance"] == "/api/v1/taken"


def test_a_crash_tells_nothing_about_the_inside(client: TestClient) -> None:
    response = client.get("/api/v1/crash")
    assert response.status_code == 500
    assert response.json()["code"] == "internal_error"
    assert "secret" not in response.text


def test_validation_points_at_the_place(client: TestClient) -> None:
    response = client.post("/api/v1/films", json={"id": "1", "title": "t", "studio": {"name": 5}})
    assert response.status_code == 422
    assert {e["location"] for e in response.json()["errors"]} == {"body.studio.name", "body.studio.city"}


def test_broken_json_is_malformed(client: TestClient) -> None:
    response = client.post("/api/v1/films", content=b"{oops", headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()["code"]) == (400, "malformed_json")


def test_a_body_over_the_limit_is_refused_with_and_without_a_declared_length(client: TestClient) -> None:
    declared = client.post("/api/v1/films", content=b"x" * 2001)
    chunked = client.post("/api/v1/films", content=iter([b"x" * 1500, b"x" * 1500]))
    assert (declared.status_code, declared.json()["code"]) == (413, "payload_too_large")
    assert (chunked.status_code, chunked.json()["code"]) == (413, "payload_too_large")


def test_a_route_that_never_answers_is_cut_off(client: TestClient) -> None:
    response = client.get("/api/v1/slow")
    assert (response.status_code, response.json()["code"]) == (504, "request_timeout")


def test_unknown_paths_and_methods_are_problems_too(client: TestClient) -> None:
    assert client.get("/api/v1/nothing").json()["code"] == "resource_not_found"
    response = client.delete("/api/v1/films")
    assert response.status_code == 405
    assert response.json()["code"] == "method_not_allowed"


def test_every_answer_carries_the_security_headers(client: TestClient) -> None:
    for path in ("/", "/api/v1/films", "/api/v1/nothing", "/api/v1/crash"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "unsafe" not in headers["content-security-policy"]


def test_a_request_id_that_is_not_well_formed_is_replaced(client: TestClient) -> None:
    given = "bad id with spaces"
    assert client.get("/api/health/live", headers={"X-Request-ID": given}).headers["x-request-id"] != given


def test_metrics_count_by_route_template(client: TestClient) -> None:
    client.get("/api/v1/films")
    text = client.get("/metrics").text
    assert 'matinee_http_requests_total{method="GET",route="/api/v1/films",status="200"} 1.0' in text


def test_metrics_are_not_for_strangers(client: TestClient) -> None:
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 401
    assert _client(address="8.8.8.8").get("/metrics").status_code == 401
    assert _client(address="192.168.1.7").get("/metrics").status_code == 200


def test_details_of_health_need_an_administrator(client: TestClient) -> None:
    assert client.get("/api/health").json()["status"] == "up"
    assert client.get("/api/health/details").status_code == 401


def test_openapi_describes_problems_and_the_explorer_needs_no_other_host(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    assert "correlation_id" in document["components"]["schemas"]["Problem"]["properties"]
    page = client.get("/docs").text
    assert "http:" not in page
    assert "https:" not in page
    assert client.get("/docs/assets/swagger-ui-bundle.js").status_code == 200
    assert client.get("/docs/assets/secrets.txt").status_code == 404
    assert 'id="rate_limited"' in client.get("/docs/errors").text


def test_the_ui_is_served_for_every_page_and_assets_for_ever(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text('<base href="/"><p>hello</p>' + " " * 600)
    (tmp_path / "assets" / "app-123.js").write_text("let a = 1;" * 100)
    client = _client("/tv", tmp_path)
    page = client.get("/tv/movies/movie-603")
    assert '<base href="/tv/">' in page.text
    asset = client.get("/tv/assets/app-123.js", headers={"Accept-Encoding": "gzip"})
    assert "immutable" in asset.headers["cache-control"]
    assert asset.headers["content-type"].startswith("text/javascript")
    assert client.get("/tv/assets/app-999.js").status_code == 404
    assert client.get("/tv/api/v1/films").status_code == 200


def test_problems_speak_the_readers_language(client: TestClient) -> None:
    german = client.get("/api/v1/nothing", headers={"Accept-Language": "pt;q=0.9, de-AT;q=0.8, en;q=0.2"})
    assert german.json()["title"] == "Nicht gefunden"
    assert german.headers["content-language"] == "de"
    assert client.get("/api/v1/nothing", headers={"Accept-Language": "fi"}).json()["title"] == "Not found"


def test_every_error_code_has_all_languages() -> None:
    for code in CATALOGUE:
        assert all(localized_title(code, language) for language in ("de", "es", "fr")), code


def test_head_is_get_without_the_body(client: TestClient) -> None:
    head, get = client.head("/api/v1/films"), client.get("/api/v1/films")
    assert head.content == b""
    assert head.headers["etag"] == get.headers["etag"]
    assert head.headers["content-length"] == get.headers["content-length"]


def test_a_batch_runs_each_part_for_itself() -> None:
    client = _client(time_limit=30)  # a crash is logged with all that was at hand, which takes its time
    paths = [
        "/films?fields=id",
        "/api/v1/films?limit=0",
        "/nothing",
        "/taken",
        "/crash",
        "/streaming/files/x",
        "/films?fields=id",
    ]
    known = client.get("/api/v1/films?fields=id").headers["etag"]
    parts: list[dict[str, str]] = [{"path": path} for path in paths]
    parts[-1]["if_none_match"] = known
    response = client.post("/api/v1/batch", json={"requests": parts})
    assert response.status_code == 200
    answers = response.json()["responses"]
    assert [answer["status"] for answer in answers] == [200, 400, 404, 409, 500, 406, 304]
    assert answers[0]["body"] == client.get("/api/v1/films?fields=id").json()
    assert answers[0]["headers"]["etag"] == known
    assert answers[3]["body"]["code"] == "conflict"
    assert answers[4]["body"]["code"] == "internal_error"
    assert answers[-1]["body"] is None
    assert len({answer["headers"]["x-request-id"] for answer in answers}) == len(answers)


@pytest.mark.parametrize("parts", [[], [{"path": "/films"}] * 21, [{"path": "films"}], [{"path": "/a b"}], [{}]])
def test_a_batch_that_is_not_one_is_refused(client: TestClient, parts: list[dict[str, str]]) -> None:
    assert client.post("/api/v1/batch", json={"requests": parts}).status_code == 422
