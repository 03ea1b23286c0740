"""Pictures of an image host that fails in every way: fetched once, no larger than needed, and never asked for in vain."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from prometheus_client import CollectorRegistry, generate_latest

from matinee.features.catalog.contributors import MetadataProviders
from matinee.features.catalog.errors import PictureNotFound, PictureRefused, PictureUnavailable
from matinee.features.catalog.pictures import PictureBroken, Pictures, PicturesBusy, assembled, originals, placeholder_colour
from matinee.infra.clock import ManualClock
from matinee.infra.errors import MatineeError
from matinee.infra.media.pictures import sniff
from matinee.infra.upstream import Upstreams
from matinee.ports.metadata import Found, ImageSize, MetadataProvider, NotFound, Outcome
from matinee.providers.tmdb import TmdbOptions, TmdbProvider, api_policy, image_policy
from tests.fixtures.metadata import RecordedMetadata, picture
from tests.servers.fake_tmdb import KEY, FakeTmdb, Trouble

pytestmark = pytest.mark.anyio
NAME = "tmdb~lantern.jpg"
CHROME = "image/avif,image/webp,*/*;q=0.8"


@dataclass
class Stand:
    """Pictures before the provider for TMDB, before an image host of the test's own."""

    pictures: Pictures
    host: FakeTmdb
    clock: ManualClock
    folder: Path
    registry: CollectorRegistry

    def asked(self, size: str, name: str = "lantern.jpg") -> int:
        return self.host.count(f"/t/p/{size}/{name}")

    @property
    def all_asked(self) -> int:
        return sum(number for path, number in self.host.calls.items() if path.startswith("/t/p/"))


@pytest.fixture
async def stand(fake_tmdb: FakeTmdb, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Stand]:
    options = TmdbOptions(key=KEY, base_urls=(fake_tmdb.api_url,), image_url=fake_tmdb.image_url)
    # The picture's clock is the test's; the upstream's own waits are real and short.
    upstreams = Upstreams(SteadyClock(), CollectorRegistry())
    provider = TmdbProvider(
        upstreams.add(api_policy(options), kind="metadata"), upstreams.add(image_policy(options), kind="images"), clock, options
    )
    registry = CollectorRegistry()
    pictures = _assembled(tmp_path, clock, provider, registry)
    yield Stand(pictures, fake_tmdb, clock, tmp_path, registry)
    await upstreams.aclose()


