"""What can go wrong when playing.

NoSource              404   the title has no file here, or its file is away
MediaUnreadableError  422   the file is there and cannot be read as a video
TranscodeCapacity     503   every transcoder is taken; comes with Retry-After
TranscodeFailed       500   ffmpeg failed twice
SegmentLate           503   not ready yet; players ask again
PlaybackUrlExpired    410   the link is too old, was revoked, or is not ours
RangeNotSatisfiable   416   (`infra.http.answers.files`)
"""

from __future__ import annotations

from matinee.infra.errors import MatineeError


class NoSource(MatineeError):
    code = "no_source"


class MediaUnreadableError(MatineeError):
    code = "media_unreadable"


class TranscodeCapacity(MatineeError):
    code = "transcode_capacity"


class TranscodeFailed(MatineeError):
    code = "transcode_failed"


class SegmentLate(MatineeError):
    """The same status as a full server: players repeat a request after 503, and after no 4xx."""

    code = "transcode_capacity"


class PlaybackUrlExpired(MatineeError):
    code = "playback_url_expired"
