"""Random deliveries in random order: the end is that of their set, as a slow and literal reading of it says."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from app.domain.view import EVERYTHING
from app.errors import Conflict, WeekNotOpen
from app.models import Delivery
from app.services.intake import deliveries, service_accounts
from app.services.ledger import activities
from app.services.weeks import weeks
from tests.builders import Game, a_week, act_by
from tests.integrations.sources.samples import NOW
from tests.postgresql import PostgreSQL
from tests.services.intake.desk import AGENTS, SIX, Body, Desk, answered, asked, hidden, opened
from tests.sqlite import SQLite

LATER = "q3-later"
"""A week that overlaps the standard one and begins after it, at minute 60 by the desk's count."""
LATER_STARTS = date(2022, 9, 14)
MIDNIGHT = 60
BOT = "666"
COMMENTS = ("c1", "c2", "s1", "s2", "s3", "s4")
TICKETS = ("T1", "T2")

AS_THEY_ARE = (Phase.explicit, Phase.reuse, Phase.generate)
"""Stories can be read as they are: to shrink them takes minutes."""


@dataclass(frozen=True)
class Said:
    """A comment in a ticket: by the customer, or by one of staff."""

    ticket: str
    comment: str
    minute: int
    author: str

    @property
    def body(self) -> Body:
        """The delivery that tells of it."""
        if self.author == "900":
            return asked(self.ticket, self.comment, self.minute)
        return answered(self.ticket, self.comment, self.minute, self.author)


@dataclass(frozen=True)
class Story:
    """The set of all that was told: creations by ticket, comments, those made private, and given times by reply."""

    created: dict[str, int]
    said: tuple[Said, ...]
    hidden: frozenset[str]
    given: dict[str, int]


AUTHORS = st.sampled_from(("77", "77", "78", "stranger", BOT))


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """A few comments in two tickets around the midnight at which the later week begins."""
    minutes = st.integers(MIDNIGHT - 40, MIDNIGHT + 40)
    said = tuple(
        Said(draw(st.sampled_from(TICKETS)), name, draw(minutes), "900" if name[0] == "c" else draw(AUTHORS))
        for name in draw(st.lists(st.sampled_from(COMMENTS), min_size=2, max_size=6, unique=True))
    )
    created = draw(st.dictionaries(st.sampled_from(TICKETS), minutes, max_size=2))
    replies = [each.comment for each in said if each.author in AGENTS]
    given = draw(st.dictionaries(st.sampled_from(replies), st.just(5), max_size=1)) if replies else {}
    return Story(created, said, frozenset(draw(st.sets(st.sampled_from(COMMENTS), max_size=2))), given)


def expected(story: Story) -> list[tuple[str, str, int | None, bool]]:
    """Week, reply, response time and whether it is reversed, of each reply that is an activity."""
    return sorted(
        ("q3-2022" if reply.minute < MIDNIGHT else LATER, reply.comment, wait(story, reply),
         reply.comment in story.hidden)
        for reply in story.said
        if reply.author in AGENTS
    )  # fmt: skip


def wait(story: Story, reply: Said) -> int | None:
    """The minutes a reply left its customer waiting, in seconds, read off the conversation as people would."""
    talk = [
        each for each in story.said
        if each.ticket == reply.ticket and each.comment not in story.hidden and each.author != BOT
    ]  # fmt: skip
    if reply not in talk:
        return None
    earlier = [each for each in talk if is_staff(each) and place(each) < place(reply)]
    asked_since = [
        each.minute for each in talk
        if not is_staff(each) and place(each) < place(reply) and all(place(each) > place(one) for one in earlier)
    ]  # fmt: skip
    created = story.created.get(reply.ticket)
    if created is not None and created <= reply.minute and not earlier:
        return (reply.minute - created) * 60
    if created is not None and created <= reply.minute and all(created > one.minute for one in earlier):
        asked_since.append(created)
    return (reply.minute - min(asked_since)) * 60 if asked_since else None