class SteadyClock(ManualClock):
    """Stands still, and lets nobody wait: retries come at once."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


def _assembled(
    folder: Path,
    clock: ManualClock,
    provider: MetadataProvider,
    registry: CollectorRegistry | None = None,
    limit: int = 50_000_000,
) -> Pictures:
    return assembled(folder / "kept", folder / "cache", limit, MetadataProviders((provider,)), clock, registry)


async def test_every_size_comes_from_the_smallest_source_that_serves(stand: Stand) -> None:
    store = stand.pictures.store
    for size in ("w92", "w154", "w185", "w342", "w500"):
        shown = await store.variant("poster", size, NAME, CHROME)
        with Image.open(io.BytesIO(shown.data)) as opened:
            assert (shown.media_type, opened.width) == ("image/avif", int(size[1:]))
    assert (stand.asked("w500"), stand.all_asked) == (1, 1)
    await store.variant("poster", "w780", NAME, CHROME)
    assert (stand.asked("w780"), stand.asked("original")) == (1, 0)
    original = await store.variant("poster", "original", NAME, CHROME)
    assert (original.media_type, original.negotiated) == ("image/jpeg", False)
    assert (stand.asked("original"), stand.all_asked) == (1, 3)
    await store.variant("profile", "w45", "tmdb~ada.jpg", "")
    await store.variant("profile", "h632", "tmdb~ada.jpg", "")
    await store.variant("backdrop", "w300", "tmdb~wide.jpg", "")
    await store.variant("still", "w92", "tmdb~still.jpg", "")
    assert (stand.asked("h632", "ada.jpg"), stand.asked("w185", "ada.jpg")) == (1, 1)
    assert (stand.asked("w780", "wide.jpg"), stand.asked("w300", "still.jpg")) == (1, 1)


async def test_a_wider_source_that_is_there_already_is_used(stand: Stand) -> None:
    await stand.pictures.store.variant("poster", "w780", NAME, "")
    await stand.pictures.store.variant("poster", "w185", NAME, "")
    assert (stand.asked("w780"), stand.all_asked) == (1, 1)


async def test_formats(stand: Stand) -> None:
    seen = {}
    for accept in ("image/avif", "image/webp", "*/*"):
        shown = await stand.pictures.store.variant("poster", "w342", NAME, accept)
        seen[accept] = shown.digest
        assert sniff(shown.data) == shown.media_type
        assert shown.negotiated
    assert len(set(seen.values())) == 3
    logo = await stand.pictures.store.variant("logo", "w185", "tmdb~studio.png", "*/*")
    asked_for = await stand.pictures.store.variant("poster", "w342", NAME, "image/avif", "webp")
    assert (logo.media_type, asked_for.media_type, asked_for.negotiated) == ("image/png", "image/webp", False)
    assert asked_for.digest == seen["image/webp"]
    assert stand.asked("w500") == 1


async def test_many_who_ask_at_once_cause_one_fetch(stand: Stand) -> None:
    stand.host.latency = 0.05
    sizes = [("poster", size) for size in ("w92", "w185", "w342", "w500")] * 10
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(stand.pictures.store.variant("poster", size, NAME, CHROME)) for _, size in sizes]
    assert len({task.result().digest for task in tasks}) == 4
    assert stand.all_asked == 1
    assert stand.pictures.workshop.figures.done == 4


async def test_a_missing_picture_is_asked_for_once_in_ten_minutes(stand: Stand) -> None:
    for _ in range(3):
        with pytest.raises(PictureNotFound):
            await stand.pictures.store.variant("poster", "w342", "tmdb~missing.jpg", "")
    assert stand.asked("w500", "missing.jpg") == 1
    await stand.clock.advance(601)
    with pytest.raises(PictureNotFound):
        await stand.pictures.store.variant("poster", "w342", "tmdb~missing.jpg", "")
    assert stand.asked("w500", "missing.jpg") == 2
    assert stand.pictures.originals.figures.spared == 2


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble(500),
        Trouble(503, b"<html>", {"Content-Type": "text/html"}),
        Trouble(429, headers={"Retry-After": "20"}),
        Trouble(action="reset"),
        Trouble(action="truncate"),
        Trouble(200, b"<html>a portal that wants a login</html>", {"Content-Type": "text/html"}),
        Trouble(200, b""),
        Trouble(200, b"\xff\xd8\xff" + bytes(21 * 1024 * 1024), {"Content-Type": "image/jpeg"}),
        Trouble(302, headers={"Location": "http://127.0.0.1:1/t/p/w500/lantern.jpg"}),
        Trouble(403),
    ],
    ids=["500", "503", "429", "reset", "truncated", "not a picture", "empty", "too large", "redirect", "403"],
)
async def test_a_host_that_fails_is_left_alone_for_a_moment_and_asked_again_later(stand: Stand, trouble: Trouble) -> None:
    stand.host.trouble(trouble)
    for _ in range(4):
        with pytest.raises((PictureUnavailable, PictureBroken)) as raised:
            await stand.pictures.store.variant("poster", "w342", NAME, "")
        assert raised.value.spec.status in {502, 503}
        assert raised.value.retry_after is not None
        assert 0 < raised.value.retry_after <= 600
    assert 1 <= stand.all_asked <= 4, "the upstream's own retries, once"
    stand.host.calm()
    asked = stand.all_asked
    with pytest.raises(MatineeError):
        await stand.pictures.store.variant("poster", "w342", NAME, "")
    assert stand.all_asked == asked


async def test_a_host_that_is_back_is_asked_again(stand: Stand) -> None:
    stand.host.trouble(Trouble(500))
    with pytest.raises(PictureUnavailable):
        await stand.pictures.store.variant("poster", "w342", NAME, "")
    stand.host.calm()
    await stand.clock.advance(61)
    assert (await stand.pictures.store.variant("poster", "w342", NAME, "")).media_type == "image/jpeg"


async def test_no_redirect_leads_to_another_host(stand: Stand) -> None:
    with FakeTmdb() as other:
        stand.host.trouble(Trouble(302, headers={"Location": f"{other.image_url}w500/lantern.jpg"}))
        with pytest.raises(MatineeError):
            await stand.pictures.store.variant("poster", "w342", NAME, "")
        assert sum(other.calls.values()) == 0


@pytest.mark.parametrize(
    "name",
    [
        "tmdb~..",
        "tmdb~!..!..!etc!passwd",
        "tmdb~!!127.0.0.1!x.jpg",
        "tmdb~%2e%2e",
        "tmdb~a%2fb.jpg",
        "tmdb~me@127.0.0.1",
        "tmdb~a?b",
        "tmdb~a#b",
        "tmdb~.jpg",
        "tmdb~a\\b",
        "tmdb~a:b",
        "tmdb~",
        "tmdb",
        "~x.jpg",
        "TMDB~x.jpg",
        "nobody~x.jpg",
        "local~..",
        "local~" + "a" * 31,
        "local~" + "a" * 32,
        "tmdb~sub!x.jpg",
        "tmdb~x.jpg\n",
        "tmdb~x\x00.jpg",
    ],
)
async def test_odd_names_reach_nobody(stand: Stand, name: str) -> None:
    for size in ("w342", "original"):
        with pytest.raises(PictureNotFound):
            await stand.pictures.store.variant("poster", size, name, "")
    assert stand.all_asked == 0


async def test_bytes_that_only_look_like_a_picture_are_a_clear_error_and_not_kept(stand: Stand) -> None:
    stand.host.trouble(Trouble(200, picture()[:500], {"Content-Type": "image/jpeg"}))
    for size in ("w342", "w185"):
        with pytest.raises(PictureBroken) as raised:
            await stand.pictures.store.variant("poster", size, NAME, CHROME)
        assert (raised.value.code, raised.value.spec.status) == ("upstream_rejected", 502)
    assert stand.asked("w500") == 1
    with pytest.raises(PictureBroken):
        await stand.pictures.store.color_of(NAME)
    stand.host.calm()
    await stand.clock.advance(601)
    assert (await stand.pictures.store.variant("poster", "w342", NAME, CHROME)).media_type == "image/avif"


async def test_what_was_seen_is_there_without_the_host_also_after_a_restart(stand: Stand) -> None:
    before = await stand.pictures.store.variant("poster", "w342", NAME, CHROME)
    stand.host.trouble(Trouble(action="reset"))
    again = _assembled(stand.folder, stand.clock, RecordedMetadata("tmdb"))
    await stand.clock.advance(timedelta(days=170).total_seconds())
    assert await again.store.variant("poster", "w342", NAME, CHROME) == before
    other = await again.store.variant("poster", "w185", NAME, CHROME)
    assert not other.provisional, "made from the source that is there"


async def test_a_size_that_was_never_fetched_is_made_from_a_smaller_one_while_the_host_is_away(stand: Stand) -> None:
    await stand.pictures.store.variant("poster", "w342", NAME, CHROME)
    stand.host.trouble(Trouble(500))
    stopgap = await stand.pictures.store.variant("poster", "w780", NAME, CHROME)
    with Image.open(io.BytesIO(stopgap.data)) as opened:
        assert (opened.width, stopgap.provisional) == (500, True)
    stand.host.calm()
    await stand.clock.advance(61)
    better = await stand.pictures.store.variant("poster", "w780", NAME, CHROME)
    with Image.open(io.BytesIO(better.data)) as opened:
        assert (opened.width, better.provisional) == (780, False)
    assert better.digest != stopgap.digest


async def test_nothing_of_a_provider_is_kept_for_more_than_half_a_year(stand: Stand) -> None:
    """Neither the source nor what was made of it later."""
    await stand.pictures.store.variant("poster", "w342", NAME, "")
    await stand.clock.advance(timedelta(days=100).total_seconds())
    await stand.pictures.store.variant("poster", "w185", NAME, "")
    await stand.clock.advance(timedelta(days=80).total_seconds())
    assert await stand.pictures.cache.sweep() == 3
    assert [path.name for path in (stand.folder / "cache").rglob("*") if path.is_file()] == [".ledger", "colours"]
    await stand.pictures.store.variant("poster", "w342", NAME, "")
    assert stand.asked("w500") == 2


async def test_the_upkeep_does_that_every_day(stand: Stand) -> None:
    await stand.pictures.store.variant("poster", "w342", NAME, "")
    async with stand.pictures.kept_up():
        await _until(lambda: stand.clock.sleepers > 0)
        await stand.clock.advance(timedelta(days=180).total_seconds())
        await _until(lambda: not any((stand.folder / "cache").glob("??/*")))


async def _until(condition) -> None:  # type: ignore[no-untyped-def]  # a test's own
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.001)


async def test_colours(stand: Stand) -> None:
    store = stand.pictures.store
    assert store.placeholder(None) is None
    assert store.placeholder(NAME) == placeholder_colour(NAME)
    await store.variant("poster", "w342", NAME, "")
    own = store.placeholder(NAME)
    assert own != placeholder_colour(NAME)
    assert own == await store.color_of(NAME)
    again = _assembled(stand.folder, stand.clock, RecordedMetadata("tmdb"))
    async with again.kept_up():
        await _until(lambda: again.store.placeholder(NAME) == own)
    assert await store.color_of("tmdb~other.jpg") == store.placeholder("tmdb~other.jpg")


async def test_pictures_of_ones_own(stand: Stand) -> None:
    name, color = await stand.pictures.store.keep(picture((20, 160, 40)))
    assert color == stand.pictures.store.placeholder(name)
    shown = await stand.pictures.store.variant("poster", "w185", name, CHROME)
    assert (shown.media_type, shown.local) == ("image/avif", True)
    original = await stand.pictures.store.variant("poster", "original", name)
    assert original.data == picture((20, 160, 40))
    for data in (b"", b"<svg/>", picture()[:300], b"\xff\xd8\xff" + bytes(21 * 1024 * 1024)):
        with pytest.raises(PictureRefused):
            await stand.pictures.store.keep(data)
    kept = next((stand.folder / "kept").glob("??/*"))
    kept.write_bytes(b"\xff\xd8\xff damaged")
    with pytest.raises(PictureBroken):
        await stand.pictures.store.variant("poster", "w780", name, CHROME)


async def test_sizes_belong_to_their_kind(stand: Stand) -> None:
    for size in ("w1280", "h632", "w341", "w0", "original ", "W342", "", "w342/../x"):
        with pytest.raises(PictureNotFound):
            await stand.pictures.store.variant("poster", size, NAME, "")
    assert stand.all_asked == 0


class Endless:
    """A provider whose pictures all differ, of 40 kB each."""

    name = "endless"

    async def image(self, name: str, size: ImageSize | None = None) -> Outcome[bytes]:
        number = int(name.removesuffix(".jpg"))
        if number < 0:
            return NotFound()
        return Found(picture((number % 256, number // 256, 90)) + bytes(40_000))


async def test_the_cache_keeps_to_its_cap_whatever_is_asked_for(clock: ManualClock, tmp_path: Path) -> None:
    pictures = _assembled(tmp_path, clock, Endless(), limit=1_000_000)  # type: ignore[arg-type]  # only its pictures matter
    for number in range(60):
        await pictures.store.variant("poster", "w92", f"endless~{number}.jpg", "")
        assert sum(path.stat().st_size for path in (tmp_path / "cache").glob("??/*")) <= 1_000_000
    assert pictures.cache.figures.evicted > 0


async def test_making_pictures_leaves_the_event_loop_alone(clock: ManualClock, tmp_path: Path) -> None:
    """While large pictures are decoded and encoded, the loop turns."""
    provider = RecordedMetadata("tmdb")
    noise = Image.effect_noise((1600, 2400), 60).convert("RGB")
    out = io.BytesIO()
    noise.save(out, "JPEG", quality=92)
    provider.pictures = {"a.jpg": out.getvalue()}
    pictures = _assembled(tmp_path, clock, provider)
    turns, making = 0, True

    async def turning() -> None:
        nonlocal turns
        while making:
            turns += 1
            await asyncio.sleep(0.001)

    async with asyncio.TaskGroup() as group:
        group.create_task(turning())
        for accept in ("image/avif", "image/webp", "image/jpeg"):
            await pictures.store.variant("poster", "w780", "tmdb~a.jpg", accept)
        making = False
    assert turns > 20


async def test_figures(stand: Stand) -> None:
    await stand.pictures.store.variant("poster", "w342", NAME, CHROME)
    await stand.pictures.store.variant("poster", "w342", NAME, CHROME)
    with pytest.raises(PictureNotFound):
        await stand.pictures.store.variant("poster", "w342", "tmdb~missing.jpg", "")
    text = generate_latest(stand.registry).decode()
    for line in (
        "matinee_picture_cache_limit_bytes 5e+07",
        'matinee_picture_cache_lookups_total{result="hit"} 1.0',
        "matinee_picture_work_done_total 1.0",
        'matinee_picture_work{state="waiting"} 0.0',
        'matinee_picture_fetched_total{outcome="found"} 1.0',
        'matinee_picture_fetched_total{outcome="not_found"} 1.0',
    ):
        assert line in text


class Hanging:
    """A provider that does not answer before it is let go."""

    name = "hanging"

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.asked = 0

    async def image(self, name: str, size: ImageSize | None = None) -> Outcome[bytes]:
        self.asked += 1
        await self.go.wait()
        return Found(picture())


async def test_a_provider_that_hangs_is_given_up_and_left_alone(
    clock: ManualClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(originals, "_FETCH_SECONDS", 0.05)
    provider = Hanging()
    pictures = _assembled(tmp_path, clock, provider)  # type: ignore[arg-type]  # only its pictures matter
    for _ in range(3):
        with pytest.raises(PictureUnavailable) as raised:
            await pictures.store.variant("poster", "w342", "hanging~a.jpg", "")
        assert raised.value.retry_after == 60
    assert provider.asked == 1
    assert (pictures.originals.figures.running, pictures.originals.figures.waiting) == (0, 0)


async def test_few_are_fetched_at_once_few_wait_and_the_others_are_told_to_come_again(
    clock: ManualClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(originals, "_WAITING", 5)
    provider = Hanging()
    pictures = _assembled(tmp_path, clock, provider)  # type: ignore[arg-type]  # only its pictures matter
    figures = pictures.originals.figures

    async def ask(number: int) -> str:
        try:
            return (await pictures.store.variant("poster", "w342", f"hanging~{number}.jpg", "")).media_type
        except PicturesBusy as busy:
            return f"busy {busy.retry_after}"

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(ask(number)) for number in range(16)]
        await _until(lambda: sum(task.done() for task in tasks) == 3)
        assert (figures.running, figures.waiting, provider.asked) == (8, 5, 8)
        provider.go.set()
    answers = [task.result() for task in tasks]
    assert (answers.count("image/jpeg"), answers.count("busy 2")) == (13, 3)
    assert await ask(answers.index("busy 2")) == "image/jpeg", "nothing bad is remembered of it"


async def test_a_place_that_does_not_come_free_is_not_waited_for_for_ever(
    clock: ManualClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(originals, "_QUEUE_SECONDS", 0.05)
    provider = Hanging()
    pictures = _assembled(tmp_path, clock, provider)  # type: ignore[arg-type]  # only its pictures matter
    async with asyncio.TaskGroup() as group:
        held = [group.create_task(pictures.store.variant("poster", "w342", f"hanging~{number}.jpg", "")) for number in range(8)]
        await _until(lambda: provider.asked == 8)
        with pytest.raises(PicturesBusy):
            await pictures.store.variant("poster", "w342", "hanging~late.jpg", "")
        provider.go.set()
    assert all(task.result().media_type == "image/jpeg" for task in held)


async def test_more_work_than_may_wait_is_refused(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    await stand.pictures.store.variant("poster", "w342", NAME, "")
    monkeypatch.setattr(stand.pictures.workshop, "_places", 0)
    with pytest.raises(PicturesBusy) as raised:
        await stand.pictures.store.variant("poster", "w185", NAME, "")
    assert (raised.value.spec.status, raised.value.retry_after) == (503, 2)
    assert (await stand.pictures.store.variant("poster", "w342", NAME, "")).media_type == "image/jpeg", "what is there is sent"
