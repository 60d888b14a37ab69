"""`/organizer/displays/messages`: messages on the screens: thanks, a birthday, news, a code to join with."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Annotated

from fastapi import APIRouter
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.config import Settings
from app.domain.actor import SignedInAct
from app.errors import Malformed
from app.models import ScreenMessage
from app.services.displays import messages
from app.services.displays.messages import MessageFields, MessageStale
from app.services.weeks import weeks
from app.web.deps import AppClock, AppSettings, OrganizerRealAct, ReadSession
from app.web.http.addresses import url_for
from app.web.http.client import base_of
from app.web.http.fields import MaxLength, optional, says
from app.web.http.forms import Form, FormState
from app.web.organizer.page import day_typed, zone_of
from app.web.routes import DatabaseRoute
from app.web.submit import Done, Page, submit

router = APIRouter(include_in_schema=False, prefix="/organizer/displays/messages", route_class=DatabaseRoute)

DONE = {
    "written": "The message is on the screens, whenever it is its turn. Show it now with the remote.",
    "changed": "Message changed.",
    "removed": "Message removed. It’s gone from every screen.",
}
KINDS = [("thanks", "Thanks"), ("birthday", "Birthday"), ("join", "Come and join"), ("news", "Anything else")]


def _day(text: str) -> str:
    day_typed(text.strip())
    return text.strip()


class MessageForm(Form):
    """A message: its kind, what it says, where its QR code leads, its last day, and the edition it replaces."""

    kind: str = "thanks"
    title: Annotated[str, MaxLength(messages.LONGEST_TITLE), says(messages.check_title)]
    text: Annotated[str, MaxLength(messages.LONGEST_TEXT), says(messages.check_text)] = ""
    link: Annotated[str, MaxLength(messages.LONGEST_LINK), says(messages.check_link)] = ""
    last_day: Annotated[str, MaxLength(10), optional(_day)] = ""
    seen: Annotated[str, MaxLength(12)] = ""


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message with the form that changes it; over once its last day was."""

    message: ScreenMessage
    form: FormState[MessageForm]
    last_day: datetime | None
    is_over: bool


@router.get("", name="screen_messages")
def list_messages(request: Request, act: OrganizerRealAct, session: ReadSession, done: str = "") -> Response:
    """The messages there are, and a form for another."""
    return messages_page(Page(request, act, session, flash=DONE.get(done, "")))


def messages_page(page: Page[SignedInAct]) -> Response:
    """The page of messages."""
    week = weeks.default_week(page.session, page.clock.game())
    base = base_of(page.request, page.settings)
    rows = [_row(page, message, zone_of(week)) for message in messages.every(page.session)]
    return page.render(
        "organizer/displays/messages.html", rows=rows, form=page.form(MessageForm), kinds=KINDS, zone=zone_of(week),
        addresses=[
            ("Sign in", _join_address(page.request, page.settings)), ("Shifts", base + url_for("current_shifts")),
            ("Board", base + url_for("current_board")),
        ],
    )  # fmt: skip


def _row(page: Page[SignedInAct], message: ScreenMessage, zone: tzinfo) -> MessageRow:
    last = message.until - timedelta(seconds=1) if message.until else None
    edition = messages.edition(message)
    form = page.form(
        MessageForm, message.id, kind=message.kind, title=message.title, text=message.text, link=message.link,
        last_day=last.astimezone(zone).date().isoformat() if last else "", seen=edition,
    )  # fmt: skip
    if isinstance(page.problem, MessageStale):
        form = form.having(seen=edition)
    return MessageRow(message, form, last, message.until is not None and message.until <= page.act.now)


def _join_address(request: Request, settings: Settings) -> str:
    """The page where phones sign in, and people join a team with its code."""
    return base_of(request, settings) + url_for("me")


def _fields(session: Session, data: MessageForm, act: SignedInAct, now: datetime, join_address: str) -> MessageFields:
    """The fields of a message, its last day by the zone people here live by. Raises Malformed.

    Its QR code leads to the address that was typed; one to join with leads to ours where none was.
    """
    day = day_typed(data.last_day)
    until = messages.end_of(session, day, now) if day else None
    if until is not None and until <= act.now:
        raise Malformed.at(last_day="This day is over. Choose today or a later one.")
    link = data.link or (join_address if data.kind == "join" else "")
    return MessageFields(data.kind, data.title, data.text, link, until)


@router.post("", name="screen_message_write")
def write_message(
    request: Request, act: OrganizerRealAct, clock: AppClock, settings: AppSettings, form: FormState[MessageForm]
) -> Response:
    """Put a message on the screens."""
    join_address = _join_address(request, settings)

    def write(session: Session, act: SignedInAct) -> Done:
        messages.write(session, _fields(session, form.data, act, clock.game(), join_address), act)
        return Done("screen_messages", "written")

    return submit(request, act, write, form=form, page=messages_page)


@router.post("/{screen_message}", name="screen_message_change")
def change_message(
    request: Request,
    act: OrganizerRealAct,
    clock: AppClock,
    settings: AppSettings,
    screen_message: str,
    form: FormState[MessageForm],
) -> Response:
    """Change a message."""
    join_address = _join_address(request, settings)

    def change(session: Session, act: SignedInAct) -> Done:
        fields = _fields(session, form.data, act, clock.game(), join_address)
        messages.write(session, fields, act, message_id=screen_message, seen=form.data.seen)
        return Done("screen_messages", "changed")

    return submit(request, act, change, form=form.keyed(screen_message), page=messages_page)


@router.post("/{screen_message}/removal", name="screen_message_remove")
def remove_message(request: Request, act: OrganizerRealAct, screen_message: str) -> Response:
    """Take a message off the screens."""

    def remove(session: Session, act: SignedInAct) -> Done:
        messages.remove(session, screen_message, act)
        return Done("screen_messages", "removed")

    return submit(request, act, remove, page=messages_page)
