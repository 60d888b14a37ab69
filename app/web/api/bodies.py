"""Bodies that routes read by themselves: permission comes first, and every flaw gets a sentence."""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from app.services.intake import flaw_of, mend

ModelT = TypeVar("ModelT", bound=BaseModel)


def parse(model: type[ModelT], body: bytes) -> ModelT:
    """The body as this model. Raises Malformed with every flaw, whatever the bytes are."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        items = error.errors(include_url=False, include_input=False)
        flaws = (flaw_of(item["loc"], item["type"], item["msg"], item.get("ctx", {})) for item in items)
        raise mend(tuple(flaws)) from None


def takes(media_type: str, schema: dict[str, Any], example: object, *, required: bool = True) -> dict[str, Any]:
    """How OpenAPI describes such a body."""
    return {"requestBody": {"required": required, "content": {media_type: {"schema": schema, "example": example}}}}


def takes_json(model: type[BaseModel], example: dict[str, Any]) -> dict[str, Any]:
    """How OpenAPI describes a body of this model."""
    return takes("application/json", model.model_json_schema(), example)
