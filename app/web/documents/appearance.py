"""The appearance."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict  # pydantic cannot read typing's own before Python 3.12

from app.domain.look import Look
from app.services.exports.ledger_export import moment
from app.web.documents.values import Moment


class LogoFacts(TypedDict):
    """A logo: its path on this site, its size in pixels, and its content hash."""

    path: Annotated[str, Field(examples=["/brand.png?v=9f86d081884c7d65"])]
    width: int
    height: int
    sha256: str


class Appearance(TypedDict):
    """The installation's own name, accent colour and logo; null is as it ships. `version` counts their changes."""

    name: Annotated[str | None, Field(examples=["Support Olympics"])]
    accent: Annotated[str | None, Field(examples=["#1d6849"])]
    logo: LogoFacts | None
    version: int
    by: str | None
    at: Moment | None


def appearance_document(look: Look) -> Appearance:
    """The appearance as it is given."""
    return {
        "name": look.name or None,
        "accent": look.accent or None,
        "logo": _logo(look),
        "version": look.version,
        "by": look.by or None,
        "at": moment(look.at) if look.at else None,
    }


def _logo(look: Look) -> LogoFacts | None:
    if not look.logo:
        return None
    path = f"/brand.png?v={look.logo[:16]}"
    return {"path": path, "width": look.logo_width, "height": look.logo_height, "sha256": look.logo}
