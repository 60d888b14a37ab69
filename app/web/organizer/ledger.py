"""`/organizer/weeks/{week}/ledger`: a week's activities, searched and filtered; and each one with its history."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import Act, SignedInAct
from app.domain.rules import ADJUSTMENT, ATTENDANCE
from app.domain.wording import kind_title
from app.errors import Malformed, Problem
from app.models import Week
from app.services.ledger import ledger
from app.services.organizing import bulk_reversals, ledger_desk, ledger_search
from app.services.organizing.ledger_desk import MOST_A_DAY
from app.services.organizing.ledger_search import NO_TEAM, LedgerRow, Wanted
from app.services.paging import Page as RowPage
from app.services.rules import rule_sets
from app.services.teams import teams
from app.services.weeks import weeks
from app.web.deps import OrganizerAct, ReadSession
from app.web.http.fields import MaxLength, Reason, says
from app.web.http.forms import Form, FormState
from app.web.http.render import plural
from app.web.organizer.filters import DaysFilter
from app.web.organizer.page import Tidied
from app.web.routes import DatabaseRoute
from app.web.submit import Done, Page, submit

router = APIRouter(include_in_schema=False, route_class=DatabaseRoute)

PER_PAGE = 50
LEDGER = "/organizer/weeks/{week}/ledger"
STATES = {"standing": False, "reversed": True}
DONE = {
    "added": "Activity logged.",
    "before": "Already logged. Here it is.",
    "reversed": "Reversed. It earns no points.",
    "reinstated": "Reinstated.",
    "adjusted": "Points adjusted.",
}


class LedgerFilter(DaysFilter):
    """The filter as somebody typed it: `team` is an id or “none”, `q` an id or part of a link, note or reason."""

    q: Tidied = ""
    person: Tidied = ""
    team: Tidied = ""
    kind: Tidied = ""
    source: Tidied = ""
    state: Tidied = ""
    by_hand: Tidied = ""
    same_link: Tidied = ""
    night: Tidied = ""

    def wanted(self, week: Week) -> Wanted:
        """The same as the ledger is searched. Raises FormInvalid for days and a state that are none."""
        is_known = not self.state or self.state in STATES
        self.check(state="" if is_known else f"“{self.state[:40]}” isn’t a state of activities. Choose one.")
        since, until = self.bounds(week)
        return Wanted(
            team=self.team, person=self.person, kind=self.kind, source=self.source, text=self.q,
            reversed=STATES.get(self.state), by_hand=bool(self.by_hand), same_link=bool(self.same_link),
            at_night=bool(self.night), since=since, until=until,
        )  # fmt: skip


def _most(text: str) -> int | None:
    """A limit as people type it; none for nothing. Raises Malformed."""
    if not (typed := text.strip()):
        return None
    if not (typed.isascii() and typed.isdigit() and int(typed[:5]) <= MOST_A_DAY and len(typed) < 5):
        raise Malformed(f"Choose a number from 0 to {MOST_A_DAY:,}, or leave it empty for no limit.")
    return int(typed)


class LimitForm(Form):
    """The number of activities that a person may log for themselves a day, and the one that it replaces."""

    most: Annotated[int | None, MaxLength(4), says(_most)] = None
    seen: str = ""


class ReasonForm(Form):
    """The reason why an activity is reversed or reinstated."""

    reason: Reason


@router.get(LEDGER)
def organizer_ledger(
    request: Request, act: OrganizerAct, session: ReadSession, week: str, cursor: Annotated[str, Query()] = ""
) -> Response:
    """The newest entries of a week's ledger, or those that somebody looks for."""
    page = Page(request, act, session, flash=_flash(request))
    return ledger_page(page, slug=week, wanted=LedgerFilter.of(request), cursor=cursor)


def _flash(request: Request) -> str:
    """The sentence about a limit or a bulk: the numbers are in the address, so it can be loaded again."""
    if request.query_params.get("done") == "limited":
        return "Limit saved."
    texts = {name: request.query_params.get(name, "") for name in ("gone", "back", "stayed")}
    told = {name: int(text) for name, text in texts.items() if text.isascii() and text.isdigit() and len(text) < 10}
    if "gone" in told:
        return f"Reversed {plural(told['gone'], 'activity', 'activities')}. You can undo it below."
    if "back" not in told:
        return ""
    stayed = told.get("stayed", 0)
    sentence = f"Reinstated {plural(told['back'], 'activity', 'activities')}."
    return f"{sentence} {plural(stayed, 'stays', 'stay')} as corrected since." if stayed else sentence


