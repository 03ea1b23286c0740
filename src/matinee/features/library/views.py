"""Rows as what other features and the wire get."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, cast

from matinee.features.catalog.service import FileSummary, ItemSummary
from matinee.features.library.models import LibraryFile, LibraryItem
from matinee.features.library.paths import absolute, shown, stored
from matinee.features.library.playable import EXTERNAL_SUBTITLES_FROM, ExternalSubtitle, PlayableFile
from matinee.features.library.policy import FileState, preference
from matinee.features.library.schemas import AudioTrackView, ChapterView, FileView, SubtitleTrackView, VideoView
from matinee.infra.ids import FileId
from matinee.infra.media.info import MediaInfo, info_from_dict


def playable_file(row: LibraryFile, folder: str, part: int) -> PlayableFile:
    """A file with everything that playing it needs."""
    return PlayableFile(
        id=FileId(row.id),
        path=absolute(folder, row.path),
        size=row.size,
        mtime_ns=row.mtime_ns,
        state=cast(FileState, row.state),
        info=info_from_dict(row.media) if row.media else None,
        edition=row.edition,
        part=part,
        subtitles=tuple(_external(folder, number, entry) for number, entry in enumerate(row.sidecars or ())),
    )


def in_order(files: Sequence[PlayableFile]) -> tuple[PlayableFile, ...]:
    """Usable ones first, parts in order, the best picture first."""
    return tuple(sorted(files, key=lambda file: (*preference(file.state, file.info, file.part), file.id)))


def summary(item: LibraryItem, files: Sequence[PlayableFile], name: str) -> ItemSummary:
    """An item for lists; `files` in order."""
    return ItemSummary(
        id=item.id,
        title_id=item.title_id,
        kind=cast(Literal["movie", "episode"], item.kind),
        season=item.season,
        episode=item.episode,
        name=name,
        duration=duration(files),
        files=[file_summary(file) for file in files],
    )


def duration(files: Sequence[PlayableFile]) -> float | None:
    """How long an item plays: its best file, or all the parts of one in parts."""
    known = [file for file in files if file.info is not None]
    if not known:
        return None
    lengths = {file.part: file.info.duration for file in reversed(known) if file.info is not None}
    return sum(lengths.values()) if known[0].part else lengths[0]


def file_summary(file: PlayableFile) -> FileSummary:
    info = file.info
    video = info.main_video if info else None
    return FileSummary(
        id=file.id,
        name=shown(stored(file.path.name)),
        size=file.size,
        container=info.container if info else None,
        video_codec=video.codec if video else None,
        height=video.height if video else None,
        hdr=video.hdr if video else None,
        duration=info.duration if info else None,
        state=file.state,
    )


def file_view(file: PlayableFile, *, with_path: bool) -> FileView:
    """A file with its tracks."""
    view = FileView(**file_summary(file).model_dump(), edition=file.edition, part=file.part)
    view.path = shown(stored(str(file.path))) if with_path else None
    if file.info is not None:
        _tracks(view, file.info)
    view.subtitles += [
        SubtitleTrackView(
            index=track.index,
            codec=track.codec,
            language=track.language,
            title=track.title,
            forced=track.forced,
            default=track.default,
            external=True,
        )
        for track in file.subtitles
    ]
    return view


def _tracks(view: FileView, info: MediaInfo) -> None:
    video = info.main_video
    view.video = VideoView(
        codec=video.codec,
        profile=video.profile,
        level=video.level,
        width=video.width,
        height=video.height,
        bit_depth=video.bit_depth,
        hdr=video.hdr,
        frame_rate=round(float(video.frame_rate), 3) if video.frame_rate else None,
        rotation=video.rotation,
    )
    view.audio = [AudioTrackView.model_validate(track, from_attributes=True) for track in info.audio]
    view.subtitles = [SubtitleTrackView.model_validate(track, from_attributes=True) for track in info.subtitles]
    view.chapters = [ChapterView.model_validate(chapter, from_attributes=True) for chapter in info.chapters]


def _external(folder: str, number: int, entry: dict[str, Any]) -> ExternalSubtitle:  # Any: a JSON document
    path: Path = absolute(folder, entry["path"])
    return ExternalSubtitle(
        index=EXTERNAL_SUBTITLES_FROM + number,
        path=path,
        codec=entry["codec"],
        language=entry["language"],
        title=entry["title"],
        forced=entry["forced"],
        default=entry["default"],
    )
