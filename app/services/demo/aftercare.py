"""Work around the demo's weeks: wishes and what became of them, knowledge cards, and reviews of answers."""

from datetime import datetime, time, timedelta
from typing import Final, NamedTuple

from sqlmodel import Session, col, select

from app.domain import actor as actors
from app.domain.actor import Act, SignedInAct, SignedInActor, rights_of, system
from app.domain.quality import QUESTIONS, Mark
from app.models import AnswerReview, LedgerEntry, Person, Week
from app.services import guestbook
from app.services.access import accounts
from app.services.cards import aging, cards
from app.services.cards.cards import Edit
from app.services.demo.cast import CAST, SIGNED_UP, SLUG, moment
from app.services.demo.lots import lot
from app.services.demo.rota import BEGINS
from app.services.feedback import items
from app.services.feedback.items import Change
from app.services.reviews import calibration, reviews, rubrics
from app.services.weeks import weeks

CUSTOMERS_BEFORE: Final = 2_100
CUSTOMERS: Final = 2_400
FUNCTIONS = ("Engineering", "Engineering", "Design", "Sales", "Engineering", "Sales")
REVIEWED_AT = moment(4, time(17, 30))
"""The moment at which the answers of the week have been reviewed."""
_LOOKED_AT = timedelta(minutes=10)
_LINK = "https://help.example.com/tickets/"
_BY = system("demo")


class Reviewed(NamedTuple):
    """The time at which the answers of the week have been reviewed."""


class _Wish(NamedTuple):
    who: str
    improve: str
    title: str
    ways: tuple[Change, ...]


_PLANNED = Change(state="planned", owner="")
_WISHES = (
    _Wish("siobhan", "Handing over took as long as the shift.", "Shorter handovers", (
        _PLANNED, Change(state="doing"), Change(state="done", did="Both teams have the last ten minutes."),
    )),
    _Wish("mateo", "I never knew whom to ask.", "One person to ask at every hour", (
        _PLANNED, Change(state="doing"), Change(state="done", did="Each shift has a buddy, named on its page."),
    )),
    _Wish("aile", "Please, a second screen.", "Two screens for each pair", (_PLANNED, Change(state="doing"))),
    _Wish("tane", "Shifts at night as well?", "Shifts at night", (
        Change(state="not_now", why="Too few customers write then: one in fifty."),
    )),
)  # fmt: skip
_CARDS = (
    "Resetting a password without the old phone", "Why an invoice comes twice", "Moving a project to another team",
    "Webhooks for those who are not angry yet", "What “archived” means", "Importing from a spreadsheet",
)  # fmt: skip
_GOOD = (
    "You answered the question behind the question.", "Warm from the first word.", "Two steps, both of them clear.",
    "You said when they will hear from us.",
)  # fmt: skip


def prepare(session: Session, slug: str) -> None:
    """Have the earlier week of this slug looked after, and people take part in the reviews of the week to come."""
    before = weeks.find(session, slug, SIGNED_UP)
    after = before.closed_at or SIGNED_UP
    _name_functions(session)
    week = weeks.find(session, SLUG, SIGNED_UP)
    before.customers, week.customers = CUSTOMERS_BEFORE, CUSTOMERS  # the contacts of their days are known
    _feedback(session, before, after + timedelta(days=1))
    _cards(session, before)
    review(session, slug, after + timedelta(days=2))
    _opt_in(session, SLUG, SIGNED_UP)
    links = [f"{_LINK}{4_711 + number}" for number in range(3)]
    calibration.choose(session, SLUG, links, Act(_BY, SIGNED_UP))
    _calibrate(session, week)


def _name_functions(session: Session) -> None:
    for number, player in enumerate(CAST.values()):
        person = accounts.by_email(session, player.email)
        if person is not None:
            person.function = FUNCTIONS[number % len(FUNCTIONS)]
            session.add(person)


def _person(session: Session, handle: str) -> Person:
    return session.exec(select(Person).where(Person.email == CAST[handle].email)).one()


