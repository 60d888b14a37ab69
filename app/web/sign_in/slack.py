"""The page of a link from Slack: it names the account there, a button connects it with who signed in, one undoes it."""

from functools import partial

from fastapi import APIRouter
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.db.database import Database
from app.domain.actor import Act, SignedInAct
from app.errors import NotFound
from app.services.access import throttle
from app.services.slack import links
from app.web.deps import AnybodyRealAct, AppDatabase, AppSettings, MemberRealAct, count_try
from app.web.http import cookies
from app.web.http.client import network_of
from app.web.routes import DatabaseRoute
from app.web.sign_in.links import sign_in_page
from app.web.submit import Done, Page, Tries, submit

router = APIRouter(include_in_schema=False, prefix="/sign-in/slack", route_class=DatabaseRoute)


@router.get("/{open_link}")
async def slack_link(
    request: Request, act: AnybodyRealAct, database: AppDatabase, settings: AppSettings, open_link: str
) -> Response:
    """Whom at Slack a link is of. Programs that show previews open links by themselves: that uses nothing up."""
    cookies.check_safe(request, settings)
    try:
        return await database.reads.run(_show, request, act, database, open_link)
    except NotFound as problem:
        await count_try(request, throttle.LINKS_FROM_ADDRESS, network_of(request))
        return sign_in_page(Page(request, act, problem=problem))


def _show(request: Request, act: Act, database: Database, secret: str) -> Response:
    with database.reading() as session:
        return _render(Page(request, act, session), secret, links.look(session, secret, act))


def _render(page: Page[Act], secret: str, view: links.LinkView) -> Response:
    link = view.link
    return page.render(
        "sign_in/slack.html", secret=secret, account=link.user_name or link.user_id, workspace=view.workspace,
        is_used=link.used_at is not None, is_undone=link.undone_at is not None,
    )  # fmt: skip


def _page(secret: str, page: Page[Act]) -> Response:
    try:
        return _render(page, secret, links.look(page.session, secret, page.act))
    except NotFound:
        return sign_in_page(page)


@router.post("/{open_link}")
def slack_link_use(request: Request, act: MemberRealAct, open_link: str) -> Response:
    """Connect the account at Slack with who signed in."""

    def use(session: Session, act: SignedInAct) -> Done:
        links.use(session, open_link, act)
        return Done("slack_link", parts={"open_link": open_link})

    return submit(request, act, use, page=partial(_page, open_link), tries=_tries(request))


@router.post("/{used_link}/undo")
def slack_link_undo(request: Request, act: MemberRealAct, used_link: str) -> Response:
    """Part the account from who connected it."""

    def undo(session: Session, act: SignedInAct) -> Done:
        links.undo(session, used_link, act)
        return Done("slack_link", parts={"open_link": used_link})

    return submit(request, act, undo, page=partial(_page, used_link), tries=_tries(request))


def _tries(request: Request) -> Tries:
    return Tries(throttle.LINKS_FROM_ADDRESS, network_of(request), only_for=NotFound)
