from __future__ import annotations

import asyncio
import os
import shutil
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from matinee.infra.media.tools import (
    FfmpegFailed,
    FfmpegMissing,
    FfmpegTimeout,
    MediaTools,
    describe_ffmpeg,
    file_url,
    find_media_tools,
    kill,
    media_input,
    run_ffmpeg,
    run_program,
)
from tests.fixtures.clips import Clips

pytestmark = pytest.mark.anyio
QUICK = timedelta(seconds=20)
ENDLESS = ["-v", "error", "-re", "-f", "lavfi", "-i", "testsrc2", "-f", "null", "-"]


def ffmpegs_of_this_process() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "ffmpeg" in child.name()]


async def test_describes_version_encoders_and_filters(tools: MediaTools) -> None:
    assert tools.major >= 4
    assert {"libx264", "aac", "mjpeg"} <= tools.encoders
    assert {"scale", "thumbnail", "tile", "fps", "tpad"} <= tools.filters


async def test_the_given_ffmpeg_is_taken_before_any_other(tools: MediaTools, tmp_path: Path) -> None:
    given = tmp_path / "my ffmpeg"
    given.symlink_to(tools.ffmpeg)
    assert (await find_media_tools(given)).ffmpeg == given


@pytest.mark.parametrize("given", ["/nonexistent/ffmpeg", shutil.which("true"), shutil.which("cat")])
async def test_a_given_program_that_is_not_ffmpeg_is_an_error_not_a_fallback(given: str) -> None:
    with pytest.raises(FfmpegMissing, match="ffmpeg"):
        await find_media_tools(given)


async def test_without_a_setting_the_one_on_path_or_the_bundled_one_is_found() -> None:
    assert (await find_media_tools()).ffmpeg.exists()


async def test_without_one_on_path_the_bundled_one_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert "imageio_ffmpeg" in str((await find_media_tools()).ffmpeg)


async def test_a_broken_one_on_path_does_not_hide_the_bundled_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "ffmpeg"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.defpath}")
    assert "imageio_ffmpeg" in str((await find_media_tools()).ffmpeg)


@pytest.mark.parametrize(("text", "major"), [("n9.0.2-17-g2a", 9), ("5.1.9-0+deb12u1", 5), ("N-110000-gdeadbeef", 0)])
async def test_reads_the_number_of_every_style_of_version(text: str, major: int, tmp_path: Path) -> None:
    program = tmp_path / "ffmpeg"
    program.write_text(f"#!/bin/sh\necho 'ffmpeg version {text} Copyright'\n")
    program.chmod(0o755)
    found = await describe_ffmpeg(program)
    assert (found.version, found.major) == (text, major)


ODD_NAMES = [
    b"-i.mp4",
    b"50%d %03d.mp4",
    b"a:b|c.mp4",
    b"new\nline.mp4",
    b"caf\xe9.mp4",
    "日本 🎬.mp4".encode(),
    b"'quoted' \"x\".mp4",
]


