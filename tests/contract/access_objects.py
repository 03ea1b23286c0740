"""Objects that belong to somebody, for the table of access: how one is made, by the kind that a row's `owned` names."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import httpx2

Made = dict[str, str]
"""The path variables that lead to the object."""


def _api_key(owner: httpx2.Client) -> Made:
    made = owner.post("/api/v1/me/api-keys", json={"name": "mine alone", "scopes": ["catalog:read"]})
    return {"key_id": made.raise_for_status().json()["id"]}


def _profile(owner: httpx2.Client) -> Made:
    made = owner.post("/api/v1/me/profiles", json={"name": "mine alone", "avatar": "fern"})
    return {"profile_id": made.raise_for_status().json()["id"]}


def _session(owner: httpx2.Client) -> Made:
    sessions = owner.get("/api/v1/me/sessions").raise_for_status().json()["items"]
    return {"session_id": next(one["id"] for one in sessions if one["current"])}


def _playback(owner: httpx2.Client) -> Made:
    title = owner.get("/api/v1/library/movies").raise_for_status().json()["items"][0]
    capabilities = {"video_codecs": ["h264"], "audio_codecs": ["aac"], "containers": ["mp4"]}
    made = owner.post("/api/v1/streaming/sessions", json={"title_id": title["id"], "capabilities": capabilities})
    return {"session_id": made.raise_for_status().json()["id"]}


MAKERS: Mapping[str, Callable[[httpx2.Client], Made]] = {
    "api_key": _api_key,
    "profile": _profile,
    "session": _session,
    "playback": _playback,
}
