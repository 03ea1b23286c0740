"""Waiting for what the product does in the background, through its API."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx2

ENDED = {"succeeded", "failed", "cancelled"}


def wait_for_job(client: httpx2.Client, accepted: httpx2.Response, seconds: float = 90) -> dict[str, Any]:
    """Follow the job that a 202 answer named until it has succeeded."""
    assert accepted.status_code == 202, accepted.text
    return wait_for_end(client, accepted.json()["job_id"], seconds)


def wait_for_end(client: httpx2.Client, job_id: str, seconds: float = 90) -> dict[str, Any]:
    """Follow a job until it has succeeded."""

    def ended() -> dict[str, Any] | None:
        job: dict[str, Any] = client.get(f"/api/v1/admin/jobs/{job_id}").raise_for_status().json()
        return job if job["state"] in ENDED else None

    job: dict[str, Any] = wait_until(ended, seconds, f"job {job_id}")
    assert job["state"] == "succeeded", job
    return job


def wait_until(look: Callable[[], Any], seconds: float, what: str) -> Any:
    """Ask `look` again and again until it gives something true."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"{what}: not in {seconds} s")
