"""The ffmpeg program: where it is, what it can do, and how it is run.

Nothing here uses ffprobe: the ffmpeg that comes bundled has none.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import re
import shutil
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

TAIL_LINES = 20
TAIL_LINE_BYTES = 2_000
_ASK_DEADLINE = timedelta(seconds=20)  # a cold, static 100 MB binary on a slow disk

# Playlists (hls, dash, concat and the like) are not here: a "video" that is one of them could make ffmpeg open other files.
ALLOWED_FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,asf,ogg,wtv,rm,mxf,nut,gxf,h264,hevc,m4v,dv,ivf,obu,"
    "srt,ass,webvtt,sup,lavfi"
)


class FfmpegMissing(Exception):
    """No usable ffmpeg was found."""


class FfmpegFailed(Exception):
    """ffmpeg ended with an error. `last_words` are its last lines on stderr."""

    def __init__(self, message: str, returncode: int, last_words: Sequence[str]) -> None:
        super().__init__(": ".join([message, *last_words[-1:]]))
        self.returncode = returncode
        self.last_words = tuple(last_words)


class FfmpegTimeout(FfmpegFailed):
    """ffmpeg did not end before the deadline and was killed."""


@dataclass(frozen=True, slots=True)
class MediaTools:
    """One ffmpeg. `major` is 0 for a build that does not say a version."""

    ffmpeg: Path
    version: str
    major: int
    encoders: frozenset[str]
    filters: frozenset[str]


@dataclass(frozen=True, slots=True)
class FfmpegResult:
    """How a run ended."""

    returncode: int
    stdout: bytes
    last_words: tuple[str, ...]
    seconds: float


def media_input(path: Path | str) -> list[str]:
    """`-i` for a local file, whatever its name; nothing but that file can be opened by it."""
    return ["-protocol_whitelist", "file", "-format_whitelist", ALLOWED_FORMATS, "-i", file_url(path)]


def file_url(path: Path | str) -> str:
    """A name that ffmpeg takes for a file and nothing else (not an option, not another protocol)."""
    return f"file:{Path(path).absolute()}"


async def find_media_tools(setting: Path | str | None = None) -> MediaTools:
    """The first ffmpeg that runs: the given one, the one on PATH, the bundled one.

    A given one that does not run is an error, not a reason to take another. Raises `FfmpegMissing`.
    """
    if setting is not None:
        return await describe_ffmpeg(Path(setting))
    reasons = []
    for path in filter(None, (shutil.which("ffmpeg"), bundled_ffmpeg())):
        try:
            return await describe_ffmpeg(Path(path))
        except FfmpegMissing as error:
            reasons.append(str(error))
    raise FfmpegMissing("; ".join(reasons) or "there is no ffmpeg on PATH and none came with the installation")


def bundled_ffmpeg() -> str | None:
    """The ffmpeg that the package imageio-ffmpeg carries, or None on a platform it has none for."""
    package = importlib.util.find_spec("imageio_ffmpeg")
    if package is None or package.origin is None:
        return None
    binaries = Path(package.origin).parent / "binaries"
    return next((str(path) for path in sorted(binaries.glob("ffmpeg-*")) if os.access(path, os.X_OK)), None)


async def describe_ffmpeg(path: Path) -> MediaTools:
    """Ask a binary for its version and abilities. Raises `FfmpegMissing` when it is not a working ffmpeg."""
    try:
        texts = await asyncio.gather(*(_ask(path, question) for question in ("-version", "-encoders", "-filters")))
    except (OSError, FfmpegFailed) as error:
        raise FfmpegMissing(f"{path} does not run as ffmpeg: {error}") from error
    found = re.match(r"ffmpeg version (\S+)", texts[0])
    if found is None:
        raise FfmpegMissing(f"{path} is not ffmpeg")
    number = re.match(r"n?(\d+)", found[1])
    return MediaTools(
        ffmpeg=path,
        version=found[1],
        major=int(number[1]) if number else 0,
        encoders=frozenset(re.findall(r"^ [VAS][.A-Z]{5} (\w+)", texts[1], re.MULTILINE)),
        filters=frozenset(re.findall(r"^ [.A-Z]{2,3} +(\w+) +\S+->\S+", texts[2], re.MULTILINE)),
    )


async def _ask(path: Path, question: str) -> str:
    result = await run_program(path, ["-hide_banner", question], deadline=_ASK_DEADLINE)
    if result.returncode != 0:
        raise FfmpegFailed(f"ffmpeg {question} failed", result.returncode, result.last_words)
    return result.stdout.decode(errors="replace")


async def run_ffmpeg(
    tools: MediaTools,
    args: Sequence[str],
    *,
    deadline: timedelta,
    stdin: bytes | None = None,
    nice: int = 0,
    max_output: int = 64 * 1024 * 1024,
    on_line: Callable[[str], Awaitable[None]] | None = None,
) -> FfmpegResult:
    """Run ffmpeg to its end and return what it wrote to stdout.

    Inputs belong in `media_input(path)`, outputs in `file_url(path)`, so that no file name is read as an option.
    Raises `FfmpegFailed` on a non-zero exit, `FfmpegTimeout` at the deadline. The process never outlives the call:
    the deadline, a cancellation and any error kill it.
    """
    result = await run_program(
        tools.ffmpeg,
        ["-hide_banner", "-nostdin", *args],
        deadline=deadline,
        stdin=stdin,
        nice=nice,
        max_output=max_output,
        on_line=on_line,
    )
    if result.returncode != 0:
        raise FfmpegFailed(f"ffmpeg ended with code {result.returncode}", result.returncode, result.last_words)
    return result


async def run_program(
    program: Path,
    args: Sequence[str],
    *,
    deadline: timedelta,
    stdin: bytes | None = None,
    nice: int = 0,
    max_output: int = 64 * 1024 * 1024,
    on_line: Callable[[str], Awaitable[None]] | None = None,
) -> FfmpegResult:
    """As `run_ffmpeg`, for any program and without judging its exit code."""
    began = time.monotonic()
    words: deque[str] = deque(maxlen=TAIL_LINES)
    process = await asyncio.create_subprocess_exec(
        str(program),
        *args,
        stdin=asyncio.subprocess.DEVNULL if stdin is None else asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=TAIL_LINE_BYTES * 32,
    )
    try:
        _set_priority(process.pid, nice)
        async with asyncio.timeout(deadline.total_seconds()):
            output = await _converse(process, stdin, max_output, words, on_line)
            code = await process.wait()
    except TimeoutError as error:
        raise FfmpegTimeout(f"{program.name} was not done after {deadline}", -9, tuple(words)) from error
    finally:
        await kill(process)
    return FfmpegResult(code, output, tuple(words), time.monotonic() - began)


async def kill(process: asyncio.subprocess.Process) -> None:
    """End a process at once and reap it; nothing happens when it has ended.

    What is left in its pipes is read and thrown away: asyncio counts a process as ended only when they are empty.
    """
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    await asyncio.shield(asyncio.gather(process.wait(), _drain(process.stdout), _drain(process.stderr)))


async def _drain(pipe: asyncio.StreamReader | None) -> None:
    with contextlib.suppress(RuntimeError):  # somebody else reads it
        while pipe is not None and await pipe.read(65536):
            pass


async def read_last_words(
    stream: asyncio.StreamReader, words: deque[str], on_line: Callable[[str], Awaitable[None]] | None = None
) -> None:
    """Empty a stderr pipe until it closes, keeping its last lines; a line without end cannot fill the memory."""
    rest = b""
    while chunk := await stream.read(8192):
        *lines, rest = re.split(rb"[\r\n]+", rest + chunk)
        rest = rest[-TAIL_LINE_BYTES:]
        for line in filter(None, lines):
            text = line[:TAIL_LINE_BYTES].decode(errors="replace")
            words.append(text)
            if on_line is not None:
                await on_line(text)
    if rest:
        words.append(rest.decode(errors="replace"))


async def _converse(
    process: asyncio.subprocess.Process,
    stdin: bytes | None,
    max_output: int,
    words: deque[str],
    on_line: Callable[[str], Awaitable[None]] | None,
) -> bytes:
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        async with asyncio.TaskGroup() as group:
            output = group.create_task(_read_output(process.stdout, max_output))
            group.create_task(read_last_words(process.stderr, words, on_line))
            if stdin is not None and process.stdin is not None:
                group.create_task(_feed(process.stdin, stdin))
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return output.result()


async def _read_output(stream: asyncio.StreamReader, limit: int) -> bytes:
    parts, size = [], 0
    while chunk := await stream.read(65536):
        size += len(chunk)
        if size > limit:
            raise FfmpegFailed(f"more than {limit} bytes of output", -9, ())
        parts.append(chunk)
    return b"".join(parts)


async def _feed(stream: asyncio.StreamWriter, data: bytes) -> None:
    # The program may end before it has read all; uvloop then says RuntimeError.
    with contextlib.suppress(BrokenPipeError, ConnectionResetError, RuntimeError):
        stream.write(data)
        await stream.drain()
    stream.close()


def _set_priority(pid: int, nice: int) -> None:
    if nice and hasattr(os, "setpriority"):
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, pid, nice)
