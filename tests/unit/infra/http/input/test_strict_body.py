"""A body is refused where the lenient parser would read something that its sender may not have meant."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.infra.errors import MalformedJson, MatineeError, UnsupportedMediaType, ValidationFailed
from matinee.infra.http.input.strict_body import DEEPEST, _check_type, check_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"NaN",
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": "\xff"}',
        b"\xff\xfe{\x00}\x00",
        b'{"a": "\x00"}',
        b"[" * 100_000,
        b"9" * 5_000,
        b'{"a": 1,}',
        b"{'a': 1}",
    ],
)
def test_what_is_no_json_in_utf8_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedJson):
        check_json(body)


@pytest.mark.parametrize(
    ("body", "location", "code"),
    [
        (b'{"a": 1, "a": 2}', "body.a", "repeated_member"),
        (b'{"a": {"b": [{"c": 1, "d": 2, "c": 3}]}}', "body.a.b.0.c", "repeated_member"),
        (b'{"a": ["x", "\\u0000"]}', "body.a.1", "not_text"),
        (b'{"a": "\\ud800"}', "body.a", "not_text"),
        (b'{"\\u0000": 1}', "body", "not_text"),
        (b"[" * (DEEPEST + 1) + b"1" + b"]" * (DEEPEST + 1), "body" + ".0" * (DEEPEST + 1), "too_deep"),
    ],
)
def test_the_error_points_at_the_place(body: bytes, location: str, code: str) -> None:
    with pytest.raises(ValidationFailed) as caught:
        check_json(body)
    assert [(one.location, one.code) for one in caught.value.errors] == [(location, code)]


@pytest.mark.parametrize("body", [b'{"a": "\\ud83d\\ude00"}', b'{"a": [1, 2], "b": [1, 2]}', b'"text"', b"1", b"[]"])
def test_what_is_right_passes(body: bytes) -> None:
    check_json(body)


def refusal(body: bytes) -> MatineeError | None:
    try:
        check_json(body)
    except MatineeError as refused:
        return refused
    return None


@given(VALUES)
def test_every_value_written_as_json_passes_unless_it_holds_what_is_no_text(value: object) -> None:
    body = json.dumps(value).encode()
    refused = refusal(body)
    assert (refused is not None) == (b"\\u0000" in body)  # the strategy makes no halves of pairs
    assert refused is None or {one.code for one in refused.errors} == {"not_text"}


@given(st.binary(max_size=60))
def test_no_bytes_break_it(body: bytes) -> None:
    refused = refusal(body)
    assert refused is None or refused.spec.status in {400, 422}


@pytest.mark.parametrize(
    "header", ["application/json", "Application/JSON; charset=UTF-8", 'application/problem+json;charset="utf-8"']
)
def test_types_that_are_json(header: str) -> None:
    _check_type(header)


@pytest.mark.parametrize(
    "header", ["", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16", "json"]
)
def test_types_that_are_not(header: str) -> None:
    with pytest.raises(UnsupportedMediaType):
        _check_type(header)
