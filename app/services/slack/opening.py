"""Forms that are to be opened: Slack takes their trigger for three seconds, so a job opens each at once."""

import json
from datetime import datetime, timedelta
from typing import Any, Final

from sqlmodel import Session

from app.domain.slack import forms, writing
from app.domain.slack.calls import Call
from app.models import Shift, SlackCall
from app.models.columns import is_id
from app.services import jobs
from app.services.slack import pending, sentences
from app.services.weeks import weeks

OPEN: Final = "slack.open"
"""The kind of the job that opens a form."""
LOG, OFFER = "open_log", "open_offer"
LASTS: Final = timedelta(seconds=2.5)
"""A trigger is valid for three seconds (docs.slack.dev)."""


def plan(session: Session, connection_id: str, call: Call, action: str, now: datetime, **said: str) -> bool:
    """Have a form opened at once, with what was said already; False for a copy."""
    made = pending.add(session, connection_id, call, action, json.dumps(said), now)
    if made is not None:
        jobs.enqueue(session, OPEN, {"call": made}, run_at=now)
    return made is not None


def view(call: SlackCall, now: datetime) -> dict[str, Any] | None:
    """The form to open; None where its trigger is over."""
    if now >= call.created_at + LASTS:
        return None
    said = json.loads(call.value)
    if call.action == OFFER:
        return forms.offer_view(said.get("metadata", ""))
    return forms.log_view(said.get("metadata", ""), link=said.get("link", ""), note=said.get("note", ""))


def opened(session: Session, call_id: str, now: datetime) -> None:
    """Note that a form is open; nothing of what it was opened with is kept."""
    call = pending.hold(session, call_id)
    if call is not None:
        call.value, call.response_url = "", ""
        pending.settle(session, call, "", now)


def failed(session: Session, call_id: str, url: str, now: datetime) -> None:
    """Lead to the form's page instead."""
    call = pending.hold(session, call_id)
    if call is None:
        return
    name, path = _page(session, call)
    call.value = ""
    lines = sentences.form_link(name, f"{url.rstrip('/')}{path}") if url else [sentences.USAGE]
    pending.settle(session, call, writing.dump(lines), now)


def _page(session: Session, call: SlackCall) -> tuple[str, str]:
    """The words for a form's page, and its path."""
    if call.action == LOG:
        return "Log an activity", "/me/log"
    shift_id = json.loads(call.value or "{}").get("metadata", "").partition("/")[0]
    shift = session.get(Shift, shift_id) if is_id(shift_id) else None
    slug = weeks.find_by_id(session, shift.week_id).slug if shift is not None else ""
    return "Offer your seat", f"/weeks/{slug}/shifts/{shift_id}" if slug else "/shifts"
