"""What looks like a secret does not reach a log, whoever let it slip."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import structlog

from matinee.infra.observability.logs import configure_logs
from matinee.infra.observability.redaction import is_secret_name, mask_fields, masked_text

JWT = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIwMSIsImV4cCI6MX0.c2lnbmF0dXJl"
KEY = "mtn_z0GOJfoU0QMUFVS0Oe0pz9FkfBY2B1Qb"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"Authorization: Bearer {JWT}", JWT),
        (f"token {JWT} refused", JWT),
        (f"x-api-key: {KEY}", KEY),
        (f"headers={{'cookie': 'matinee_session={KEY[4:]}; a=b'}}", KEY[4:]),
        ("postgresql://matinee:hunter2hunter2@db/matinee", "hunter2hunter2"),
        ("redis://:hunter2hunter2@redis:6379/0", "hunter2hunter2"),
        ("GET https://api.example/3/movie/603?api_key=0123456789abcdef&page=1", "0123456789abcdef"),
        ("/setup#token=abcdefgh12345678", "abcdefgh12345678"),
        ("/api/v1/auth/oidc/callback?code=SplxlOBeZQQYbYS6WxSbIA&state=xyz", "SplxlOBeZQQYbYS6WxSbIA"),
        ("X-Plex-Token=abcdefgh12345678", "abcdefgh12345678"),
    ],
)
def test_the_shape_of_a_secret_is_struck_out_of_any_text(text: str, secret: str) -> None:
    assert secret not in masked_text(text)
    assert "***" in masked_text(text)


@pytest.mark.parametrize(
    "text", ["request GET /movies/movie-603", "page=2&q=Basic Instinct", "https://tv.example:8470/docs", "code 7", "eyJ is short"]
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert masked_text(text) == text


def test_fields_are_masked_by_their_names_at_any_depth() -> None:
    event = {"event": "x", "password": "a", "outer": {"api_key": "b", "list": [{"refresh_token": "c", "name": "kept"}]}}
    masked = mask_fields(None, "info", event)
    assert masked["password"] == "***"
    assert masked["outer"] == {"api_key": "***", "list": [{"refresh_token": "***", "name": "kept"}]}
    assert masked["event"] == "x"


@pytest.mark.parametrize(
    "name", ["password", "new_password", "X-Api-Key".replace("-", "_"), "client_secret", "Set-Cookie", "pin"]
)
def test_names_of_secrets(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["name", "path", "status", "tokens_left", "shipping", "has_key", "encoded"])
def test_other_names(name: str) -> None:
    assert not is_secret_name(name)


@pytest.fixture
def restored() -> Iterator[None]:
    before, root = structlog.get_config(), logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    structlog.configure(**before)
    root.handlers[:], root.level = handlers, level
    logging.captureWarnings(capture=False)


def test_a_log_line_has_no_secret_in_fields_messages_or_tracebacks(restored: None, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("info", "json")
    try:
        raise RuntimeError(f"refused: Bearer {JWT}")
    except RuntimeError:
        structlog.get_logger("t").exception("it_failed", headers={"authorization": KEY}, url="https://a/?token=abcdefghij")
    logging.getLogger("elsewhere").warning("connected to %s", "postgresql://a:hunter2hunter2@db/m")
    written = capsys.readouterr().err
    for secret in (JWT, KEY, "abcdefghij", "hunter2hunter2"):
        assert secret not in written
    assert [json.loads(line)["event"] for line in written.splitlines()] == ["it_failed", "connected to postgresql://a:***@db/m"]


def test_our_own_lines_carry_level_name_and_time_and_stay_whole_among_threads(
    restored: None, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs("info", "json")
    ours, elsewhere = structlog.get_logger("matinee.t"), logging.getLogger("elsewhere")
    ours.debug("not_wanted")
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda number: (ours.warning("own", number=number), elsewhere.warning("other")), range(50)))
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    own = [line for line in lines if line["event"] == "own"]
    assert sorted(line["number"] for line in own) == list(range(50))
    assert {(line["level"], line["logger"], line["timestamp"][-1]) for line in own} == {("warning", "matinee.t", "Z")}
    assert len(lines) == 100


def test_a_stream_that_is_gone_ends_nothing(restored: None, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logs("info", "json")
    stream.close()
    structlog.get_logger("t").info("lost")
