"""A struct made from a model says the same as the model, in the same bytes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from matinee.features.catalog.schemas import (
    CreditsView,
    GenreList,
    HomeView,
    MovieView,
    PersonView,
    SearchList,
    SeasonView,
    ShowView,
    SuggestionList,
    TitleList,
    VideoList,
)
from matinee.infra.errors import UnknownField
from matinee.infra.http.answers.conventions import body_of
from matinee.infra.http.answers.structs import changed, decoder_of, encode, model_of, struct_of


class Part(BaseModel):
    name: str
    size: Annotated[int, Field(ge=0)] = 0


class Whole(BaseModel):
    id: str
    kind: Literal["a", "b"] = "a"
    at: datetime | None = None
    on: date | None = None
    weight: float = 0.0
    parts: list[Part] = []
    best: Part = Part(name="none")
    words: dict[str, str] = {}
    made: list[str] = Field(default_factory=lambda: ["x"])


PARTS = st.fixed_dictionaries({"name": st.text(), "size": st.integers(0, 2**53)})
WHOLES = st.fixed_dictionaries(
    {"id": st.text()},
    optional={
        "kind": st.sampled_from(["a", "b"]),
        "at": st.none() | st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=2))])),
        "on": st.none() | st.dates(),
        "weight": st.floats(allow_nan=False, allow_infinity=False, min_value=0, max_value=1e6).map(lambda one: round(one, 4)),
        "parts": st.lists(PARTS, max_size=3),
        "best": PARTS,
        "words": st.dictionaries(st.text(), st.text(), max_size=3),
        "made": st.lists(st.text(), max_size=2),
    },
)


def as_struct(values: dict[str, Any]) -> Whole:
    part = struct_of(Part)
    inner = {name: [part(**one) for one in values[name]] for name in ("parts",) if name in values}
    best = {"best": part(**values["best"])} if "best" in values else {}
    return struct_of(Whole)(**{**values, **inner, **best})


@given(WHOLES)
def test_both_say_the_same(values: dict[str, Any]) -> None:
    model, struct = Whole(**values), as_struct(values)
    assert isinstance(struct, msgspec.Struct)
    assert msgspec.json.decode(encode(struct)) == msgspec.json.decode(encode(model))
    assert list(msgspec.json.decode(encode(struct))) == list(Whole.model_fields)
    assert Whole.model_validate_json(encode(struct)) == model


def test_defaults_are_nobody_s_else() -> None:
    made = struct_of(Whole)
    one, other = made(id="1"), made(id="2")
    one.parts.append(Part(name="p"))
    one.best.name = "changed"
    one.words["a"] = "b"
    assert (other.parts, other.best.name, other.words, other.made) == ([], "none", {}, ["x"])


def test_what_must_be_given_must_be_given() -> None:
    with pytest.raises(TypeError):
        struct_of(Whole)()  # type: ignore[call-arg]  # that is the point


def test_models_inside_are_encoded_as_well() -> None:
    struct = struct_of(Whole)(id="1", best=Part(name="model", size=3))
    assert Whole.model_validate_json(encode(struct)).best == Part(name="model", size=3)


def test_a_type_is_made_once_and_known_by_its_model() -> None:
    assert struct_of(Whole) is struct_of(Whole)
    assert model_of(struct_of(Whole)) is Whole
    assert (model_of(Whole), model_of(dict)) == (Whole, None)


def test_fields_are_filtered_as_those_of_the_model() -> None:
    values = {"id": "1", "parts": [{"name": "a", "size": 2}], "on": date(2026, 1, 2)}
    for fields in ("id", "parts.name,on", "best", "parts.size,parts.name,id"):
        assert body_of(as_struct(values), fields) == body_of(Whole(**values), fields)
    with pytest.raises(UnknownField):
        body_of(as_struct(values), "parts.colour")


ANSWERS: list[type[BaseModel]] = [
    MovieView,
    ShowView,
    CreditsView,
    VideoList,
    TitleList,
    SeasonView,
    PersonView,
    SearchList,
    SuggestionList,
    GenreList,
    HomeView,
]
SIMPLE: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(max_size=8),
    int: st.integers(-(2**53), 2**53),
    float: st.floats(allow_nan=False, allow_infinity=False, min_value=0, max_value=1e6).map(lambda one: round(one, 4)),
    bool: st.booleans(),
    date: st.dates(),
    datetime: st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=2))])),
    type(None): st.none(),
}


@cache
def both(annotation: Any) -> st.SearchStrategy[tuple[Any, Any]]:
    """Values of a type: once with models, once with structs."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if annotation in SIMPLE:
        return SIMPLE[annotation].map(lambda one: (one, one))
    if origin is Literal:
        return st.sampled_from(inner).map(lambda one: (one, one))
    if origin in {list, Sequence}:
        return st.lists(both(inner[0]), max_size=2).map(lambda some: ([one for one, _ in some], [one for _, one in some]))
    if origin is dict:
        return st.dictionaries(SIMPLE[str], SIMPLE[str], max_size=2).map(lambda one: (one, one))
    if origin in {Union, UnionType}:
        return st.one_of(*map(both, inner))
    assert issubclass(annotation, BaseModel), annotation
    parts = {name: both(field.annotation) for name, field in annotation.model_fields.items()}
    optional = {name: parts.pop(name) for name, field in annotation.model_fields.items() if not field.is_required()}
    return st.fixed_dictionaries(parts, optional=optional).map(
        lambda values: (
            annotation(**{name: one for name, (one, _) in values.items()}),
            struct_of(annotation)(**{name: one for name, (_, one) in values.items()}),
        )
    )


@pytest.mark.parametrize("model", ANSWERS)
@settings(max_examples=20, deadline=None)
@given(st.data())
def test_every_answer_says_as_a_struct_what_it_says_as_a_model(model: type[BaseModel], data: st.DataObject) -> None:
    as_model, as_struct = data.draw(both(model))
    said = encode(as_struct)
    assert json.loads(said) == json.loads(encode(as_model))
    assert list(json.loads(said)) == list(model.model_fields)
    assert encode(decoder_of(model).decode(said)) == said
    assert decoder_of(model).decode(encode(as_model)) == as_struct


def test_a_list_is_read_back() -> None:
    made = [struct_of(Part)(name="a", size=2), struct_of(Part)(name="b")]
    assert decoder_of(list[Part]).decode(encode(made)) == made


def test_a_copy_with_other_values() -> None:
    for part in (Part(name="a", size=2), struct_of(Part)(name="a", size=2)):
        other = changed(part, size=3)
        assert (part.size, other.size, other.name, type(other)) == (2, 3, "a", type(part))