def ledger_page(page: Page[SignedInAct], *, slug: str, wanted: LedgerFilter, cursor: str = "") -> Response:
    """The entries that a filter lets through; none where it cannot be understood, and why. Raises WeekUnknown."""
    session = page.session
    week = weeks.find(session, slug, page.act.now)
    found: RowPage[LedgerRow] = RowPage([], None)
    count = 0
    try:
        narrowed = wanted.wanted(week)
        found = ledger_search.page(session, week, narrowed, cursor=cursor or None, limit=PER_PAGE)
        count = ledger_search.count(session, week, narrowed)
    except Problem as problem:
        page = replace(page, problem=problem)
    titles = kind_titles(session, week)
    return page.render(
        "organizer/ledger/index.html", shown=week, slug=week.slug, rows=found.items, next_cursor=found.next_cursor,
        limit=_limit_form(page, week),
        is_first=not cursor, wanted=wanted, errors=page.errors, count=count, titles=titles, kinds=list(titles.items()),
        teams=[*((team.id, team.name) for team in teams.of_week(session, week)), (NO_TEAM, "No team")],
        bulks=bulk_reversals.recent(session, week),
        sources=[(source, source) for source in ledger_search.sources(session, week)], zone=week.zone,
    )  # fmt: skip


def _limit_form(page: Page[SignedInAct], week: Week) -> FormState[LimitForm]:
    most = "" if week.hand_logs_a_day is None else week.hand_logs_a_day
    return page.form(LimitForm, most=most).having(seen=ledger_desk.limit_text(week))


def kind_titles(session: Session, week: Week) -> Mapping[str, str]:
    """Every kind of entry that a week's ledger may have, as a title."""
    rules = rule_sets.rules_of(session, week)
    kinds = (*(kind.name for kind in rules.kinds), ATTENDANCE, ADJUSTMENT)
    return {kind: kind_title(kind, rules) for kind in kinds}


@router.post(LEDGER + "/limit", name="ledger_limit")
def limit_logs(request: Request, act: OrganizerAct, week: str, form: FormState[LimitForm]) -> Response:
    """Limit what people log by hand for themselves."""

    def change(session: Session, act: Act) -> Done:
        changed = ledger_desk.limit_hand_logs(session, week, form.data.most, act, seen=form.data.seen)
        return Done("organizer_ledger", "limited", {"week": changed.slug})

    return submit(request, act, change, form=form, page=partial(ledger_page, slug=week, wanted=LedgerFilter()))


@router.get(LEDGER + "/{activity_id}")
def organizer_activity(
    request: Request, act: OrganizerAct, session: ReadSession, week: str, activity_id: str, done: str = ""
) -> Response:
    """One entry: what it is, who says so, and what became of it."""
    return activity_page(Page(request, act, session, flash=DONE.get(done, "")), slug=week, activity_id=activity_id)


def activity_page(page: Page[SignedInAct], *, slug: str, activity_id: str) -> Response:
    """An entry's page. Raises WeekUnknown or NotFound."""
    week = weeks.find(page.session, slug, page.act.now)
    row = ledger_search.find(page.session, week, activity_id)
    return page.render(
        "organizer/ledger/activity.html", shown=week, slug=week.slug, row=row, zone=week.zone,
        titles=kind_titles(page.session, week), why=page.form(ReasonForm),
    )  # fmt: skip


@router.post(LEDGER + "/{activity_id}/reversal", name="ledger_reverse")
def reverse_entry(
    request: Request, act: OrganizerAct, week: str, activity_id: str, form: FormState[ReasonForm]
) -> Response:
    """Cancel an entry, for a reason."""
    return _rule(request, act, week, activity_id, form, ledger.reverse, "reversed")


@router.post(LEDGER + "/{activity_id}/reinstatement", name="ledger_reinstate")
def reinstate_entry(
    request: Request, act: OrganizerAct, week: str, activity_id: str, form: FormState[ReasonForm]
) -> Response:
    """Undo a reversal, for a reason."""
    return _rule(request, act, week, activity_id, form, ledger.reinstate, "reinstated")


def _rule(
    request: Request, act: SignedInAct, slug: str, activity_id: str, form: FormState[ReasonForm],
    verb: Callable[..., object], flash: str,
) -> Response:  # fmt: skip
    """Reverse or reinstate an entry of this week; what was ruled meanwhile is said on its page."""

    def save(session: Session, act: Act) -> Done:
        week = weeks.find(session, slug, act.now)
        ledger_search.find(session, week, activity_id)
        verb(session, activity_id, act, reason=form.data.reason)
        return Done("organizer_activity", flash, {"week": week.slug, "activity_id": activity_id})

    page = partial(activity_page, slug=slug, activity_id=activity_id)
    return submit(request, act, save, form=form, page=page)
