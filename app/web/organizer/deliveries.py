"""`/organizer/deliveries`: what tools sent and what became of it; looked at again, singly or all that was found."""

from dataclasses import replace
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SignedInAct
from app.errors import Problem
from app.models import Week
from app.services.intake import deliveries as inbox
from app.services.intake import delivery_search
from app.services.intake.deliveries import DeliveryView
from app.services.intake.delivery_search import MOST_AT_ONCE, Wanted
from app.services.paging import Page as DeliveryPage
from app.services.weeks import weeks
from app.web.deps import OrganizerAct, ReadSession
from app.web.http.forms import FormState
from app.web.http.render import plural
from app.web.organizer import delivery_words
from app.web.organizer.filters import DaysFilter
from app.web.organizer.page import Tidied, number_typed, zone_name, zone_of
from app.web.routes import DatabaseRoute
from app.web.submit import Done, Page, submit

router = APIRouter(include_in_schema=False, route_class=DatabaseRoute)

PER_PAGE = 50
ONE = "/organizer/deliveries/{delivery_id}"
REPLAYED = "It is looked at again within seconds. Reload to see what became of it."
STAYED = "Looked at again. What is recorded stays so."


class DeliveryFilter(DaysFilter):
    """The filter as somebody typed it: `q` is an id, an author or part of a reason."""

    connection: Tidied = ""
    state: Tidied = ""
    q: Tidied = ""


@router.get("/organizer/deliveries")
def organizer_deliveries(
    request: Request,
    act: OrganizerAct,
    session: ReadSession,
    cursor: Annotated[str, Query()] = "",
    again: Annotated[str, Query()] = "",
    stayed: Annotated[str, Query()] = "",
) -> Response:
    """The newest deliveries, or those that somebody looks for."""
    flash = _replayed(number_typed(again), number_typed(stayed)) if again or stayed else ""
    page = Page(request, act, session, flash=flash)
    return deliveries_page(page, wanted=DeliveryFilter.of(request), cursor=cursor, are_read=number_typed(again) > 0)


def _replayed(again: int, stayed: int) -> str:
    sentences = [f"{plural(again, 'delivery is', 'deliveries are')} looked at again within seconds."] if again else []
    if stayed:
        sentences.append(f"{plural(stayed, 'recorded one stays', 'recorded ones stay')} so.")
    return " ".join(sentences) or "There was nothing to look at again."


def deliveries_page(
    page: Page[SignedInAct], *, wanted: DeliveryFilter, cursor: str = "", are_read: bool = False
) -> Response:
    """The deliveries that a filter lets through; none where it cannot be understood, and why.

    `are_read` tells that some are looked at again, which no filter for another state lets through meanwhile.
    """
    session = page.session
    week = weeks.default_week(session, page.clock.game())
    found: DeliveryPage[DeliveryView] = DeliveryPage([], None)
    count = 0
    try:
        narrowed = _narrowed(wanted, week)
        found = delivery_search.page(session, narrowed, cursor=cursor or None, limit=PER_PAGE)
        count = delivery_search.count(session, narrowed)
    except Problem as problem:
        page = replace(page, problem=problem)
    names = [(name, name) for name in delivery_search.connection_names(session)]
    return page.render(
        "organizer/deliveries/index.html", found=found.items, next_cursor=found.next_cursor, is_first=not cursor,
        wanted=wanted, are_read=are_read, count=count, most=MOST_AT_ONCE, connection_options=names,
        people=delivery_search.people_of(session, found.items), kinds=delivery_words.kind_names(session),
        words=delivery_words, errors=page.errors, zone=zone_of(week), zone_name=zone_name(week),
    )  # fmt: skip


def _narrowed(wanted: DeliveryFilter, week: Week | None) -> Wanted:
    """Parse a filter. Raises FormInvalid for days and a state that are none."""
    is_known = not wanted.state or wanted.state in inbox.STATES
    wanted.check(state="" if is_known else f"“{wanted.state[:40]}” isn’t a state of deliveries. Choose one.")
    return Wanted(wanted.connection, wanted.state, wanted.q, *wanted.bounds(week))


@router.post("/organizer/deliveries/replay", name="deliveries_replay")
def replay_deliveries(request: Request, act: OrganizerAct, form: FormState[DeliveryFilter]) -> Response:
    """Look again at all that a filter lets through."""
    wanted = form.data

    def replay(session: Session, act: SignedInAct) -> Done:
        narrowed = _narrowed(wanted, weeks.default_week(session, act.now))
        again, stayed = delivery_search.replay_all(session, narrowed, act)
        return Done("organizer_deliveries", "", {**wanted.values, "again": str(again), "stayed": str(stayed)})

    return submit(request, act, replay, page=partial(deliveries_page, wanted=wanted))


@router.get(ONE)
def organizer_delivery(
    request: Request, act: OrganizerAct, session: ReadSession, delivery_id: str, done: Annotated[str, Query()] = ""
) -> Response:
    """One delivery: what became of it, and what was kept."""
    flash = {"replayed": REPLAYED, "stayed": STAYED}.get(done, "")
    return delivery_page(Page(request, act, session, flash=flash), delivery_id=delivery_id)


def delivery_page(page: Page[SignedInAct], *, delivery_id: str) -> Response:
    """One delivery. Raises NotFound."""
    session = page.session
    week = weeks.default_week(session, page.clock.game())
    view = inbox.find(session, delivery_id)
    kinds, zone = delivery_words.kind_names(session), zone_of(week)
    return page.render(
        "organizer/deliveries/delivery.html", delivery=view.delivery, connection=view.connection,
        person=delivery_search.people_of(session, [view]).get(view.delivery.activity_id or ""),
        readings=delivery_words.read(view.delivery, kinds, zone), body=delivery_words.body(view.delivery),
        headers=inbox.headers_of(view.delivery), kinds=kinds, words=delivery_words, zone=zone,
        zone_name=zone_name(week), body_days=page.settings.unread_body_days,
    )  # fmt: skip


@router.post(ONE + "/replay", name="delivery_replay")
def replay_delivery(request: Request, act: OrganizerAct, delivery_id: str) -> Response:
    """Look at one again."""

    def replay(session: Session, act: SignedInAct) -> Done:
        view = inbox.replay(session, delivery_id, act)
        flash = "stayed" if view.delivery.state == "recorded" else "replayed"
        return Done("organizer_delivery", flash, {"delivery_id": delivery_id})

    return submit(request, act, replay, page=partial(delivery_page, delivery_id=delivery_id))
