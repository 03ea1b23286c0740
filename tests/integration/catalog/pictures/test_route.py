"""Pictures over HTTP, behind the product's own inbound side."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from matinee.features.catalog.contributors import MetadataProviders
from matinee.features.catalog.pictures import Pictures, assembled
from matinee.features.catalog.routes.images import router
from matinee.infra.clock import ManualClock
from matinee.infra.feature import Container
from matinee.infra.http.answers.prebuilt import AnswerTable
from matinee.infra.http.answers.shared import SharedAnswers, SharedOptions
from matinee.infra.http.app import HttpOptions, create_app
from matinee.infra.http.caller import ALL_SCOPES, Authenticator, Caller
from matinee.infra.http.limits import LimitOptions, Limits
from matinee.infra.http.web import WebFiles
from matinee.infra.ids import UserId
from matinee.infra.media.pictures import sniff
from matinee.infra.observability import Metrics
from matinee.ports.cdn import Cdn, NoCdn
from matinee.ports.metadata import Unavailable
from matinee.providers.plain_cdn import PlainCdn
from tests.fixtures.metadata import RecordedMetadata, picture

pytestmark = pytest.mark.anyio
POSTER = "/images/poster/w342/tmdb~!lantern-poster.jpg"
LASTING = "max-age=2592000, stale-while-revalidate=2592000, immutable"


class Named:
    """Whoever names himself in `X-Api-Key` is in; `nothing` has no scope."""

    async def authenticate(self, method: str, headers: Mapping[str, str], cookies: Mapping[str, str]) -> Caller | None:
        name = headers.get("x-api-key")
        if name is None:
            return None
        scopes = frozenset() if name == "nothing" else ALL_SCOPES
        return Caller(UserId(name), name, "user", "api", scopes, "api_key", "k")


@pytest.fixture
def provider() -> RecordedMetadata:
    return RecordedMetadata()


@pytest.fixture
def pictures(tmp_path: Path, clock: ManualClock, provider: RecordedMetadata) -> Pictures:
    return assembled(tmp_path / "kept", tmp_path / "cache", 10_000_000, MetadataProviders((provider,)), clock)


@asynccontextmanager
async def serving(
    pictures: Pictures, cdn: Cdn | None = None, *, public: bool = False, limits: Limits | None = None
) -> AsyncIterator[httpx2.AsyncClient]:
    container, clock, metrics, cdn = Container(), ManualClock(), Metrics(), cdn or NoCdn()
    container.add(Metrics, metrics)
    container.add(Pictures, pictures)
    container.add(Cdn, cdn)  # type: ignore[type-abstract]  # a Protocol as a key
    container.add(Authenticator, Named())  # type: ignore[type-abstract]  # a Protocol as a key
    table = AnswerTable(1_000_000, metrics)
    container.add(
        SharedAnswers, SharedAnswers(table, Limits() if limits is None else limits, clock, SharedOptions(public=public), metrics)
    )

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        yield

    options = HttpOptions(image_origin=cdn.image_origin)
    app = create_app(container, [router], options=options, web=WebFiles(None, ""), lifespan=lifespan)
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app), base_url="http://localhost/api/v1", headers={"x-api-key": "anna"}
    ) as client:
        yield client


@pytest.fixture
async def client(pictures: Pictures) -> AsyncIterator[httpx2.AsyncClient]:
    async with serving(pictures) as found:
        yield found


async def test_by_accept(client: httpx2.AsyncClient) -> None:
    tags = set()
    for accept, media_type in (
        ("image/avif,image/webp,*/*", "image/avif"),
        ("image/avif;q=0.1,image/webp", "image/webp"),
        ("*/*", "image/jpeg"),
    ):
        answer = await client.get(POSTER, headers={"accept": accept})
        assert answer.status_code == 200
        assert answer.headers["content-type"] == media_type == sniff(answer.content)
        assert answer.headers["cache-control"] == f"public, {LASTING}"
        assert (answer.headers["vary"], answer.headers["cdn-cache-control"]) == ("Accept", "no-store")
        assert int(answer.headers["content-length"]) == len(answer.content)
        tags.add(answer.headers["etag"])
    assert len(tags) == 3


async def test_the_same_request_gets_the_same_answer_from_the_cache(client: httpx2.AsyncClient) -> None:
    first, second = [await client.get(POSTER, headers={"accept": "image/avif"}) for _ in range(2)]
    assert first.content == second.content
    assert first.headers["etag"] == second.headers["etag"]


async def test_a_client_that_has_it_is_told_so(client: httpx2.AsyncClient) -> None:
    first = await client.get(POSTER)
    for header in (first.headers["etag"], f'"x", W/{first.headers["etag"]}', "*"):
        again = await client.get(POSTER, headers={"if-none-match": header})
        assert (again.status_code, again.content) == (304, b"")
        assert {name: again.headers[name] for name in ("etag", "cache-control", "vary")} == {
            name: first.headers[name] for name in ("etag", "cache-control", "vary")
        }
    assert (await client.get(POSTER, headers={"if-none-match": '"x"'})).status_code == 200


async def test_head_is_get_without_the_picture(client: httpx2.AsyncClient) -> None:
    got, head = await client.get(POSTER), await client.head(POSTER)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("etag", "content-type", "content-length", "cache-control", "vary"):
        assert head.headers[name] == got.headers[name]


async def test_a_format_by_name(client: httpx2.AsyncClient) -> None:
    answer = await client.get(f"{POSTER}?format=webp", headers={"accept": "image/avif"})
    assert answer.headers["content-type"] == "image/webp"
    assert not {"vary", "cdn-cache-control"} & set(answer.headers), "the same for everybody"
    for query in ("?format=bmp", "?format=", "?form=webp", "?format=webp&format=avif"):
        assert (await client.get(POSTER + query)).status_code in {400, 422}


async def test_the_original_comes_as_it_is(client: httpx2.AsyncClient, provider: RecordedMetadata) -> None:
    answer = await client.get("/images/poster/original/tmdb~!lantern-poster.jpg", headers={"accept": "image/avif"})
    assert (answer.content, answer.headers["content-type"]) == (provider.pictures["/lantern-poster.jpg"], "image/jpeg")
    assert "vary" not in answer.headers


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/images/poster/w342/tmdb~missing.jpg", 404, "resource_not_found"),
        ("/images/poster/w9/tmdb~!lantern-poster.jpg", 404, "resource_not_found"),
        ("/images/poster/w342/local~..%2f..%2fsecret", 404, "resource_not_found"),
        ("/images/poster/w342/tmdb~..!x", 404, "resource_not_found"),
        ("/images/poster/w342/tmdb~%2F%2Fhost%2Fx.jpg", 404, "resource_not_found"),
        ("/images/poster/w342/tmdb~!!host!x.jpg", 404, "resource_not_found"),
        ("/images/poster/w342/http:%2F%2Fhost%2Fx.jpg", 404, "resource_not_found"),
        ("/images/poster/w342/tmdb~x@host", 404, "resource_not_found"),
        ("/images/poster/original/%2e%2e", 404, "resource_not_found"),
        ("/images/poster/w342/tmdb~%00.jpg", 422, "validation_failed"),
        ("/images/poster/w342/" + "a" * 301, 422, "validation_failed"),
        ("/images/banner/w342/tmdb~x.jpg", 422, "validation_failed"),
        ("/images/poster/w342/tmdb~broken.jpg", 502, "upstream_rejected"),
        ("/images/poster/w342/tmdb~words.jpg", 502, "upstream_rejected"),
    ],
)
async def test_what_cannot_be_had_is_a_problem_that_no_cache_keeps(
    client: httpx2.AsyncClient, provider: RecordedMetadata, path: str, status: int, code: str
) -> None:
    provider.pictures = {"broken.jpg": picture()[:400], "words.jpg": b"<html>"}
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"


async def test_a_provider_that_is_away_says_when_to_come_again(client: httpx2.AsyncClient, provider: RecordedMetadata) -> None:
    provider.trouble = Unavailable("away")
    answer = await client.get(POSTER)
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "upstream_unavailable", "5")


async def test_a_stopgap_is_not_kept(client: httpx2.AsyncClient, provider: RecordedMetadata) -> None:
    await client.get(POSTER)
    provider.trouble = Unavailable("away")
    answer = await client.get(POSTER.replace("w342", "w780"))
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "private, max-age=60")


async def test_who_may_look(pictures: Pictures) -> None:
    async with serving(pictures) as client:
        assert (await client.get(POSTER, headers={"x-api-key": "nothing"})).status_code == 403
        del client.headers["x-api-key"]
        assert (await client.get(POSTER)).status_code == 401
    async with serving(pictures, public=True) as client:
        del client.headers["x-api-key"]
        assert (await client.get(POSTER)).status_code == 200


async def test_pictures_of_ones_own_stay_out_of_shared_caches_unless_all_is_public(pictures: Pictures) -> None:
    name, _ = await pictures.store.keep(picture())
    for public, word in ((False, "private"), (True, "public")):
        async with serving(pictures, public=public) as client:
            answer = await client.get(f"/images/poster/w185/{name}")
            assert answer.headers["cache-control"] == f"{word}, {LASTING}"


async def test_a_cdn_may_show_them_on_pages_of_this_server(pictures: Pictures) -> None:
    async with serving(pictures, PlainCdn("https://cdn.example"), public=True) as client:
        answer = await client.get(f"{POSTER}?format=webp")
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert "img-src 'self' https://cdn.example data:" in answer.headers["content-security-policy"]
    async with serving(pictures) as client:
        answer = await client.get(POSTER)
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "img-src 'self' data:" in answer.headers["content-security-policy"]


async def test_pictures_that_must_be_made_count_for_their_caller_and_those_that_are_there_do_not(
    pictures: Pictures, provider: RecordedMetadata
) -> None:
    provider.pictures = {f"/number-{number}.jpg": picture() for number in range(11)}
    limits = Limits(LimitOptions.changed({"api.miss": 1, "anonymous.miss": 1}))  # so ten pictures
    addresses = [f"/images/poster/w342/tmdb~!number-{number}.jpg" for number in range(11)]
    async with serving(pictures, public=True, limits=limits) as client:
        assert [(await client.get(address)).status_code for address in addresses[:10] * 2] == [200] * 20
        refused = await client.get(addresses[10])
        assert refused.status_code == 429
        assert refused.json()["code"] == "rate_limited"
        assert int(refused.headers["retry-after"]) > 0
        assert (await client.get(addresses[0])).status_code == 200
        del client.headers["x-api-key"]
        assert (await client.get(addresses[10])).status_code == 200, "another caller has a count of their own"
