"""A site with somebody of every role, who knocks at every door."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal

import httpx
from sqlalchemy import delete
from sqlmodel import Session, col, select

from app.domain import actor as actors
from app.domain.actor import SCOPES, Act, SignedInAct, SignedInActor, rights_of
from app.domain.calendar.slots import slot_between
from app.domain.text.public_addresses import Allowed
from app.integrations.sources import registry
from app.jobs import upkeep
from app.models import (
    AnswerReview,
    Backfill,
    CalibrationAnswer,
    LedgerEntry,
    ReviewPerson,
    Shift,
    Throttle,
    WebhookMessage,
)
from app.services import announcements, appearances, calendar_feeds, guestbook, guide, jobs, lifecycle
from app.services.access import accounts, links, sign_ins, tokens
from app.services.access.credentials import ValidCredential
from app.services.calendar_feeds import NewFeed
from app.services.cards import aging, cards
from app.services.displays import displays
from app.services.displays import messages as screen_messages
from app.services.displays.messages import MessageFields
from app.services.feedback import items as feedback_items
from app.services.feedback.items import Change
from app.services.forecasts import days
from app.services.imports import history, identity_import, roster_import
from app.services.intake import api_keys, authors, connections, deliveries, processing
from app.services.intake.deliveries import Incoming
from app.services.operations import secrets
from app.services.organizing import bulk_reversals, join_codes, team_admin
from app.services.organizing.bulk_reversals import Selection
from app.services.rehearsals import rehearsals
from app.services.reviews import rubrics
from app.services.rules import rule_sets
from app.services.shifts import covers, readiness, seats, shifts, waiting
from app.services.shifts.shifts import ShiftFields
from app.services.slack import links as slack_links
from app.services.slack.links import Asked
from app.services.teams import teams
from app.services.webhooks import endpoints
from app.services.weeks import weeks  # fmt: skip
from tests.builders import (
    ADA,
    BO,
    CATS,
    CHIDI,
    DUA,
    OWLS,
    PACIFIC,
    RULES,
    SIGNING_KEY,
    SLUG,
    a_team,
    a_week,
    act_by,
    moment,
)
from tests.web.route_access import MEMBERS, Role, RouteAccess
from tests.web.running_app import RunningApp, Visitor, pair, screen_code, sign_in

THURSDAY = moment("2022-09-15 00:00")
EMAILS: dict[Role, tuple[str, Literal["player", "organizer", "owner"]]] = {
    "player": (ADA, "player"),
    "outsider": (DUA, "player"),
    "organizer": ("organizer@example.com", "organizer"),
    "owner": ("owner@example.com", "owner"),
}


def forget_tries(site: RunningApp) -> None:
    """Let everybody try anew: there are more doors here than forms that somebody may send in a minute."""
    with site.database.unit_of_work() as session:
        session.execute(delete(Throttle))


@dataclass
class RoleClients:
    """A site with somebody of every role, and something fresh for every placeholder of a path."""

    site: RunningApp
    people: dict[Role, Visitor] = field(default_factory=dict)
    made: int = 0
    shifts: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)
    team_ids: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Let everybody come in; the teams are known by the names they begin with, for some doors rename them."""
        self.team_ids = {name: self.site.game.team_id(name) for name in (OWLS, CATS)}
        for role in MEMBERS:
            self.come_in(role)
        self.people["display"] = pair(self.site)
        self.people["disabled"] = sign_in(self.site, "gone@example.com", "organizer")
        with self.site.database.unit_of_work() as session:
            gone = accounts.find(session, self.people["disabled"].person_id)
            accounts.switch(session, gone, act_by("Olu", self._now), on=False)

    def come_in(self, role: Role) -> None:
        """Sign somebody of this role in, whatever they did with the sign-in before."""
        email, rank = EMAILS[role]
        self.people[role] = sign_in(self.site, email, rank)

    def _is_in(self, role: Role) -> bool:
        """Tell whether somebody's sign-in and rank have come through the requests so far: a tenth of coming in anew."""
        email, rank = EMAILS[role]
        secret = self.people[role].cookies["plain-sign-in"]
        with self.site.database.reading() as session:
            answer = sign_ins.check_many(session, [secret], self._now)[secret]
        actor = answer.actor if isinstance(answer, ValidCredential) else None
        return isinstance(actor, SignedInActor) and (actor.email, actor.rights) == (email, rights_of(rank))

    def shown_by(self, role: Role) -> dict[str, str]:
        """The headers of somebody of this role."""
        if role in SCOPES:
            return {"Authorization": f"Bearer {self.site.token(role)}"}
        visitor = self.people.get(role)
        cookies = visitor.cookies if visitor else {}
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())} if cookies else {}

    def ask(self, method: str, template: str, door: RouteAccess, role: Role, *, is_refused: bool = False) -> int:
        """The status of a well-formed request by somebody of this role; of a stream only the head.

        Who is to be refused changes nothing, so that the next one who is finds the same thing: half of the work is to
        make fresh ones. One who passes for all that gets another status than a refusal, or uses up what is fresh.
        """
        if method == "POST" and role in MEMBERS:
            if not (is_refused and self._is_in(role)):
                self.come_in(role)
            forget_tries(self.site)
        fresh = _Fresh(self, role, self.kept if is_refused else None)
        path = template.format_map(fresh)
        headers = self.shown_by(role)
        if template.endswith("/live"):
            with self.site.client.stream(method, path, headers=headers) as answer:
                return answer.status_code
        return self._send(method, path, door, role, headers, fresh).status_code

    def _send(
        self, method: str, path: str, door: RouteAccess, role: Role, headers: Mapping[str, str], fresh: "_Fresh"
    ) -> httpx.Response:
        if door.document is not None:
            return self.site.ask(method, path, headers=headers, json=_filled(door.document, fresh))
        if door.content is not None:
            return self.site.ask(method, path, headers=headers, content=door.content)
        if method == "POST":
            csrf = self.people[role].csrf if role in self.people else ""
            return self.site.ask(
                method, path, headers=headers, data={"csrf": csrf, **_filled(door.form, fresh)}, files=door.files
            )
        return self.site.ask(method, path, headers=headers, params=door.query)

    def path(self, template: str, role: Role) -> str:
        """An address of this route at which there is something."""
        return template.format_map(_Fresh(self, role, None))

    def fresh(self, name: str, role: Role) -> str:
        """Something nobody has used yet, for a placeholder of this name."""
        self.made += 1
        return str(getattr(self, f"_{name}")(role))

    @property
    def _now(self) -> Any:
        return self.site.clock.now

    def _week(self, _role: Role) -> str:
        return SLUG

    def _number(self, _role: Role) -> int:
        return self.made

    def _team(self, _role: Role) -> str:
        return self.team_ids[OWLS]

    _team_id = _team

    def _other_team(self, _role: Role) -> str:
        return self.team_ids[CATS]

    def _activity_id(self, _role: Role) -> str:
        return str(self.site.record(person=ADA).json()["id"])

    _ledger_entry = _activity_id

    def _bulk_reversal(self, role: Role) -> str:
        """A bulk of one activity, which nobody has undone yet."""
        selection = Selection([self._activity_id(role)])
        with self.site.database.unit_of_work() as session:
            act = act_by("Olu", self._now)
            return bulk_reversals.reverse(session, SLUG, selection, act, reason="Counted twice").id

    _bulk_id = _bulk_reversal

    def _form(self, _role: Role) -> str:
        return f"{self.made:016x}"

    def _mates_activity(self, _role: Role) -> str:
        """Something that nobody of any role did."""
        return str(self.site.record(person=BO).json()["id"])

    def _own_activity(self, role: Role) -> str:
        """Something somebody of this role did; for who is nobody, something Ada did."""
        email = EMAILS[role][0] if role in EMAILS else ADA
        return str(self.site.record(person=email).json()["id"])

    def _own_log(self, role: Role) -> str:
        """Something somebody of this role logged for themselves; for who is nobody, something Ada did."""
        email = EMAILS[role][0] if role in EMAILS else ADA
        key = f"{self.people[role].person_id if role in MEMBERS else ''}-{self.made}"
        return str(self.site.record(person=email, source="by hand", external_id=key).json()["id"])

    def _name(self, _role: Role) -> str:
        return "days"

    def _table(self, _role: Role) -> str:
        return "standings"

    def _secret(self, role: Role) -> str:
        person_id = self._person_id(role)
        with self.site.database.unit_of_work() as session:
            person = accounts.find(session, person_id)
            return links.make(session, person, "invitation", act_by("Olu", self._now))

    def _open_link(self, _role: Role) -> str:
        """A link for somebody in a workspace to say who they are here."""
        name = f"slack-{self.made}"
        with self.site.database.unit_of_work() as session:
            key, act = secrets.SigningKey(SIGNING_KEY), act_by("Olu", self._now)
            made = connections.connect(session, key, "slack", act, name=name)
            return slack_links.make(session, Asked(made.connection.id, f"U{self.made}", "ada"), self._now)

    def _used_link(self, role: Role) -> str:
        """One that somebody of this role used."""
        secret = self._open_link(role)
        if role in MEMBERS:
            with self.site.database.unit_of_work() as session:
                actor = sign_ins.check(session, self.people[role].cookies["plain-sign-in"], self._now).actor
                assert isinstance(actor, SignedInActor)
                slack_links.use(session, secret, SignedInAct(actor, self._now))
        return secret

    def _person_id(self, _role: Role, number: int = 0) -> str:
        with self.site.database.unit_of_work() as session:
            email = f"somebody-{self.made}-{number}@example.com"
            return accounts.create(session, act_by("Olu", self._now), name="Somebody", email=email).id

    def _code(self, _role: Role) -> str:
        """The code of a team with room for one more."""
        with self.site.database.unit_of_work() as session:
            week = weeks.lock(session, SLUG, self._now)
            team = teams.find_or_create(session, week, f"Team {self.made}", self._now)
            weeks.bump_version(session, week)
            return join_codes.renew(session, team, act_by("Olu", self._now))

    def _sign_in(self, role: Role) -> str:
        """Another browser of the same person; for who has none, of somebody else."""
        visitor = self.people.get(role)
        if visitor is None or not visitor.person_id or role == "disabled":
            visitor = self.people["player"]
        with self.site.database.unit_of_work() as session:
            person = accounts.find(session, visitor.person_id)
            where = "192.0.2.8"
            sign_ins.start(session, person, "email", act_by("", self._now, client=where), agent="", replaces=None)
            newest = sign_ins.of_person(session, person.id, self._now)
            return next(each.id for each in newest if each.address == where)

    def _new_week(self, state: str) -> str:
        slug = f"week-{self.made}"
        with self.site.database.unit_of_work() as session:
            a_week(session, slug, state=state, now=self._now)
        return slug

    def _draft_week(self, _role: Role) -> str:
        return self._new_week("draft")

    def _open_week(self, _role: Role) -> str:
        return self._new_week("open")

    def _closed_week(self, _role: Role) -> str:
        return self._new_week("closed")

    def _archived_week(self, _role: Role) -> str:
        slug = self._new_week("closed")
        with self.site.database.unit_of_work() as session:
            lifecycle.archive(session, slug, act_by("Olu", self._now))
        return slug

    def _played_week(self, _role: Role) -> str:
        slug = self._new_week("draft")
        with self.site.database.unit_of_work() as session:
            a_team(session, f"Team {self.made}", f"rehearses{self.made}@example.com", slug=slug, now=self._now)
        return slug

    def _rehearsed_week(self, role: Role) -> str:
        slug = self._played_week(role)
        with self.site.database.unit_of_work() as session:
            rehearsals.begin(session, slug, act_by("Olu", self._now))
        return slug

    def _frozen_week(self, _role: Role) -> str:
        slug = self._new_week("open")
        with self.site.database.unit_of_work() as session:
            lifecycle.freeze(session, slug, act_by("Olu", self._now))
        return slug

    def _empty_team(self, _role: Role) -> str:
        with self.site.database.unit_of_work() as session:
            return team_admin.make_team(session, SLUG, f"Team {self.made}", act_by("Olu", self._now)).id

    _empty_team_id = _empty_team

    def _person_in_team(self, role: Role) -> str:
        team, person_id = self._empty_team(role), self._person_id(role)
        with self.site.database.unit_of_work() as session:
            email = accounts.find(session, person_id).email
            team_admin.add(session, SLUG, team, act_by("Olu", self._now), name="", email=email)
        return person_id

    _member_id = _person_in_team

    def _ada(self, _role: Role) -> str:
        with self.site.database.reading() as session:
            ada = accounts.by_email(session, ADA)
            assert ada is not None
            return ada.id

    def _invited(self, role: Role) -> str:
        person_id = self._person_id(role)
        with self.site.database.unit_of_work() as session:
            links.make(session, accounts.find(session, person_id), "invitation", act_by("Olu", self._now))
        return person_id

    def _shift_id(self, _role: Role) -> str:
        """A shift of a minute, at the time of no other."""
        begin = THURSDAY + len(self.shifts) * timedelta(minutes=1)
        with self.site.database.unit_of_work() as session:
            span = slot_between(begin, begin + timedelta(minutes=1), PACIFIC)
            self.shifts.append(shifts.create(session, SLUG, span, ShiftFields(), act_by("Olu", self._now)).id)
        return self.shifts[-1]

    def _own_shift(self, role: Role) -> str:
        """A shift that somebody of this role has a seat in; for who is nobody, Ada."""
        shift_id, person_id = self._shift_id(role), self.people[role].person_id if role in MEMBERS else self._ada(role)
        with self.site.database.unit_of_work() as session:
            seats.sign_up(session, SLUG, shift_id, person_id, act_by("Olu", self._now), reason="They asked")
        return shift_id

    def _full_shift(self, role: Role) -> str:
        """A shift whose seats are all taken, by others."""
        shift_id = self._shift_id(role)
        self.shifts.insert(0, self.shifts.pop())  # so that the newest is one with room
        others = [self._person_id(role, number) for number in range(ShiftFields().seats)]
        with self.site.database.unit_of_work() as session:
            for person_id in others:
                seats.sign_up(session, SLUG, shift_id, person_id, act_by("Olu", self._now), reason="They asked")
        return shift_id

    def _waited_shift(self, role: Role) -> str:
        """A full shift that somebody of this role waits for."""
        shift_id = self._full_shift(role)
        person_id = self.people[role].person_id if role in MEMBERS else self._ada(role)
        with self.site.database.unit_of_work() as session:
            waiting.join(session, SLUG, shift_id, person_id, act_by("Olu", self._now), reason="They asked")
        return shift_id

    def _offered_seat(self, role: Role) -> str:
        """A seat that somebody else offers to everyone: in the newest shift, or in a fresh one where that is full."""
        act, person_id = act_by("Olu", self._now), self._person_id(role)
        with self.site.database.reading() as session:
            newest = session.get(Shift, self.shifts[-1]) if self.shifts else None
            is_full = newest is None or newest.taken == newest.seats
        shift_id = self._shift_id(role) if is_full else self.shifts[-1]
        with self.site.database.unit_of_work() as session:
            seat = seats.sign_up(session, SLUG, shift_id, person_id, act, reason="They asked").seat
            covers.offer(session, SLUG, shift_id, seat.id, "everyone", act)
            return seat.id

    def _sign_up_id(self, role: Role) -> str:
        """A seat of Ada's in the newest shift."""
        ada, shift_id = self._ada(role), self.shifts[-1] if self.shifts else self._shift_id(role)
        with self.site.database.unit_of_work() as session:
            return seats.sign_up(session, SLUG, shift_id, ada, act_by("Olu", self._now)).seat.id

    def _display_code(self, _role: Role) -> str:
        return screen_code()

    def _display_id(self, _role: Role) -> str:
        with self.site.database.unit_of_work() as session:
            return displays.pair(session, screen_code(), "Hall", act_by("Olu", self._now)).id

    def _screen_message(self, _role: Role) -> str:
        with self.site.database.unit_of_work() as session:
            return screen_messages.write(session, MessageFields("news", "Hello"), act_by("Olu", self._now)).id

    def _job_id(self, _role: Role) -> str:
        with self.site.database.unit_of_work() as session:
            jobs.enqueue(session, upkeep.FORGET, {}, run_at=self._now)
            (claim,) = jobs.claim(session, "worker", {upkeep.FORGET: timedelta(minutes=1)}, self._now, 1)
            jobs.bury(session, claim, "The disk is full.", self.site.app.state.context.clock.real())
            return str(claim.id)

    def _token_id(self, _role: Role) -> str:
        with self.site.database.unit_of_work() as session:
            name = f"tool-{self.made}"
            tokens.create(session, act_by("Olu", self._now), name=name, scopes=["read"], days=None)
            return str(next(token.id for token in tokens.every(session) if token.name == name))

    def _new_feed(self, role: Role) -> NewFeed:
        """A calendar feed of somebody of this role; for who is nobody, of somebody new."""
        person_id = self.people[role].person_id if role in EMAILS else self._person_id(role)
        with self.site.database.unit_of_work() as session:
            return calendar_feeds.create(session, accounts.find(session, person_id), None, act_by("Olu", self._now))

    def _feed(self, role: Role) -> str:
        return self._new_feed(role).secret

    def _own_feed(self, role: Role) -> str:
        return self._new_feed(role).feed.id

    _feed_id = _own_feed

    def _rubric(self, _role: Role) -> int:
        """The version of the questions as they hold."""
        with self.site.database.reading() as session:
            return rubrics.current(session).number

    def _one(self, role: Role) -> str:
        """Somebody of this role; for who is nobody, somebody new."""
        return self.people[role].person_id if role in EMAILS else self._person_id(role)

    def _opted_in(self, session: Session, person_id: str) -> int:
        """Have somebody take part in this week's reviews, none of whose answers is under review; the week's number."""
        week = weeks.find(session, SLUG, self._now)
        session.merge(ReviewPerson(week_id=week.id, person_id=person_id, is_author=1, is_reviewer=1, at=self._now))
        session.execute(delete(AnswerReview).where(col(AnswerReview.author_id) == person_id))
        return week.id

    def _own_answer(self, role: Role) -> str:
        """An answer of somebody of this role, with a link."""
        person_id = self._one(role)
        with self.site.database.unit_of_work() as session:
            self._opted_in(session, person_id)
            email = accounts.find(session, person_id).email
        return str(self.site.record(kind="response", person=email, url="https://example.com/a").json()["id"])

    def _review(self, author_id: str, reviewer_id: str | None) -> str:
        activity = self.site.record(kind="response", person=CHIDI).json()["id"]
        with self.site.database.unit_of_work() as session:
            entry = session.exec(select(LedgerEntry).where(LedgerEntry.id == activity)).one()
            review = AnswerReview(
                week_id=entry.week_id, activity_seq=entry.seq, url="https://example.com/a", author_id=author_id,
                reviewer_id=reviewer_id, asked_at=self._now,
            )  # fmt: skip
            session.add(review)
            return review.id

    def _chidi(self) -> str:
        with self.site.database.reading() as session:
            chidi = accounts.by_email(session, CHIDI)
            assert chidi is not None
            return chidi.id

    def _review_id(self, role: Role) -> str:
        """A review that somebody of this role is to give."""
        return self._review(self._chidi(), self._one(role))

    def _own_review(self, role: Role) -> str:
        """A review of an answer of somebody of this role."""
        return self._review(self._one(role), self._chidi())

    def _answer_id(self, role: Role) -> str:
        """An answer that somebody of this role marks blind."""
        person_id = self._one(role)
        with self.site.database.unit_of_work() as session:
            week_id = self._opted_in(session, person_id)
            number = 100 + self.made
            answer = CalibrationAnswer(week_id=week_id, number=number, url="https://example.com/a", at=self._now)
            session.add(answer)
            return answer.id

    def _card_id(self, _role: Role) -> str:
        """A card of somebody whom no role is."""
        return self._card_of(CHIDI)

    def _card_of(self, email: str) -> str:
        return self.site.game.take(kind="knowledge_card", person=email, source="guru").entry.id

    def _due_card(self, _role: Role) -> str:
        """A card of the player's that is due."""
        card_id = self._card_of(ADA)
        with self.site.database.unit_of_work() as session:
            bo = accounts.by_email(session, BO)
            assert bo is not None
            act = act_by("Olu", self._now)
            cards.verify(session, card_id, bo.id, act)
            aging.look(session, act_by("Olu", self._now + timedelta(days=91)))
        return card_id

    def _feedback_id(self, _role: Role) -> str:
        with self.site.database.unit_of_work() as session:
            return feedback_items.make(session, SLUG, Change(title=f"Item {self.made}"), act_by("Olu", self._now)).id

    def _entry(self, role: Role) -> str:
        """Somebody else's entry in the guestbook."""
        return self._entry_of(self._person_id(role))

    def _own_entry(self, role: Role) -> str:
        """An entry of somebody of this role; for who is nobody, of somebody new."""
        return self._entry_of(self.people[role].person_id if role in EMAILS else self._person_id(role))

    def _entry_of(self, person_id: str) -> str:
        author = Act(actors.person("Somebody", person_id, "player"), self._now)
        with self.site.database.unit_of_work() as session:
            return guestbook.write(
                session, SLUG, person_id, f"Worked {self.made}", "", author, is_public=True, may_quote=True
            ).id

    def _hidden_entry(self, role: Role) -> str:
        entry = self._entry(role)
        with self.site.database.unit_of_work() as session:
            guestbook.hide(session, SLUG, entry, act_by("Olu", self._now), reason="Fair")
        return entry

    def _kind(self, _role: Role) -> str:
        return "linear"

    def _connection(self, _role: Role) -> str:
        """A connection of a tool that signs what it sends."""
        with self.site.database.unit_of_work() as session:
            key, act = self.site.app.state.context.key, act_by("Olu", self._now)
            return connections.connect(session, key, "github", act, name=f"github-{self.made}").connection.name

    def _keyed_connection(self, role: Role) -> str:
        """A connection with a key of its tool's API, at an address that nobody is let to."""
        name = self._connection(role)
        with self.site.database.unit_of_work() as session:
            key, act = self.site.app.state.context.key, act_by("Olu", self._now)
            api_keys.set_key(
                session, key, name, act, secret="ghp_0123456789", address="https://127.0.0.1:1",
                repositories="acme/support", allowed=Allowed(private=True),
            )  # fmt: skip
        return name

    def _asked_connection(self, role: Role) -> str:
        """A connection whose tool is being asked; its page is no job, so that nobody does it meanwhile."""
        name = self._keyed_connection(role)
        with self.site.database.unit_of_work() as session:
            connection = connections.find(session, name)
            session.add(
                Backfill(
                    connection_id=connection.id, purpose="asked", since=self._now, until=self._now,
                    created_at=self._now, created_by="Olu",
                )
            )  # fmt: skip
        return name

    def _source(self, role: Role) -> str:
        """A source that is connected."""
        self._connection(role)
        return "github"

    def _url_key(self, _role: Role) -> str:
        return "a-guess"

    def _delivery_id(self, role: Role) -> str:
        return self._delivered(role, [], {})

    def _unmatched_id(self, role: Role) -> str:
        """A delivery of an author whom nobody knows."""
        issue = {"id": self.made, "created_at": self._now.isoformat(), "user": {"id": self.made}}
        body = {"action": "opened", "repository": {"id": 1}, "issue": issue}
        return self._delivered(role, [(b"x-github-event", b"issues")], body)

    def _delivered(self, role: Role, headers: Sequence[tuple[bytes, bytes]], body: dict[str, Any]) -> str:
        name = self._connection(role)
        with self.site.database.unit_of_work() as session:
            connection = connections.find(session, name)
            incoming = Incoming(connection.id, headers, json.dumps(body).encode(), self._now, None)
            stored = deliveries.store(session, incoming)
        while self._state(stored) == "received":  # the application, if it runs at all, may be quicker
            with self.site.database.unit_of_work() as session:
                if (delivery := processing.claim(session)) is not None:
                    processing.process(session, delivery, registry.parse, self._now)
        return stored

    def _state(self, delivery_id: str) -> str:
        with self.site.database.reading() as session:
            return deliveries.find(session, delivery_id).delivery.state

    def _webhook_id(self, _role: Role) -> str:
        """A webhook with a message that was sent; it leads to this machine, so that nothing leaves."""
        with self.site.database.unit_of_work() as session:
            for known in endpoints.every(session)[: -(endpoints.MAX_ENDPOINTS // 2)]:
                endpoints.remove(session, known.id, act_by("Olu", self._now))
            made = endpoints.add(
                session, secrets.SigningKey(SIGNING_KEY), act_by("Olu", self._now), url="https://127.0.0.1/",
                events=["week.closed"], week=SLUG, allowed=Allowed(private=True),
            )  # fmt: skip
            message = WebhookMessage(
                endpoint_id=made.endpoint.id, kind="week.closed", body="{}", happened_at=self._now, state="sent",
                attempts=1, ended_at=self._now,
            )  # fmt: skip
            session.add(message)
            session.flush()
            self.messages.append(message.id)
            return made.endpoint.id

    def _message_id(self, role: Role) -> str:
        """The message to the webhook that was made last."""
        if not self.messages:
            self._webhook_id(role)
        return self.messages[-1]

    def _identity_id(self, role: Role) -> str:
        source = self._source(role)
        with self.site.database.unit_of_work() as session:
            return authors.name(session, source, f"id-{self.made}", ADA, act_by("Olu", self._now))[0].id

    def _list_import(self, _role: Role) -> str:
        """A list of teams that was imported and can be undone."""
        with self.site.database.unit_of_work() as session:
            act = act_by("Olu", self._now)
            roster = roster_import.read(f"team,name,email\nUndone {self.made},New,undone-{self.made}@example.com\n")
            roster_import.apply(session, SLUG, roster_import.prepare(session, SLUG, roster, act), act)
            return history.recent(session, weeks.find(session, SLUG, self._now))[0].id

    def _identity_import(self, role: Role) -> str:
        """A list of identities that was imported and can be undone."""
        found = identity_import.read(f"source,external_id,email\n{self._source(role)},list-{self.made},{ADA}\n")
        with self.site.database.unit_of_work() as session:
            identity_import.apply(session, found, act_by("Olu", self._now))
            return next(found.id for found in history.recent(session, None) if found.undone_at is None)

    def _guide_version(self, _role: Role) -> str:
        """An older version of the guide."""
        with self.site.database.unit_of_work() as session:
            for text in (f"Version {self.made}", "Another one"):
                guide.change(session, text, act_by("Olu", self._now), note="")
            return str(guide.current(session).number - 1)

    def _rules_version(self, _role: Role) -> int:
        """A version of the rules."""
        return self._newest_rules(_role)

    def _newest_rules(self, _role: Role) -> int:
        with self.site.database.reading() as session:
            return rule_sets.active(session).id

    def _rules_text(self, _role: Role) -> str:
        """The rules with a comment that is new."""
        return f"{RULES}# {self.made}\n"

    def _newest_line(self, _role: Role) -> int:
        """The version of the announcement."""
        with self.site.database.reading() as session:
            return announcements.kept(session).version

    def _marked_day(self, _role: Role) -> str:
        """A day that is marked for the forecast."""
        with self.site.database.unit_of_work() as session:
            return days.mark(session, date(2022, 7, 5), "not-normal", "", self.site.game.act).day.isoformat()

    def _newest_look(self, _role: Role) -> int:
        """The version of the appearance."""
        with self.site.database.reading() as session:
            return appearances.current(session).version

    def _newest_guide(self, _role: Role) -> int:
        with self.site.database.reading() as session:
            return guide.current(session).number

    def _newest_ready_list(self, _role: Role) -> int:
        with self.site.database.reading() as session:
            return readiness.current(session).number

    def _choice(self, role: Role) -> str:
        return secrets.unsubscribe_key(self.site.app.state.context.key, self._person_id(role), "soon", self._now)

    def _presenter_key(self, _role: Role) -> str:
        return secrets.presenter_key(self.site.app.state.context.key, SLUG, self._now)


class _Fresh(dict[str, str]):
    """The mapping that `format_map` asks for placeholders: what is `kept`, if anything is, else something fresh."""

    def __init__(self, stage: RoleClients, role: Role, kept: dict[str, str] | None) -> None:
        super().__init__()
        self._stage = stage
        self._role = role
        self._kept = kept

    def __missing__(self, name: str) -> str:
        if self._kept is None:
            return self._stage.fresh(name, self._role)
        if name not in self._kept:
            self._kept[name] = self._stage.fresh(name, self._role)
        return self._kept[name]


def _filled(fields: Mapping[str, Any] | None, fresh: _Fresh) -> dict[str, Any]:
    return {
        name: value.format_map(fresh) if isinstance(value, str) else value for name, value in (fields or {}).items()
    }
