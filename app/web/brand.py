"""`/brand.css`: the installation's accent as a stylesheet of its own, for pages hold no style."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.web.http import branding

router = APIRouter(include_in_schema=False)

FOR_EVER = "public, max-age=31536000, immutable"


@router.get("/brand.css", name="brand_css")
async def brand_css(v: Annotated[str, Query(max_length=40)] = "") -> Response:
    """The accent; an address with its own colours is kept for ever, any other is asked for each time."""
    brand = branding.brand()
    rules = branding.rules_of(brand.accent) if brand.accent else ""
    is_own = bool(v) and v == brand.mark
    return Response(rules, media_type="text/css", headers={"Cache-Control": FOR_EVER if is_own else "no-cache"})
