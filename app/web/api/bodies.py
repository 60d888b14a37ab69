"""OpenAPI of bodies that routes read by themselves, because permission comes first."""

from typing import Any

from pydantic import BaseModel


def takes(media_type: str, schema: dict[str, Any], example: object, *, required: bool = True) -> dict[str, Any]:
    """Describe a body of a media type in OpenAPI."""
    return {"requestBody": {"required": required, "content": {media_type: {"schema": schema, "example": example}}}}


def takes_json(model: type[BaseModel], example: dict[str, Any], *, required: bool = True) -> dict[str, Any]:
    """Describe a body of this model in OpenAPI."""
    return takes("application/json", model.model_json_schema(), example, required=required)
