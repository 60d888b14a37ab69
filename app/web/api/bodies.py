"""Bodies that routes read by themselves, because permission comes first: their OpenAPI, and flaws in them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel

from app.errors import Malformed


def takes(media_type: str, schema: dict[str, Any], example: object, *, required: bool = True) -> dict[str, Any]:
    """Describe a body of a media type in OpenAPI."""
    return {"requestBody": {"required": required, "content": {media_type: {"schema": schema, "example": example}}}}


def takes_json(model: type[BaseModel], example: dict[str, Any], *, required: bool = True) -> dict[str, Any]:
    """Describe a body of this model in OpenAPI."""
    return takes("application/json", model.model_json_schema(), example, required=required)


def takes_changes(model: type[BaseModel], example: dict[str, Any]) -> dict[str, Any]:
    """Describe a body of which all that is left out stays as it is: without defaults, or clients would send them."""
    schema = model.model_json_schema()
    for field in schema["properties"].values():
        field.pop("default", None)
    return takes("application/json", schema, example)


def flaw_in(field: str, message: str) -> Malformed:
    """The refusal that tells a flaw of one field."""
    return Malformed(message, errors=[{"field": field, "message": message}])


@contextmanager
def naming(field: str) -> Iterator[None]:
    """Name the field whose flaw a service tells of, which only shows beside what is there already."""
    try:
        yield
    except Malformed as flaw:
        raise flaw if flaw.extra else flaw_in(field, flaw.detail) from None