def is_staff(said: Said) -> bool:
    return said.author != "900"


def place(said: Said) -> tuple[int, bool, str]:
    """The place in a conversation: at one instant a customer speaks before staff."""
    return said.minute, is_staff(said), said.comment


Deed = Body | tuple[Said, int] | str


def deeds_of(story: Story) -> list[Deed]:
    """All that has to be told for a story to be whole."""
    said = {each.comment: each for each in story.said}
    return [
        *(opened(ticket, minute) for ticket, minute in story.created.items()),
        *(each.body for each in story.said),
        *(hidden(comment) for comment in story.hidden),
        *((said[comment], seconds) for comment, seconds in story.given.items()),
    ]


class Office:
    """A help desk with two connections to one account, before two weeks that overlap."""

    def __init__(self, stage: SQLite | PostgreSQL) -> None:
        stage.set_scene("game")
        self.game = Game(stage.database)
        self.later = replace(self.game, slug=LATER)
        self.desk = Desk(self.game)
        self.desk.inbox.connect("zendesk", name="zendesk-2")
        with stage.database.unit_of_work() as session:
            a_week(session, LATER, starts=LATER_STARTS)
            service_accounts.add(session, "zendesk", BOT, act_by("Olu"))

    def tell(self, deeds: Iterable[Deed]) -> None:
        """Let things happen one after the other; then whatever had to wait may."""
        late = []
        for deed in deeds:
            try:
                self._do(deed)
            except (WeekNotOpen, Conflict):
                late.append(deed)
        if self.later.week().state != "open":
            self._do("open")
        for deed in late:
            if not isinstance(deed, str):
                self._do(deed)
        self.desk.inbox.process()

    def _do(self, deed: Deed) -> None:
        if isinstance(deed, dict):
            self.desk.send(deed)
        elif isinstance(deed, tuple):
            self._record(*deed)
        elif deed == "close":  # both: what one of two open weeks could hold, it does
            self.game.close()
            self.later.close()
        elif deed == "open":
            self.later.open()
            self.game.open()
        else:
            self._replay_all()

    def _record(self, reply: Said, seconds: int) -> None:
        game = self.game if reply.minute < MIDNIGHT else self.later
        game.take(
            kind="response", source="zendesk", external_id=reply.comment, person=AGENTS[reply.author],
            occurred_at=SIX + timedelta(minutes=reply.minute), subject=reply.ticket, response_seconds=seconds,
        )  # fmt: skip

    def _replay_all(self) -> None:
        with self.game.database.unit_of_work() as session:
            for delivery_id in session.exec(select(Delivery.id)).all():
                deliveries.replay(session, delivery_id, self.game.act)
        self.desk.inbox.process()

    def end(self) -> list[tuple[str, str, int | None, bool]]:
        """Week, reply, response time and whether it is reversed, as the ledger has them."""
        with self.game.database.reading() as session:
            return sorted(
                (each.week, each.external_id, each.response_seconds, each.reversed)
                for slug in (self.game.slug, LATER)
                for each in activities.page(
                    session, weeks.find(session, slug, NOW), cursor=None, limit=99, view=EVERYTHING
                ).items
            )


@pytest.mark.timeout(120)
def test_the_end_is_that_of_the_set_of_deliveries_whatever_their_order(stage: SQLite | PostgreSQL) -> None:
    @settings(max_examples=25 if isinstance(stage, SQLite) else 4, phases=AS_THEY_ARE)
    @given(stories(), st.data())
    def check(story: Story, data: st.DataObject) -> None:
        more = data.draw(st.lists(st.sampled_from(("close", "open", "replay")), max_size=3))
        deeds = data.draw(st.permutations([*deeds_of(story), *more]))
        office = Office(stage)

        office.tell(deeds)

        assert office.end() == expected(story)
        assert (office.game.verify(), office.later.verify()) == ([], [])
        office.desk.send(*(deed for deed in deeds if isinstance(deed, dict)), over="zendesk-2")
        assert office.end() == expected(story)

    check()
