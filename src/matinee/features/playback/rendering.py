"""Renditions that can be made: which ffmpeg run gives which segments."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from matinee.features.playback.policy import AUDIO_BIT_RATE
from matinee.features.playback.renditions import Picture, Presentation, Sound
from matinee.features.playback.transcoder import Kind, Rendition
from matinee.infra.media.colour import tone_map
from matinee.infra.media.encoders import EncoderChooser, EncodeTarget, VideoEncoder
from matinee.infra.media.hls import Ffmpeg, Piece, SoughtTooFar, copied_pieces, picture_pieces, sound_pieces
from matinee.infra.media.hls_arguments import (
    CopyRun,
    PictureRun,
    SoundRun,
    copy_arguments,
    picture_arguments,
    sound_arguments,
)
from matinee.infra.media.hls_grid import Grid, gop_frames
from matinee.infra.media.tools import MediaTools

_EARLIER = 8  # segments that a second try begins earlier, for sources whose pictures end before their sound
_SEEK_BACK = (0.0, 15.0, 120.0)  # seconds; some containers find no key frame at the time that was asked for
_TAGS = {"hevc": "hvc1"}  # the sample entry that Apple's players insist on


@dataclass(frozen=True, slots=True)
class EncodedPictures:
    """Pictures encoded to H.264. `tools` and `encoder` are part of the name: others give other bytes."""

    shown: Presentation
    picture: Picture
    tools: MediaTools
    encoder: VideoEncoder
    fallback: VideoEncoder
    nice: int = 0

    @property
    def folder(self) -> str:
        return f"{self.shown.key}/{self.picture.name}-{self.encoder.name}-{self.tools.major}"

    @property
    def kind(self) -> Kind:
        return "encode"

    @property
    def grid(self) -> Grid:
        return self.shown.even

    async def pieces(self, first: int, attempt: int) -> AsyncGenerator[Piece, None]:
        frames, begin = self.shown.frames, max(0, first - _EARLIER) if attempt else first
        process = Ffmpeg(self.tools, picture_arguments(self._run(begin, attempt)), self.nice)
        async with contextlib.aclosing(picture_pieces(process, frames, begin, frames.count)) as pieces:
            async for piece in pieces:
                if piece.number < 0 or piece.number >= first:
                    yield piece

    def _run(self, first: int, attempt: int) -> PictureRun:
        shown, frames, picture = self.shown, self.shown.frames, self.picture
        gop = gop_frames(frames, first)
        target = EncodeTarget(
            bit_rate=picture.mean,
            max_rate=picture.bandwidth,
            buffer_size=picture.bandwidth * 3 // 2,
            gop_frames=gop,
            segment_seconds=float(gop / frames.rate),
        )
        return PictureRun(
            path=shown.source.path,
            stream=shown.video.index,
            width=picture.width,
            height=picture.height,
            rate=frames.rate,
            first=frames.frames[first],
            last=frames.frames[-1],
            encoder=self.fallback if attempt else self.encoder,
            target=target,
            deinterlace=shown.video.interlaced,
            filters=tone_map(self.tools, shown.video),
        )


@dataclass(frozen=True, slots=True)
class CopiedPictures:
    """The source's own pictures."""

    shown: Presentation
    copied: Grid
    tools: MediaTools
    nice: int = 0

    @property
    def folder(self) -> str:
        return f"{self.shown.key}/original-{self.tools.major}"

    @property
    def kind(self) -> Kind:
        return "copy"

    @property
    def grid(self) -> Grid:
        return self.copied

    async def pieces(self, first: int, attempt: int) -> AsyncGenerator[Piece, None]:
        for back in (*_SEEK_BACK, self.copied.edges[-1]):
            seek = max(0.0, self.copied.edges[first] - back) if first else 0.0
            run = CopyRun(self.shown.source.path, self.shown.video.index, seek, _TAGS.get(self.shown.video.codec, ""))
            process = Ffmpeg(self.tools, copy_arguments(run), self.nice)
            try:
                async with contextlib.aclosing(copied_pieces(process, self.copied, first, self.copied.count)) as pieces:
                    async for piece in pieces:
                        yield piece
                return
            except SoughtTooFar:
                if seek == 0.0:
                    raise


@dataclass(frozen=True, slots=True)
class EncodedSound:
    """One sound track as AAC."""

    shown: Presentation
    sound: Sound
    tools: MediaTools
    nice: int = 0

    @property
    def folder(self) -> str:
        return f"{self.shown.key}/{self.sound.name}-{self.tools.major}"

    @property
    def kind(self) -> Kind:
        return "sound"

    @property
    def grid(self) -> Grid:
        return self.shown.even

    async def pieces(self, first: int, attempt: int) -> AsyncGenerator[Piece, None]:
        frames = self.shown.sound_frames
        run = SoundRun(self.shown.source.path, self.sound.stream, frames.frames[first], frames.frames[-1], AUDIO_BIT_RATE)
        process = Ffmpeg(self.tools, sound_arguments(run), self.nice)
        async with contextlib.aclosing(sound_pieces(process, frames, first, frames.count)) as pieces:
            async for piece in pieces:
                yield piece


class Renderer:
    """Turns what a playlist names into something that can be made."""

    def __init__(self, tools: MediaTools, encoders: EncoderChooser, *, nice: int = 0) -> None:
        self._tools = tools
        self._encoders = encoders
        self._nice = nice

    async def picture(self, shown: Presentation, picture: Picture) -> Rendition:
        """A video rendition. Raises `infra.media.encoders.NoEncoder`."""
        if picture.rung is None and shown.copied is not None:
            return CopiedPictures(shown, shown.copied, self._tools, self._nice)
        encoder = await self._encoders.choose()
        return EncodedPictures(shown, picture, self._tools, encoder, self._encoders.software(), self._nice)

    def picture_now(self, shown: Presentation, picture: Picture) -> Rendition | None:
        """The same without waiting; None while the encoder is not chosen."""
        if picture.rung is None and shown.copied is not None:
            return CopiedPictures(shown, shown.copied, self._tools, self._nice)
        encoder = self._encoders.chosen
        if encoder is None:
            return None
        return EncodedPictures(shown, picture, self._tools, encoder, self._encoders.software(), self._nice)

    def sound(self, shown: Presentation, sound: Sound) -> Rendition:
        """An audio rendition."""
        return EncodedSound(shown, sound, self._tools, self._nice)
