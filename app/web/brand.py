"""The brand's files: the accent as a stylesheet, for pages hold no style, the logo, and the manifest with its name."""

import json
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.errors import NotFound
from app.services import appearances
from app.web.deps import ReadSession
from app.web.http import branding, render
from app.web.routes import DatabaseRoute

router = APIRouter(include_in_schema=False, route_class=DatabaseRoute)

FOR_EVER = "public, max-age=31536000, immutable"
_DRAWN_ALONE = "default-src 'none'; sandbox"
"""The Content-Security-Policy of a picture that somebody opens by itself."""

Version = Annotated[str, Query(max_length=40)]


@router.get("/brand.css", name="brand_css")
async def brand_css(v: Version = "") -> Response:
    """The accent; an address with its own colours is kept for ever, any other is asked for each time."""
    brand = branding.brand()
    rules = branding.rules_of(brand.accent) if brand.accent else ""
    is_own = bool(v) and v == brand.mark
    return Response(rules, media_type="text/css", headers={"Cache-Control": FOR_EVER if is_own else "no-cache"})


@router.get("/brand.png", name="brand_logo")
def brand_logo(session: ReadSession, v: Version = "") -> Response:
    """The logo; an address with its own content hash is kept for ever. Raises NotFound without one."""
    logo = branding.brand().logo
    png = appearances.logo_png(session, logo.sha256) if logo else None
    if logo is None or png is None:
        raise NotFound("There’s no logo here.")
    headers = {
        "Cache-Control": FOR_EVER if v == logo.version else "no-cache",
        "Content-Security-Policy": _DRAWN_ALONE,
        "ETag": f'"{logo.version}"',
    }
    return Response(png, media_type="image/png", headers=headers)


@router.get("/brand.webmanifest", name="brand_manifest")
def brand_manifest() -> Response:
    """The web app manifest, with the name of the installation; asked for again each time."""
    brand = branding.brand()
    own: dict[str, Any] = {"name": brand.name, "short_name": brand.name} if brand.name != branding.SHIPPED.name else {}
    body = json.dumps({**_manifest(), **own}, ensure_ascii=False)
    return Response(body, media_type="application/manifest+json", headers={"Cache-Control": "no-cache"})


@cache
def _manifest() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((render.STATIC / "manifest.webmanifest").read_text(encoding="utf-8"))
    return document
