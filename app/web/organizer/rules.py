"""`/organizer/rules`: edit the rules, see what they would change in the open weeks, activate them with a note."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BeforeValidator, ConfigDict, Field, ValidationError
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import Act, SignedInAct
from app.domain.text import merging
from app.errors import Conflict, Malformed, Problem, RulesRefused
from app.models import RuleSet
from app.services import reasons
from app.services.rules import editing, history, rule_sets
from app.services.rules.rule_sets import NewerRules
from app.services.standings import previews
from app.services.weeks import weeks
from app.web.deps import OrganizerAct, ReadSession
from app.web.http.fields import MaxLength, Reason, says
from app.web.http.forms import Form, FormInvalid, FormState
from app.web.http.render import render_page, wants_partial
from app.web.organizer.page import zone_name, zone_of
from app.web.organizer.rules_check import Theirs, check
from app.web.routes import DatabaseRoute, only_reads, takes_long
from app.web.submit import Done, Page, submit

router = APIRouter(include_in_schema=False, prefix="/organizer/rules", route_class=DatabaseRoute)

DONE = {
    "activated": "These rules are active. Open weeks are scored by them.",
    "unchanged": "Nothing has changed, so there’s no new version.",
}
FILLED = "Changed in the text. Nothing is active yet: see what it changes, then activate it."
SAME = "The fields are as the text has them. Change one of them first."
MERGED = "Both changes are in the text now. Nothing is active yet."
EMPTY = "Enter the text of the rules, or open this page again for the active one."
CLASH = "Both of you changed the same lines. Put what you want of theirs into your text by hand."
Number = Annotated[int, Field(ge=0, le=2**31 - 1)]


def _lines(text: str) -> str:
    """A text with the line ends of files: browsers send those of the web."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


class RulesForm(Form):
    """A text of rules, the version it was made from, and the fields of the form for common changes.

    `began` is the version that another one took the place of meanwhile; `shown` are those fields as they were shown
    (JSON), so that only what somebody changed is changed in the text.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    text: Annotated[str, BeforeValidator(_lines)]
    version: Number
    began: Number = 0
    note: Annotated[str, MaxLength(reasons.LONGEST), says(reasons.welcome)] = ""
    shown: str = "{}"
    do: Literal["check", "fill", "merge"] = "check"

    @property
    def changes(self) -> Mapping[str, str]:
        """The fields for common changes that have another value than was shown."""
        try:
            shown = json.loads(self.shown)
        except (ValueError, RecursionError):
            shown = None
        known = shown if isinstance(shown, dict) else {}
        typed = self.model_extra or {}
        return {name: value for name, value in typed.items() if name in known and value != known[name]}


class ActivateForm(RulesForm):
    """The same to be activated, with a note on why."""

    note: Reason


@router.get("", name="organizer_rules")
@takes_long
def edit_rules(
    request: Request,
    act: OrganizerAct,
    session: ReadSession,
    done: str = "",
    version: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> Response:
    """The active rules to be changed, or an older version to go back to."""
    start = history.numbered(session, version) if version is not None else None
    return rules_page(Page(request, act, session, flash=DONE.get(done, "")), start=start)


def rules_page(
    page: Page[SignedInAct], *, start: RuleSet | None = None, theirs: Theirs | None = None, filled: str = ""
) -> Response:
    """The desk: the text, its mistakes or what it would change, the form for common changes, the file's mistakes."""
    session, active = page.session, rule_sets.active(page.session)
    form = page.sent or _blank(active, start)
    if isinstance(page.problem, NewerRules):
        began = str(form["version"].value)
        theirs = Theirs.of(session, began, active, _lines(str(form["text"].value)))
        form = form.having(version=str(active.id), began=began)
    text = _lines(str(form["text"].value))
    # Not on the page of a refusal, which is made where writing is: there the page asks for it itself.
    with_run = page.problem is None and not wants_partial(page.request)
    checked = check(session, text, active, page.act.now, with_run=with_run)
    week = weeks.default_week(session, page.clock.game())
    return page.render(
        "organizer/rules/index.html", partial="organizer/rules/_checked.html", form=form.having(text=text),
        active=active, checked=checked, theirs=theirs, filled=filled, zone=zone_of(week), zone_name=zone_name(week),
        week_at_hand=week.slug if week else "", file_errors=rule_sets.file_errors(session),
        typed=_typed(form) if page.problem else {},
    )  # fmt: skip


