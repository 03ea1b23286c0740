"""Wire types as msgspec structs, made from the models that describe them.

A model of pydantic checks what it is given, which is right for what comes in. What goes out was made here, from parts whose types
mypy has checked; checking it again took longer than making and encoding it together. So an answer that must be quick is made as a
struct with the fields of its model, in the same order and with the same defaults, and is encoded by msgspec. OpenAPI and the
filtering of fields go by the model as before. What was encoded here and is kept can be read back as structs (`decoder_of`).
"""

from __future__ import annotations

import types
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import msgspec
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

M = TypeVar("M", bound=BaseModel)
V = TypeVar("V")
_MODELS: dict[type, type[BaseModel]] = {}


def struct_of(model: type[M]) -> type[M]:
    """The struct of a model. For mypy it is the model, since its fields and its constructor are the same: keyword arguments,
    unchecked at run time."""
    made: type[M] = _made(model)
    return made


def model_of(kind: type) -> type[BaseModel] | None:
    """The model that a struct was made from, or the model itself; None for anything else."""
    return kind if issubclass(kind, BaseModel) else _MODELS.get(kind)


def encode(value: Any) -> bytes:
    """A struct (models inside it, too) or a model as JSON."""
    return value.model_dump_json().encode() if isinstance(value, BaseModel) else _encoder.encode(value)


def decoder_of(kind: Any) -> msgspec.json.Decoder[Any]:
    """Reads JSON as the struct of a model, or as a list of them (`list[Model]`). It raises `msgspec.DecodeError`."""
    return msgspec.json.Decoder(_plain(kind))


def changed(value: V, **changes: Any) -> V:
    """A copy of a struct, or of a model, with other values in some fields."""
    if isinstance(value, BaseModel):
        return value.model_copy(update=changes)
    return msgspec.structs.replace(value, **changes)  # type: ignore[type-var]  # what is no model is a struct


def builtins(value: Any) -> Any:
    """The same as plain lists and dictionaries, with nothing in them that JSON lacks."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    return msgspec.to_builtins(value, enc_hook=_dumped, str_keys=True)


@cache
def _made(model: type[BaseModel]) -> Any:
    fields: list[tuple[str, Any, Any]] = []
    for name, info in model.model_fields.items():
        annotation = _plain(info.annotation)
        if info.default_factory is not None:
            factory: Callable[[], Any] = info.default_factory  # type: ignore[assignment]  # none here takes the other values
            fields.append((name, annotation, msgspec.field(default_factory=factory)))
        elif info.default is PydanticUndefined:
            fields.append((name, annotation, msgspec.NODEFAULT))
        elif isinstance(info.default, BaseModel | list | dict):
            fields.append((name, annotation, msgspec.field(default_factory=_copier(info.default))))
        else:
            fields.append((name, annotation, info.default))
    made: Any = msgspec.defstruct(model.__name__, fields, kw_only=True, module=model.__module__)
    _MODELS[made] = model
    return made


def _dumped(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump()
    raise NotImplementedError(f"{type(value).__name__} is no wire type")


_encoder = msgspec.json.Encoder(enc_hook=_dumped)


def _plain(annotation: Any) -> Any:
    """The annotation with structs in the place of models, as msgspec reads it."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return struct_of(annotation)
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _plain(inner[0])
    if origin in {Union, types.UnionType}:
        return Union[tuple(_plain(one) for one in inner)]  # noqa: UP007 - made at run time
    if inner and isinstance(origin, type):
        return origin[tuple(_plain(one) for one in inner)]  # type: ignore[index]  # a generic of the standard library
    return annotation


def _copier(default: Any) -> Callable[[], Any]:
    """Makes the default anew: a struct in the place of a model."""
    if isinstance(default, BaseModel):
        kind, values = struct_of(type(default)), default.model_dump()
        return lambda: kind(**values)
    return lambda: type(default)(default)
