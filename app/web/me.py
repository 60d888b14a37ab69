"""A person's own page, and the stylesheet that marks what is theirs on everybody's pages."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.domain.who import Member
from app.web.access import Anybody

router = APIRouter(include_in_schema=False)

NO_STORE = {"Cache-Control": "no-store"}


@router.get("/me/mark.css")
async def mark(_request: Request, who: Anybody) -> Response:
    """The reader's own marks, for boards are the same bytes for everybody."""
    rules = _rules(who) if isinstance(who, Member) else ""
    return Response(rules, media_type="text/css", headers=NO_STORE)


def _rules(who: Member) -> str:
    rules = [":root { --signed-in: yes; }"]
    if who.theme != "auto":
        rules.append(f":root {{ color-scheme: {who.theme}; }}")
    if who.organizes:
        rules.append(".masthead__organize { display: contents; }")
    return "\n".join(rules) + "\n"