def _feedback(session: Session, week: Week, at: datetime) -> None:
    for wish in _WISHES:
        author = _person(session, wish.who)
        act = Act(actors.person(author.name, author.id, "player"), at)
        entry = guestbook.write(session, week.slug, author.id, "", wish.improve, act, is_public=True, may_quote=False)
        item = items.make(session, week.slug, Change(title=wish.title, entries=(entry.id,)), Act(_BY, at))
        for days, way in enumerate(wish.ways, 1):
            owner = CAST["priya"].email if way.owner is not None else None
            wanted = Change(state=way.state, owner=owner, did=way.did, why=way.why)
            items.change(session, week.slug, item.id, wanted, Act(_BY, at + timedelta(days=days)))


def _cards(session: Session, week: Week) -> None:
    """Name the earlier week's cards and have most verified: when the next one begins, they are due soon."""
    query = select(LedgerEntry).where(LedgerEntry.week_id == week.id, LedgerEntry.kind == "knowledge_card")
    found = session.exec(query.order_by(col(LedgerEntry.occurred_at)).limit(len(_CARDS))).all()
    has_draft = False
    for entry, title in zip(found, _CARDS, strict=False):
        owner = session.get_one(Person, entry.person_id)
        other = _person(session, "priya" if owner.email != CAST["priya"].email else "mateo")
        edit = Edit(title, f"https://cards.example.com/{entry.external_id}")
        named_at = entry.occurred_at + timedelta(hours=1)
        cards.edit(session, entry.id, edit, Act(actors.person(owner.name, owner.id, "player"), named_at))
        if not has_draft and entry.occurred_at.weekday() > 0:
            has_draft = True
            continue
        act = Act(actors.person(other.name, other.id, "player"), entry.occurred_at + timedelta(hours=2))
        cards.verify(session, entry.id, other.id, act)
    aging.look(session, Act(actors.system("cards"), BEGINS))


def _reviewers(session: Session) -> list[Person]:
    """Every third of the cast."""
    return [_person(session, handle) for number, handle in enumerate(CAST) if number % 3 == 0]


def _act(person: Person, at: datetime) -> SignedInAct:
    rights = rights_of("player")
    actor = SignedInActor(
        person.name, "person", rights, person.id, email=person.email, theme=person.theme, sign_in_id="", csrf=""
    )
    return SignedInAct(actor, at)


def _opt_in(session: Session, slug: str, at: datetime) -> None:
    for person in _reviewers(session):
        reviews.take_part(session, slug, _act(person, at), is_author=True, is_reviewer=True)


def look_back(session: Session, at: datetime) -> None:
    """Have answers of the week reviewed, and cards become due that are."""
    review(session, SLUG, at)
    aging.look(session, Act(actors.system("cards"), at))


def review(session: Session, slug: str, at: datetime) -> None:
    """Have an answer of everybody who takes part reviewed by somebody of another team; the last one still waits."""
    week = weeks.find(session, slug, at)
    _opt_in(session, slug, at)
    for person in _reviewers(session):
        mine = reviews.choices(session, week, person.id)
        if mine:
            reviews.ask(session, slug, mine[0].id, f"{_LINK}{mine[0].seq}", _act(person, at))
    query = select(AnswerReview).where(AnswerReview.week_id == week.id, col(AnswerReview.reviewer_id).is_not(None))
    asked = session.exec(query.order_by(col(AnswerReview.activity_seq))).all()
    version = rubrics.current(session).number
    for number, each in enumerate(asked[:-1]):
        reviewer = session.get_one(Person, each.reviewer_id)
        good, to_try = _GOOD[number % len(_GOOD)], "" if number % 2 else "Say it in fewer words."
        reviews.give(session, each.id, _marks(each.url), good, to_try, _act(reviewer, at + _LOOKED_AT), rubric=version)


def _calibrate(session: Session, week: Week) -> None:
    """Have reviewers mark the three answers; about the last question they do not agree."""
    version = rubrics.current(session).number
    for number, person in enumerate(_reviewers(session)[:6]):
        last: Mark = ("yes", "partly", "no")[number % 3]
        for answer in calibration.answers(session, week):
            marks = ("yes", "yes", "partly" if number == 5 else "yes", last)
            calibration.mark(session, answer.id, marks, _act(person, SIGNED_UP), rubric=version)


def _marks(url: str) -> list[Mark]:
    usual: tuple[Mark, ...] = ("yes", "yes", "yes", "partly", "no", "na")
    return [usual[int(len(usual) * lot("review", url, number))] for number in range(len(QUESTIONS))]