def _typed(form: FormState[Any]) -> Mapping[str, str]:
    """The common changes that a refused form asked for; the others follow the text."""
    with suppress(ValidationError):
        return RulesForm.model_validate({**form.typed, "note": ""}).changes
    return {}


def _blank(active: RuleSet, start: RuleSet | None) -> FormState[Any]:
    """The form to begin with: of the active text, or of an older one with a note that says so."""
    text, note = (start.text, f"Back to version {start.id}") if start else (active.text, "")
    return FormState.blank(RulesForm, text=text, note=note, version=str(active.id))


@router.post("", name="rules_activate")
@takes_long
def activate_rules(request: Request, act: OrganizerAct, form: FormState[ActivateForm]) -> Response:
    """Make the text the active version, unless somebody else activated one meanwhile."""

    def activate(session: Session, act: Act) -> Done:
        data = form.data
        _check_text(data)
        if rule_sets.active(session).text == data.text:
            return Done("organizer_rules", "unchanged")
        rule_sets.activate(session, data.text, act, note=data.note, version=data.version)
        return Done("organizer_rules", "activated")

    return submit(request, act, activate, form=form, page=rules_page)


@router.post("/check", name="rules_check")
@takes_long
@only_reads
def check_rules(request: Request, act: OrganizerAct, session: ReadSession, form: FormState[RulesForm]) -> Response:
    """The mistakes of a text or what it would change, as it is or with a common change made in it. Changes nothing."""
    page = Page(request, act, session, sent=form)
    try:
        if not wants_partial(request):
            _check_text(form.data)
        change = {"fill": _filled, "merge": _merged}.get(form.data.do)
        text, said = change(session, form.data) if change else (form.data.text, "")
    except RulesRefused:  # the page lists the mistakes of every text
        return rules_page(page)
    except Problem as problem:
        return rules_page(replace(page, sent=form.refused(problem), problem=problem))
    if change is None:
        return rules_page(page)
    kept = {"text": text, "note": form.data.note, "version": str(form.data.version)}
    return rules_page(replace(page, sent=FormState(RulesForm, kept, is_sent=True)), filled=said)


def _check_text(data: RulesForm) -> None:
    """Raise FormInvalid for no text: while somebody types, that is a text with mistakes like any other."""
    if not data.text.strip():
        raise FormInvalid({"text": EMPTY})


def _filled(_session: Session, data: RulesForm) -> tuple[str, str]:
    text = editing.edited(data.text, data.changes)
    return text, SAME if text == data.text else FILLED


def _merged(session: Session, data: RulesForm) -> tuple[str, str]:
    began, theirs = (history.numbered(session, number) for number in (data.began, data.version))
    merged = merging.merge(began.text, data.text, theirs.text)
    if merged is None:
        raise Conflict(CLASH)
    return merged, MERGED


@router.post("/run", name="rules_run")
@takes_long
@only_reads
def run_rules(request: Request, act: OrganizerAct, session: ReadSession, form: FormState[RulesForm]) -> Response:
    """The dry run of a text on the whole ledger, as a part of the page; its mistakes where it has some."""
    try:
        run = previews.dry_run(session, form.data.text, act.now)
    except Malformed:
        return rules_page(Page(request, act, session, sent=form))
    return render_page(request, "organizer/rules/_run.html", run=run)


@router.get("/history", name="rules_history")
def show_history(
    request: Request,
    act: OrganizerAct,
    session: ReadSession,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> Response:
    """Every version that was ever active, with what it changed."""
    page = Page(request, act, session)
    versions, next_before = history.page(session, before)
    week = weeks.default_week(session, page.clock.game())
    return page.render(
        "organizer/rules/history.html", versions=versions, active=rule_sets.active(session).id, is_first=before is None,
        next_before=next_before, zone=zone_of(week), zone_name=zone_name(week),
    )  # fmt: skip


@router.get("/versions/{rules_version}", name="rules_version")
def show_version(request: Request, act: OrganizerAct, session: ReadSession, rules_version: str) -> Response:
    """A version with its text, and the way back to it."""
    page = Page(request, act, session)
    found = history.numbered(session, _number(rules_version))
    week = weeks.default_week(session, page.clock.game())
    return page.render(
        "organizer/rules/version.html", version=history.one(session, found), text=found.text,
        active=rule_sets.active(session), zone=zone_of(week),
    )  # fmt: skip


def _number(text: str) -> int:
    """A version's number in an address; one that cannot be is none there is."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
