"""An address means one thing: nothing unknown, nothing twice, nothing that is no text."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote, quote_from_bytes

import pytest
from fastapi import Depends, FastAPI, Query
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from matinee.infra.http import problems
from matinee.infra.http.input.strict import strict_query

app = FastAPI(dependencies=[Depends(strict_query)])
problems.install(app)


@app.get("/things/{name}")
async def things(name: str, q: str = "", genre: Annotated[list[str] | None, Query()] = None) -> dict[str, object]:
    return {"name": name, "q": q, "genre": genre}


CLIENT = TestClient(app, raise_server_exceptions=True)
TEXT = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=20).filter(
    lambda text: text not in {".", ".."}
)


@settings(max_examples=60)
@given(TEXT.filter(lambda text: "/" not in text), TEXT, st.lists(TEXT, min_size=1, max_size=3))
def test_every_text_comes_through_as_it_is(name: str, q: str, genres: list[str]) -> None:
    repeated = "&".join(f"genre={quote(genre, safe='')}" for genre in genres)
    answer = CLIENT.get(f"/things/{quote(name, safe='')}?q={quote(q, safe='')}&{repeated}")
    assert answer.json() == {"name": name, "q": q, "genre": genres}


@settings(max_examples=60)
@given(st.binary(min_size=1, max_size=12))
def test_bytes_that_are_no_text_are_refused_at_their_place(raw: bytes) -> None:
    answer = CLIENT.get(f"/things/x?q={quote_from_bytes(raw, safe='')}")
    try:
        text = raw.decode("utf-8")
        broken = any(ord(character) < 32 or 127 <= ord(character) < 160 for character in text)
    except UnicodeDecodeError:
        text, broken = "", True
    if broken:
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["location"] == "query.q"
    else:
        assert answer.json()["q"] == text


@pytest.mark.parametrize("path", ["/things/%00", "/things/%ff", "/things/a%0ab"])
def test_a_path_that_is_no_text_is_refused(path: str) -> None:
    answer = CLIENT.get(path)
    assert (answer.status_code, answer.json()["errors"][0]["location"]) == (422, "path")


@settings(max_examples=40)
@given(TEXT.filter(lambda name: name not in {"q", "genre"}))
def test_unknown_parameters_are_refused_by_name(name: str) -> None:
    answer = CLIENT.get(f"/things/x?{quote(name, safe='')}=1")
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_parameter")
    assert answer.json()["errors"][0]["location"] == f"query.{name}"


def test_a_single_parameter_may_not_come_twice() -> None:
    assert CLIENT.get("/things/x?q=1&q=2").json()["code"] == "parameter_pollution"
    assert CLIENT.get("/things/x?genre=1&genre=2").status_code == 200
