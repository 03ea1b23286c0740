"""The watch finds what it should: a net with holes would look like a clean catch."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest

from tests.servers import secrets_watch
from tests.servers.secrets_watch import Watch, logs_below, watched

SECRET = "s3cr3t-s3cr3t-s3cr3t"


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    own = Watch()
    monkeypatch.setattr(secrets_watch, "WATCH", own)
    return own


def client(answer: httpx2.Response) -> httpx2.Client:
    return watched(httpx2.Client(base_url="http://here", transport=httpx2.MockTransport(lambda _request: answer)))


def test_what_is_sent_and_got_is_noted(watch: Watch) -> None:
    answer = httpx2.Response(
        200,
        json={"user": {"name": "ada"}, "access_token": SECRET},
        headers={"set-cookie": "matinee_session=abcdefghijklm; Path=/"},
    )
    client(answer).post(
        "/", json={"name": "somebody-long-enough", "new_password": "a phrase of mine"}, headers={"x-api-key": "mtn_0123456789"}
    )
    assert watch.known == {SECRET, "abcdefghijklm", "a phrase of mine", "mtn_0123456789"}


def test_a_secret_in_a_problem_is_a_leak(watch: Watch) -> None:
    watch.note(SECRET)
    client(
        httpx2.Response(422, text=f'{{"detail": "{SECRET} is wrong"}}', headers={"content-type": "application/problem+json"})
    ).get("/x")
    assert watch.taken_leaks() == ["application/problem+json of GET /x: s3cr… (20 characters)"]
    assert watch.taken_leaks() == []


def test_a_secret_in_a_log_is_a_leak(watch: Watch, tmp_path: Path) -> None:
    watch.note(SECRET)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "serve.log").write_text(f'{{"event": "x", "value": "{SECRET}"}}')
    (tmp_path / "data" / "other.log").write_text(SECRET)
    assert [problem.rpartition("/")[2] for problem in logs_below(tmp_path)] == ["serve.log: s3cr… (20 characters)"]


def test_short_words_are_no_secrets(watch: Watch) -> None:
    watch.note("short", "", None)
    assert watch.known == set()