@pytest.mark.parametrize("name", ODD_NAMES)
async def test_reads_a_file_of_any_name(name: bytes, tools: MediaTools, clips: Clips, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(name)
    shutil.copy(clips.path("film.mp4"), path)
    result = await run_ffmpeg(tools, ["-v", "error", *media_input(path), "-t", "0.2", "-f", "framecrc", "-"], deadline=QUICK)
    assert b"#dimensions 0: 320x180" in result.stdout


async def test_writes_a_file_of_a_name_like_an_option(tools: MediaTools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    source = ["-v", "error", "-f", "lavfi", "-i", "color=size=16x16:duration=0.1", "-frames:v", "1", "-f", "image2pipe"]
    await run_ffmpeg(tools, [*source, file_url("-y.jpg")], deadline=QUICK)
    assert (tmp_path / "-y.jpg").stat().st_size > 0


async def test_a_playlist_in_disguise_opens_nothing(tools: MediaTools, clips: Clips, tmp_path: Path) -> None:
    shutil.copy(clips.path("film.mp4"), tmp_path / "film.mp4")
    for name, content in {
        "hls.mp4": clips.path("playlist.mp4").read_text(),
        "concat.mp4": "ffconcat version 1.0\nfile film.mp4\n",
    }.items():
        (tmp_path / name).write_text(content)
        with pytest.raises(FfmpegFailed):
            await run_ffmpeg(tools, ["-v", "error", *media_input(tmp_path / name), "-f", "null", "-"], deadline=QUICK)


async def test_a_failure_carries_the_last_words(tools: MediaTools, tmp_path: Path) -> None:
    with pytest.raises(FfmpegFailed) as caught:
        await run_ffmpeg(tools, ["-v", "error", *media_input(tmp_path / "missing.mp4"), "-f", "null", "-"], deadline=QUICK)
    assert "No such file" in " ".join(caught.value.last_words)
    assert caught.value.returncode != 0


async def test_the_deadline_kills(tools: MediaTools) -> None:
    with pytest.raises(FfmpegTimeout):
        await run_ffmpeg(tools, ENDLESS, deadline=timedelta(seconds=0.3))
    assert ffmpegs_of_this_process() == []


async def test_a_cancellation_kills(tools: MediaTools) -> None:
    async with asyncio.TaskGroup() as group:
        task = group.create_task(run_ffmpeg(tools, ENDLESS, deadline=QUICK))
        while not ffmpegs_of_this_process():
            await asyncio.sleep(0.01)
        task.cancel()
    assert task.cancelled()
    async with asyncio.timeout(5):  # cancelled while it was being started, it is reaped by the loop a moment later
        while ffmpegs_of_this_process():
            await asyncio.sleep(0.01)


async def test_too_much_output_is_an_error_and_kills(tools: MediaTools) -> None:
    flood = ["-v", "error", "-f", "lavfi", "-i", "testsrc2", "-f", "rawvideo", "-"]
    with pytest.raises(FfmpegFailed, match="output"):
        await run_ffmpeg(tools, flood, deadline=QUICK, max_output=1_000_000)
    assert ffmpegs_of_this_process() == []


async def test_a_process_is_killed_whose_output_nobody_reads(tools: MediaTools) -> None:
    flood = ["-v", "error", "-f", "lavfi", "-i", "testsrc2", "-f", "rawvideo", "-"]
    process = await asyncio.create_subprocess_exec(str(tools.ffmpeg), *flood, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    await process.stdout.read(1)
    async with asyncio.timeout(10):
        await kill(process)
    assert process.returncode == -9


async def test_a_process_is_killed_while_others_read_its_output(tools: MediaTools) -> None:
    process = await asyncio.create_subprocess_exec("/bin/cat", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    async with asyncio.TaskGroup() as group:
        reading = group.create_task(process.stdout.read())
        await asyncio.sleep(0)
        await kill(process)
    assert reading.result() == b""


async def test_stderr_is_kept_only_at_its_end_and_without_limit_of_lines() -> None:
    script = "for i in $(seq 30000); do echo line $i >&2; done; head -c 300000 /dev/zero | tr '\\0' x >&2"
    result = await run_program(Path("/bin/sh"), ["-c", script], deadline=QUICK)
    assert "line 30000" in result.last_words
    assert len(result.last_words) <= 20
    assert max(map(len, result.last_words)) <= 2_000


async def test_lines_are_reported_as_they_come() -> None:
    seen: list[str] = []

    async def note(line: str) -> None:
        seen.append(line)

    await run_program(Path("/bin/sh"), ["-c", "printf 'a\\rb\\nc' >&2"], deadline=QUICK, on_line=note)
    assert seen == ["a", "b"]


async def test_input_reaches_the_program_even_if_it_reads_only_a_part() -> None:
    assert (await run_program(Path("/bin/cat"), [], deadline=QUICK, stdin=b"x" * 1_000_000)).stdout == b"x" * 1_000_000
    assert (await run_program(Path("/bin/true"), [], deadline=QUICK, stdin=b"x" * 1_000_000)).returncode == 0


async def test_the_priority_is_lowered() -> None:
    result = await run_program(Path("/bin/sh"), ["-c", "read go; exec nice"], deadline=QUICK, nice=7, stdin=b"\n")
    assert int(result.stdout) >= 7
