"""`/organizer/unmatched`: what waits for a name, by author; one choice credits all of it."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated

from fastapi import APIRouter
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SignedInAct
from app.domain.text.direction import isolated
from app.models import Person
from app.models.columns import is_id
from app.services.intake import deliveries, delivery_search, unmatched
from app.services.intake.unmatched import Credited
from app.services.organizing import people_search
from app.services.weeks import weeks
from app.web.deps import OrganizerAct, ReadSession
from app.web.http.fields import MaxLength
from app.web.http.forms import Form, FormInvalid, FormState
from app.web.http.render import plural
from app.web.organizer import delivery_words
from app.web.organizer.page import number_typed, zone_name, zone_of
from app.web.routes import DatabaseRoute
from app.web.submit import Done, Page, submit

router = APIRouter(include_in_schema=False, route_class=DatabaseRoute)

PAGE = "/organizer/unmatched"


class NamingForm(Form):
    """The person whom somebody picked, by e-mail or name."""

    person: Annotated[str, MaxLength(people_search.LONGEST)]


@router.get(PAGE)
def organizer_unmatched(request: Request, act: OrganizerAct, session: ReadSession) -> Response:
    """List the authors that wait for a name."""
    skip = number_typed(request.query_params.get("skip", ""))
    page = Page(request, act, session, flash=_flash(request, session))
    return unmatched_page(page, skip=skip, wanted=_wanted(request))


def _wanted(request: Request) -> dict[str, str]:
    """The author and the connection that somebody looks for, as the address has them; nothing where they look for none.

    The forms send them along, so that the same authors are shown afterwards.
    """
    typed = {name: request.query_params.get(name, "").replace("\0", " ").strip() for name in ("q", "connection")}
    return {name: text[: people_search.LONGEST] for name, text in typed.items() if text}


def _flash(request: Request, session: Session) -> str:
    """The sentence for what was done: the numbers and the person are in the address, so it can be loaded again."""
    counts = {
        name: number_typed(request.query_params.get(name, ""))
        for name in ("credited", "repeats", "others", "failed", "rest", "n")
    }
    person_id = request.query_params.get("person", "")
    match request.query_params.get("done", ""):
        case "credited" if is_id(person_id) and (person := session.get(Person, person_id)) is not None:
            numbers = (counts[name] for name in ("credited", "repeats", "others", "failed", "rest"))
            return credited_sentence(person.name, *numbers)
        case "bot":
            return f"Remembered as a bot or service account. {plural(counts['n'], 'report is', 'reports are')} ignored."
        case "aside":
            return f"Set {plural(counts['n'], 'report', 'reports')} aside."
    return ""


def credited_sentence(name: str, credited: int, repeats: int, others: int, failed: int, rest: int) -> str:
    """The sentence for who was named."""
    sentences = [f"{plural(credited, 'activity', 'activities')} credited to {isolated(name)}."]
    if repeats:
        sentences.append(f"{plural(repeats, 'report was a repeat', 'reports were repeats')}.")
    if others:
        became = plural(others, "report is something else, as", "reports are something else, as")
        sentences.append(f"{became} Deliveries shows.")
    if failed:
        told = plural(failed, "report failed and is", "reports failed and are")
        sentences.append(f"{told} quarantined. Deliveries says why.")
    if rest:
        sentences.append(f"{plural(rest, 'more follows', 'more follow')} within seconds.")
    return " ".join(sentences)


def unmatched_page(page: Page[SignedInAct], *, wanted: Mapping[str, str], skip: int = 0) -> Response:
    """The authors that wait, or those somebody looks for, with a form for each."""
    text, connection = wanted.get("q", ""), wanted.get("connection", "")
    session = page.session
    week = weeks.default_week(session, page.clock.game())
    waiting = unmatched.look(session, text=text, connection=connection, skip=skip)
    forms = {
        group.id: page.form(NamingForm, group.id, person=group.guess.person.email if group.guess else "")
        for group in waiting.groups
    }
    return page.render(
        "organizer/unmatched.html", waiting=waiting, forms=forms, words=delivery_words,
        kinds=delivery_words.kind_names(session), choices=people_search.choices(session) if waiting.groups else [],
        zone=zone_of(week), zone_name=zone_name(week), wanted=wanted, skip=skip,
        connections=[(each, each) for each in delivery_search.connection_names(session)],
    )  # fmt: skip


@router.post(PAGE + "/{delivery_id}/credit", name="unmatched_credit")
def credit_author(request: Request, act: OrganizerAct, delivery_id: str, form: FormState[NamingForm]) -> Response:
    """Say who an author is."""

    def credit(session: Session, act: SignedInAct) -> Done:
        deliveries.find(session, delivery_id)
        person = pick(session, form.data.person)
        outcome = unmatched.credit(session, delivery_id, person.email, act)
        return Done("organizer_unmatched", "credited", _counted(outcome) | _wanted(request))

    return submit(
        request, act, credit, form=form.keyed(delivery_id), page=partial(unmatched_page, wanted=_wanted(request))
    )


def pick(session: Session, typed: str) -> Person:
    """The person somebody typed. Raises FormInvalid with a sentence for the field."""
    found = people_search.pick(session, typed)
    if isinstance(found, Person):
        return found
    raise FormInvalid({"person": found})


def _counted(outcome: Credited) -> dict[str, str]:
    repeats, failed = outcome.states.get("repeated", 0), outcome.states.get("quarantined", 0)
    others = sum(outcome.states.values()) - outcome.states.get("recorded", 0) - repeats - failed
    numbers = {
        "credited": outcome.activities, "repeats": repeats, "others": others, "failed": failed,
        "rest": outcome.following,
    }  # fmt: skip
    return {"person": outcome.person.id, **{name: str(number) for name, number in numbers.items() if number}}


@router.post(PAGE + "/{delivery_id}/bot", name="unmatched_bot")
def name_bot(request: Request, act: OrganizerAct, delivery_id: str) -> Response:
    """Say that an author is a bot or service account."""

    def name(session: Session, act: SignedInAct) -> Done:
        number = unmatched.name_bot(session, delivery_id, act)
        return Done("organizer_unmatched", "bot", {"n": str(number)} | _wanted(request))

    return submit(request, act, name, page=partial(unmatched_page, wanted=_wanted(request)))


@router.post(PAGE + "/{delivery_id}/aside", name="unmatched_aside")
def set_aside(request: Request, act: OrganizerAct, delivery_id: str) -> Response:
    """Ignore what waits without an author."""

    def ignore(session: Session, act: SignedInAct) -> Done:
        number = unmatched.set_aside(session, delivery_id, act)
        return Done("organizer_unmatched", "aside", {"n": str(number)} | _wanted(request))

    return submit(request, act, ignore, page=partial(unmatched_page, wanted=_wanted(request)))
