"""Filters that bring HDR pictures to what an ordinary screen and H.264 in 8 bits show (BT.709)."""

from __future__ import annotations

from matinee.infra.media.info import VideoTrack
from matinee.infra.media.tools import MediaTools

_BACK = "zscale=primaries=bt709,tonemap=hable:desat=0,zscale=transfer=bt709:matrix=bt709:range=tv,format=yuv420p"


def is_hdr(track: VideoTrack) -> bool:
    """Whether the picture needs tone mapping. Dolby Vision counts by its base layer."""
    return track.transfer in ("smpte2084", "arib-std-b67")


def tone_map(tools: MediaTools, track: VideoTrack) -> str:
    """A filter chain from HDR to SDR; "" when the picture is SDR or this ffmpeg cannot do it.

    The input's colours are named, since streams often leave them out and zscale then refuses.
    """
    if not is_hdr(track) or not {"zscale", "tonemap"} <= tools.filters:
        return ""
    source = f"zscale=transferin={track.transfer}:primariesin=bt2020:matrixin=bt2020nc:transfer=linear:npl=100"
    return f"{source},format=gbrpf32le,{_BACK}"
