"""Things of an installation that pages tell of whatever the state of a week: sources, a forecast, feedback, lists."""

from collections.abc import Iterable
from datetime import date, timedelta

from sqlmodel import Session, select

from app.domain.actor import Act, person
from app.domain.calendar.days import first_moment
from app.domain.forecast.intervals import Count
from app.domain.text.public_addresses import Allowed
from app.models import Person
from app.services import guestbook
from app.services.feedback import items
from app.services.feedback.items import Change
from app.services.forecasts import contacts, plans
from app.services.forecasts.contacts import Imported
from app.services.forecasts.plans import USUAL
from app.services.intake import connections
from app.services.operations import secrets
from app.services.slack import sockets, workspaces
from app.services.slack.workspaces import Tried
from app.services.webhooks import endpoints
from tests.builders import ADA, PACIFIC, SIGNING_KEY, SLUG, act_by
from tests.web.role_clients import RoleClients
from tests.web.route_access import Role
from tests.web.running_app import RunningApp

ONCE = (
    "kind", "connection", "keyed_connection", "delivery_id", "display_id", "guide_version", "rules_version",
)  # fmt: skip
"""Placeholders that `RoleClients` makes something for, whatever the week."""
SHORT_LIVED = ("presenter_key", "secret", "choice", "open_link")
"""The same, of what ends within days."""
THURSDAY = date(2022, 9, 15)
PLANNED = Change(state="planned", owner=ADA)
DOING = Change(state="doing")
ITEMS = (
    ("Chairs",), ("Handovers", PLANNED), ("Tools", PLANNED, DOING),
    ("Lamps", PLANNED, DOING, Change(state="done", did="They shine.")),
    ("A pool", Change(state="not_now", why="It rains.")),
)  # fmt: skip
"""Items of feedback with the changes that bring each into another state."""
_TOKEN = "xoxb-0123456789"
_APP_TOKEN = "xapp-1-0123456789"


class Things(RoleClients):
    """Makes things without people of every role, so that lists of people stay those of the week."""

    def __post_init__(self) -> None:
        """Nobody comes in."""

    def _person_id(self, role: Role, number: int = 0) -> str:
        """Ada, who is there by the time that a link is made for somebody."""
        return self._ada(role)

    def make_all(self) -> dict[str, str]:
        """Connect tools, and make one of all else; the placeholders."""
        act = act_by("Olu", self.site.clock.now)
        with self.site.database.unit_of_work() as session:
            connect_slack(session, self.site, act)
            key = secrets.SigningKey(SIGNING_KEY)
            url = "https://127.0.0.1/"
            webhook = endpoints.add(
                session, key, act, url=url, events=["shift.covered"], week="", allowed=Allowed(private=True)
            )
        return self._make(ONCE) | {"webhook_id": webhook.endpoint.id}

    def make_anew(self) -> dict[str, str]:
        """Make what would end before somebody looks again; the placeholders."""
        return self._make(SHORT_LIVED)

    def _make(self, names: Iterable[str]) -> dict[str, str]:
        return {name: self.fresh(name, "organizer") for name in names}


def connect_slack(session: Session, site: RunningApp, act: Act, workspace: str = "Acme") -> str:
    """Connect a workspace whose bot token works, and whose socket another server holds; the connection's id."""
    key = site.app.state.context.key
    connection = connections.connect(session, key, "slack", act, secret="0" * 32).connection
    workspaces.set_token(session, key, "slack", act, token=_TOKEN)
    tried = Tried("T1", workspace, "U0", workspaces.NEEDED, is_org_wide=False)
    workspaces.accept(session, key, connection.id, _TOKEN, tried, act.now)
    held = sockets.set_token(session, key, "slack", act, token=_APP_TOKEN)
    held.holder, held.held_until, held.connected_at = "another", act.now + timedelta(days=4_000), act.now
    session.add(held)
    return connection.id


def remember(session: Session, act: Act) -> None:
    """Import eight Thursdays with so many messages that the shift of the next one lacks people."""
    days = [first_moment(THURSDAY - timedelta(days=7 * back), PACIFIC) for back in range(2, 10)]
    rows = [Imported("email", Count(day + timedelta(minutes=number), 30, 9)) for day in days for number in (360, 420)]
    contacts.put(session, rows, act)
    plans.save(session, "email", USUAL["email"], act)


def give_feedback(session: Session, act: Act) -> None:
    """A wish of the guestbook that waits, and an item in each state; it takes a week that has begun."""
    ada = session.exec(select(Person).where(Person.email == ADA)).one()
    author = Act(person(ada.name, ada.id, "player"), act.now)
    guestbook.write(session, SLUG, ada.id, "Tea", "More tea", author, is_public=True, may_quote=True)
    for title, *steps in ITEMS:
        item = items.make(session, SLUG, Change(title=title), act)
        for change in steps:
            items.change(session, SLUG, item.id, change, act)
