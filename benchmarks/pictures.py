"""Pictures: what it costs to make one in each format, to answer one that is there, and what the event loop notices of either.

`python -m benchmarks.pictures` prints the table alone.
"""

from __future__ import annotations

import asyncio
import io
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from pathlib import Path

from PIL import Image, ImageChops, ImageOps

from benchmarks.table import Figure, show
from matinee.features.catalog.contributors import MetadataProviders
from matinee.features.catalog.pictures import PictureKind, Pictures, assembled
from matinee.infra.clock import SystemClock
from matinee.ports.metadata import Found, ImageSize, NotFound, Outcome, TitleDetails, TitleMatch, TitleQuery
from matinee.providers.demo import pictures as artwork
from matinee.providers.demo.films import FILMS

MAKES: tuple[tuple[PictureKind, str], ...] = (("poster", "w342"), ("poster", "w780"), ("backdrop", "w1280"))
FORMATS = ("avif", "webp", "jpeg")
AGAIN = 1000


def measure(folder: Path) -> Iterator[Figure]:
    """The figures of pictures."""
    yield from asyncio.run(_measured(folder))


async def _measured(folder: Path) -> list[Figure]:
    provider = Drawn()
    pictures = assembled(folder / "kept", folder / "cache", 100_000_000, MetadataProviders((provider,)), SystemClock())
    figures = [figure async for figure in _making(pictures)]
    figures += await _answering(pictures)
    figures.append(await _loop(pictures))
    pictures.workshop.close()
    return figures


async def _making(pictures: Pictures) -> AsyncIterator[Figure]:
    for kind, size in MAKES:
        for form in FORMATS:
            costs, length = [], 0
            for number in range(5):
                name = f"drawn~{number}.jpg"
                await pictures.store.color_of(name)  # known, so that only the making counts
                before = pictures.workshop.figures.seconds
                shown = await pictures.store.variant(kind, size, name, f"image/{form}")
                costs.append(pictures.workshop.figures.seconds - before)
                length = len(shown.data)
            cost = 1000 * statistics.median(costs)
            note = f"{length / 1000:.0f} kB; decoding included"
            yield Figure("pictures", f"processor time of a {kind} {size}, {form}", cost, "ms", 150, note=note)


async def _answering(pictures: Pictures) -> list[Figure]:
    times = []
    for number in range(AGAIN):
        began = time.perf_counter()
        await pictures.store.variant("poster", "w342", f"drawn~{number % 5}.jpg", "image/avif")
        times.append(1000 * (time.perf_counter() - began))
    cut = statistics.quantiles(times, n=100)
    return [
        Figure("pictures", "a variant from the cache, median", statistics.median(times), "ms", note="one after another"),
        Figure("pictures", "a variant from the cache, 99th of 100", cut[98], "ms"),
    ]


async def _loop(pictures: Pictures) -> Figure:
    """The longest time for which the event loop did not turn while pictures were made, beside that of a loop at rest."""

    async def make() -> None:
        for number in range(5, 10):
            for form in FORMATS:
                await pictures.store.variant("poster", "w780", f"drawn~{number}.jpg", f"image/{form}")

    began = time.perf_counter()
    busy = await _longest_pause(make())
    rest = await _longest_pause(asyncio.sleep(time.perf_counter() - began))
    note = f"{1000 * rest:.0f} ms with nothing to do"
    return Figure("pictures", "longest pause of the event loop while pictures are made", 1000 * busy, "ms", note=note)


async def _longest_pause(work: Coroutine[None, None, None]) -> float:
    worst = 0.0
    async with asyncio.TaskGroup() as group:
        task = group.create_task(work)
        while not task.done():
            began = time.perf_counter()
            await asyncio.sleep(0)
            worst = max(worst, time.perf_counter() - began)
    return worst


class Drawn:
    """A provider of posters as grainy as those of films, in the sizes that an image host has."""

    name = "drawn"

    def __init__(self) -> None:
        self._posters = [_poster(number) for number in range(10)]
        self._encoded: dict[tuple[str, int | None], bytes] = {}
        for number, _ in enumerate(self._posters):
            for size in ((500, 750), (780, 1170), (1280, 720)):
                self._encoded[f"{number}.jpg", size[0]] = self._as_jpeg(number, size)

    async def match(self, query: TitleQuery) -> Outcome[Sequence[TitleMatch]]:
        return NotFound()

    async def title(self, title_id: str) -> Outcome[TitleDetails]:
        return NotFound()

    async def image(self, name: str, size: ImageSize | None = None) -> Outcome[bytes]:
        found = self._encoded.get((name, size.width if size else None))
        return NotFound() if found is None else Found(found)

    def _as_jpeg(self, number: int, size: tuple[int, int]) -> bytes:
        out = io.BytesIO()
        ImageOps.fit(self._posters[number], size, Image.Resampling.LANCZOS).save(out, "JPEG", quality=90)
        return out.getvalue()


def _poster(number: int) -> Image.Image:
    with Image.open(io.BytesIO(artwork.poster(FILMS[number % len(FILMS)]))) as small:
        large = small.convert("RGB").resize((1280, 1920), Image.Resampling.LANCZOS)
    return ImageChops.overlay(large, Image.effect_noise(large.size, 22).convert("RGB"))


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        show(list(measure(Path(folder))))


if __name__ == "__main__":
    main()
