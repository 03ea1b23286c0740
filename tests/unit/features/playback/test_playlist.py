"""Renditions and playlists: text that players understand, and promises that can be kept."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

import pytest

from matinee.features.playback.decider import Capabilities, decide
from matinee.features.playback.playlist import audio_playlist, master_playlist, subtitle_playlist, video_playlist
from matinee.features.playback.renditions import Presentation, ladder, present, unique
from matinee.infra.media.hls_grid import output_rate
from matinee.infra.media.info import MediaInfo
from matinee.infra.media.keyframes import KeyFrames
from tests.unit.features.playback.tracks import AUDIO, TEXT, media, source, video

ANY = Capabilities()
KEYS = KeyFrames(tuple(float(t) for t in range(0, 100, 4)), 100.0)


def shown(info: MediaInfo, client: Capabilities = ANY, keys: KeyFrames | None = KEYS) -> Presentation:
    return present(source(info), info, decide(info, client), client, keys)


@pytest.mark.parametrize(
    ("size", "sizes"),
    [
        ((1920, 1080), ["1080p 1920x1080", "720p 1280x720", "480p 854x480", "360p 640x360"]),
        ((3840, 2160), ["1080p 1920x1080", "720p 1280x720", "480p 854x480", "360p 640x360"]),
        ((1280, 720), ["720p 1280x720", "480p 854x480", "360p 640x360"]),
        ((1920, 800), ["1080p 1920x800", "720p 1280x534", "480p 854x356", "360p 640x266"]),
        ((1080, 1920), ["1080p 1080x1920", "720p 720x1280", "480p 480x854", "360p 360x640"]),
        ((640, 346), ["360p 640x346"]),
        ((320, 180), ["180p 320x180"]),
        ((161, 121), ["121p 160x120"]),
        ((1, 1), ["1p 2x2"]),
    ],
)
def test_the_ladder_goes_up_to_the_source_and_never_above(size: tuple[int, int], sizes: list[str]) -> None:
    pictures = ladder(video(width=size[0], height=size[1]), Fraction(25), ANY)
    assert [f"{p.name} {p.width}x{p.height}" for p in pictures] == sizes


def test_the_client_limits_the_ladder_but_one_rung_stays() -> None:
    names = [p.name for p in ladder(video(), Fraction(25), replace(ANY, max_height=720))]
    assert names == ["720p", "480p", "360p"]
    assert [p.name for p in ladder(video(), Fraction(25), replace(ANY, max_bitrate=2_000_000))] == ["480p", "360p"]
    assert [p.name for p in ladder(video(), Fraction(25), replace(ANY, max_bitrate=1))] == ["360p"]


def test_the_master_playlist_names_every_rendition_with_what_players_need() -> None:
    french = replace(AUDIO, index=5, language="fr", default=False)
    lines = master_playlist(shown(media(container="mkv", audio=(AUDIO, french), subtitles=(TEXT,))), "e=1&s=x").splitlines()
    assert lines[:3] == ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    assert lines[3] == (
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="en",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",'
        'URI="audio/a1/index.m3u8?e=1&s=x"'
    )
    assert 'NAME="fr"' in lines[4]
    assert "DEFAULT=NO" in lines[4]
    assert "NAME=\"The 'best'\"" in lines[5]
    variants = list(zip(lines[6::2], lines[7::2], strict=True))
    assert [uri for _, uri in variants] == [
        f"video/{name}/index.m3u8?e=1&s=x" for name in ("original", "1080p", "720p", "480p", "360p")
    ]
    for line, _ in variants:
        assert re.search(r'BANDWIDTH=\d+,AVERAGE-BANDWIDTH=\d+,CODECS="avc1\.[0-9A-F]{6},mp4a\.40\.2"', line)
        assert "FRAME-RATE=23.976,VIDEO-RANGE=SDR" in line
    assert 'CODECS="avc1.640028,mp4a.40.2",RESOLUTION=1920x1080' in variants[0][0]


def test_hdr_is_announced_only_where_it_is_sent() -> None:
    hdr = media(video(codec="hevc", bit_depth=10, hdr="hdr10", transfer="smpte2084", codec_string="hvc1.2.4.L120.B0"))
    client = Capabilities.of(["hevc"], ["aac"], ["mkv"], hdr=True)
    text = master_playlist(shown(hdr, client), "")
    assert re.findall(r"VIDEO-RANGE=(\w+)", text) == ["PQ", "SDR", "SDR", "SDR", "SDR"]


def test_a_film_without_sound_has_no_audio_group() -> None:
    text = master_playlist(shown(media(audio=())), "")
    assert "AUDIO" not in text
    assert "mp4a" not in text


@pytest.mark.parametrize("name", ["original", "720p"])
@pytest.mark.parametrize("duration", [0.3, 1.0, 2.2, 7.0, 100.0, 5400.123])
def test_a_media_playlist_is_complete_and_keeps_its_promise(name: str, duration: float) -> None:
    keys = KeyFrames(tuple(float(t) for t in range(0, max(1, int(duration)), 4)), duration)
    film = shown(media(container="mkv", duration=duration), keys=keys)
    picture = film.picture(name)
    assert picture is not None
    lines = video_playlist(film, picture, "e=1").splitlines()
    lengths = [float(line[8:-1]) for line in lines if line.startswith("#EXTINF")]
    target = next(int(line.partition(":")[2]) for line in lines if line.startswith("#EXT-X-TARGETDURATION"))
    assert sum(lengths) == pytest.approx(duration, abs=0.05)
    assert max(lengths) <= target
    assert all(length > 0 for length in lengths)
    assert lines[-1] == "#EXT-X-ENDLIST"
    assert '#EXT-X-MAP:URI="init.mp4?e=1"' in lines
    assert [line for line in lines if ".m4s" in line] == [f"{n}.m4s?e=1" for n in range(len(lengths))]


def test_sound_is_as_long_as_the_picture() -> None:
    film = shown(media(duration=1234.5))
    lengths = [float(length) for length in re.findall(r"#EXTINF:([\d.]+)", audio_playlist(film, ""))]
    assert sum(lengths) == pytest.approx(1234.5, abs=0.05)
    assert all(length * 48_000 / 1024 == pytest.approx(round(length * 48_000 / 1024), abs=1e-3) for length in lengths)


def test_subtitles_come_in_minutes() -> None:
    assert re.findall(r"#EXTINF:([\d.]+)", subtitle_playlist(150, "")) == ["60.000000", "60.000000", "30.000000"]


@pytest.mark.parametrize("times", [(0.0, 30.0), (3.0, 6.0), ()])
def test_sparse_late_or_no_key_frames_rule_the_copy_out(times: tuple[float, ...]) -> None:
    film = shown(media(container="mkv"), keys=KeyFrames(times, 40.0))
    assert film.picture("original") is None


@pytest.mark.parametrize(
    ("given", "variable", "rate"),
    [
        (None, False, Fraction(25)),
        (Fraction(2997, 125), False, Fraction(24000, 1001)),
        (Fraction(24), False, Fraction(24)),
        (Fraction(30000, 1001), True, Fraction(30000, 1001)),
        (Fraction(1000), True, Fraction(30)),
        (Fraction(120), False, Fraction(60)),
        (Fraction(1, 10), False, Fraction(1)),
        (Fraction(10), False, Fraction(10)),
    ],
)
def test_pictures_are_encoded_at_a_constant_rate(given: Fraction | None, variable: bool, rate: Fraction) -> None:
    assert output_rate(given, variable) == rate


def test_names_in_a_group_differ() -> None:
    assert unique(["en", "de", "en", "en"]) == ["en", "de", "en (2)", "en (3)"]
