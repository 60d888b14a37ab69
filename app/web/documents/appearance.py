"""The appearance."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict  # pydantic cannot read typing's own before Python 3.12

from app.services.appearances import Look
from app.services.exports.ledger_export import moment
from app.web.documents.values import Moment


class Appearance(TypedDict):
    """The installation's own name and accent colour; null is as it ships. `version` counts their changes."""

    name: Annotated[str | None, Field(examples=["Support Olympics"])]
    accent: Annotated[str | None, Field(examples=["#1d6849"])]
    version: int
    by: str | None
    at: Moment | None


def appearance_document(look: Look) -> Appearance:
    """The appearance as it is given."""
    return {
        "name": look.name or None,
        "accent": look.accent or None,
        "version": look.version,
        "by": look.by or None,
        "at": moment(look.at) if look.at else None,
    }
