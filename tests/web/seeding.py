"""A week in which every private field holds a word of its own, and who may read which word."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

from sqlmodel import Session, select

from app.domain import actor as actors
from app.domain.actor import SCOPES, Act, Role, SignedInActor
from app.domain.calendar.slots import slot_between
from app.models import AnswerReview, LedgerEntry
from app.services import announcements, guestbook, guide, lifecycle
from app.services.access import accounts, credentials, identities, links, sign_ins, tokens
from app.services.audit import audit
from app.services.displays import displays
from app.services.displays import messages as screen_messages
from app.services.displays.messages import MessageFields
from app.services.imports import roster_import
from app.services.imports.roster_import import Entry
from app.services.intake import connections
from app.services.ledger import ledger
from app.services.operations.secrets import SigningKey
from app.services.organizing import join_codes
from app.services.people import people
from app.services.rules import rule_sets
from app.services.shifts import readiness, seats, shifts
from app.services.shifts.shifts import ShiftFields
from app.services.teams import teams
from app.services.weeks import weeks
from app.web.http.render import number
from tests.builders import PACIFIC, SLUG, a_reading, a_week, act_by, changed_rules, take
from tests.web.running_app import RunningApp

Readers = frozenset[str]

NOBODY: Readers = frozenset()
ORGANIZERS: Readers = frozenset({"organizer", "owner"})
LEDGER: Readers = ORGANIZERS | {"read", "admin"}
"""The readers of the ledger and its e-mails: organizers, and tools with a token for it."""
BEHIND: Readers = ORGANIZERS | {"admin"}
"""The readers who see behind a freeze."""
MINE: Readers = frozenset({"player"})
THEIRS: Readers = frozenset({"outsider"})
EVERYBODY: Readers = frozenset({"visitor", "display", "player", "outsider", *ORGANIZERS, *SCOPES})
LOWER = ("visitor", "display", "player", "outsider", *(scope for scope in SCOPES if scope != "admin"))
ROLES = (*LOWER, "organizer", "owner", "admin")

OTHER = "q2-2022"
"""A week that was closed before the rules changed."""

SECRET_SETTINGS = {
    "secret_key": "canaryofthesigningkeythatislongenough",
    "smtp_url": "canaryofthemailserver",
    "oidc_client_secret": "canaryoftheprovider",
}

_numbers = count(1)


@dataclass(frozen=True)
class Canary:
    """A word, where it was planted, who may read it, and who may once a freeze is lifted."""

    where: str
    word: str
    readers: Readers
    after: Readers


@dataclass
class SeededSite:
    """Everything planted on a site: the words, who shows what at the door, and the ids that addresses are made of."""

    site: RunningApp
    canaries: list[Canary] = field(default_factory=list)
    shown: dict[str, dict[str, str]] = field(default_factory=dict)
    csrf: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Plant everything, and freeze the week in between."""
        self.act = act_by("Olu", self.site.clock.now)
        for seed in (_settings, _people, _ways_in, _tools, _screens, _work, _history, _shifts, _beside, _review):
            self._sow(seed)
        with self.site.database.unit_of_work() as session:
            lifecycle.freeze(session, SLUG, self.act)
        for seed in (_behind_the_freeze, _behind_the_rules):
            self._sow(seed)
        points = self.site.game.points()["Robins"]
        self.word("points behind the freeze", BEHIND, word=number(points), after=EVERYBODY)
        self.word("points behind the freeze, plain", BEHIND, word=str(points), after=EVERYBODY)

    def _sow(self, seed: Any) -> None:
        with self.site.database.unit_of_work() as session:
            seed(self, session)

    def word(self, where: str, *readers: Iterable[str], word: str = "", after: Readers = NOBODY) -> str:
        """A new word, or this one, that only these may read, and those `after` a reveal."""
        found = word or f"canary{next(_numbers):04d}x"
        actor = NOBODY.union(*readers)
        self.canaries.append(Canary(where, found, actor, actor | after))
        return found

    def mail(self, whose: str, *readers: Iterable[str]) -> str:
        """An e-mail that the ledger's readers and these may read."""
        return f"{self.word(f'e-mail of {whose}', LEDGER, *readers)}@example.com"

    def reveal(self) -> None:
        """Lift the freeze."""
        with self.site.database.unit_of_work() as session:
            lifecycle.reveal(session, SLUG, self.act)

    def prepare(self) -> Entry:
        """One thing more for a freeze to hide: somebody in a team that there is not yet."""
        team = self.word("team made later", BEHIND, after=EVERYBODY)
        return Entry(2, team, "Late Comer", self.mail("who comes later"))

    def change(self, entry: Entry) -> None:
        """Let it happen."""
        with self.site.database.unit_of_work() as session:
            roster_import.apply(session, SLUG, [entry], self.act)


def _settings(garden: SeededSite, _session: Session) -> None:
    settings = garden.site.app.state.context.settings
    for name, word in SECRET_SETTINGS.items():
        garden.word(f"setting {name}", word=word)
    garden.word("where the data is kept", word=str(settings.data_dir))


CAST: tuple[tuple[str, str, Role, Readers], ...] = (
    ("player", "Robins", "player", MINE | {"shifts:write"}),  # whose seat such a token can leave
    ("mate", "Robins", "player", NOBODY),
    ("outsider", "Crows", "player", THEIRS),
    ("organizer", "", "organizer", NOBODY),
    ("owner", "", "owner", NOBODY),
    ("loner", "", "player", NOBODY),
    ("gone", "", "player", NOBODY),
)


def _people(garden: SeededSite, session: Session) -> None:
    """Two teams, and people in none; of those, nobody but the ledger's readers knows even the names."""
    for actor, team, role, sees in CAST:
        email = garden.mail(actor, sees)
        hermit = actor in {"loner", "gone"}
        name = garden.word(f"name of {actor}", LEDGER) if hermit else f"{actor.title()} Person"
        if team:
            roster_import.apply(session, SLUG, [Entry(2, team, name, email)], garden.act)
        person = people.find_or_create(session, email, name, garden.act.now)[0]
        accounts.set_role(session, person, role, garden.act)
        garden.ids[actor] = person.id
    accounts.switch(session, accounts.find(session, garden.ids["gone"]), garden.act, on=False)
    for made in teams.of_week(session, weeks.find(session, SLUG, garden.act.now)):
        garden.ids[made.name] = made.id
        code = join_codes.renew(session, made, garden.act)
        garden.word(f"join code of {made.name}", ORGANIZERS, word=code)
        garden.word(f"join code of {made.name} as it is read", ORGANIZERS, word=credentials.shown_code(code))


def _ways_in(garden: SeededSite, session: Session) -> None:
    """Sign-ins with what their owners alone may know, links nobody has used, and who somebody is elsewhere."""
    now = garden.act.now
    for actor in ("player", "mate", "outsider", "organizer", "owner"):
        person = accounts.find(session, garden.ids[actor])
        address = garden.word(f"address of {actor}", ORGANIZERS, {actor})
        agent = garden.word(f"browser of {actor}")
        secret = sign_ins.start(session, person, "email", act_by("", now, client=address), agent=agent, replaces=None)
        member = sign_ins.check(session, secret, now).actor
        assert isinstance(member, SignedInActor)
        garden.word(f"sign-in secret of {actor}", word=secret)
        garden.word(f"hash of the sign-in secret of {actor}", word=credentials.digest(secret))
        garden.csrf[actor] = garden.word(f"form token of {actor}", {actor} - {"mate"}, word=member.csrf)
        garden.shown[actor] = {"Cookie": f"plain-sign-in={secret}"}
        garden.ids[f"sign-in of {actor}"] = member.sign_in_id
    for actor in ("loner", "mate"):
        secret = links.make(session, accounts.find(session, garden.ids[actor]), "invitation", garden.act)
        garden.word(f"link of {actor}", word=secret)
        garden.word(f"hash of the link of {actor}", word=credentials.digest(secret))
    facts = {name: garden.word(f"{name} of an identity", ORGANIZERS) for name in ("issuer", "subject")}
    email = accounts.find(session, garden.ids["mate"]).email
    identities.find_or_link(session, act_by("", now), name="Mate Person", email=email, **facts)


def _tools(garden: SeededSite, session: Session) -> None:
    for scope in SCOPES:
        name = garden.word(f"name of the token for {scope}", ORGANIZERS, {scope})
        text = tokens.create(session, garden.act, name=name, scopes=[scope], days=None)
        garden.word(f"token for {scope}", word=text)
        garden.word(f"hash of the token for {scope}", word=credentials.digest(text))
        garden.shown[scope] = {"Authorization": f"Bearer {text}"}
    secret, account = garden.word("secret of a connection"), garden.word("account of a connection", ORGANIZERS).lower()
    key = SigningKey(SECRET_SETTINGS["secret_key"])
    connections.connect(session, key, "github", garden.act, account=account, secret=secret)
    garden.ids["token"] = str(tokens.every(session)[0].id)


def _screens(garden: SeededSite, session: Session) -> None:
    now = garden.act.now
    for state in ("paired", "entered"):
        secret, name = credentials.make(credentials.SCREEN), garden.word(f"name of the {state} display", BEHIND)
        code = displays.code_of(SECRET_SETTINGS["secret_key"], secret)
        garden.ids["display"] = displays.pair(session, code, name, garden.act).id
        if state == "paired":
            displays.claim(session, code, secret, now)
            garden.shown["display"] = {"Cookie": f"plain-display={secret}"}
        garden.word(f"secret of the {state} display", word=secret)
        garden.word(f"code of the {state} display", word=code)
        garden.word(f"code of the {state} display as it is read", word=credentials.shown_code(code))
    message = MessageFields("news", "Hello", link=f"https://example.com/{garden.word('link of a message', EVERYBODY)}")
    garden.ids["screen message"] = screen_messages.write(session, message, garden.act).id


def _work(garden: SeededSite, session: Session) -> None:
    """Activities: everybody sees that they were done; what they say, their person and the ledger's readers."""
    for actor, own in (("player", MINE), ("mate", NOBODY), ("outsider", THEIRS), ("loner", NOBODY)):
        entry = _do(garden, session, actor, own)
        garden.ids[f"activity of {actor}"] = entry.id
    wrong = _do(garden, session, "player", MINE)
    garden.ids["reversed activity"] = wrong.id
    reason = garden.word("reason of a reversal", ORGANIZERS)
    ledger.reverse(session, wrong.id, act_by(garden.word("who reversed", ORGANIZERS), garden.act.now), reason=reason)
    _adjust(garden, session, "an adjustment", 1, EVERYBODY)


def _do(garden: SeededSite, session: Session, actor: str, own: Readers, *, hidden: bool = False) -> LedgerEntry:
    readers, after = BEHIND if hidden else LEDGER, own | LEDGER
    whose = f"of an activity of {actor}" + (" behind the freeze" if hidden else "")
    external_id, subject, by = (
        garden.word(f"{what} {whose}", readers, after=LEDGER) for what in ("external id", "subject", "who recorded")
    )
    source = garden.word(f"source {whose}", readers, own, after=after)
    team = own | MINE if actor == "mate" else own  # who reads notes and links on their team's receipt
    note, url = (
        garden.word(f"{what} {whose}", readers, own if hidden else team, after=after | team)
        for what in ("note", "link")
    )
    email = accounts.find(session, garden.ids[actor]).email
    reading = a_reading(
        kind="response", person=email, source=source, external_id=external_id, subject=subject, note=note,
        url=f"https://example.com/{url}", response_seconds=60,
    )  # fmt: skip
    return take(session, SLUG, reading, by=by, now=garden.act.now).entry


def _adjust(
    garden: SeededSite, session: Session, what: str, points: int, readers: Readers, *, hidden: bool = False
) -> None:
    reason = garden.word(f"reason of {what}", readers, after=EVERYBODY)
    key = garden.word(f"external id of {what}", BEHIND if hidden else LEDGER, after=LEDGER)
    ledger.adjust(
        session, SLUG, garden.act, team_id=garden.ids["Robins"], points=points, reason=reason, external_id=key
    )


def _history(garden: SeededSite, session: Session) -> None:
    """The notes of organizers for each other."""
    lifecycle.close(session, SLUG, garden.act)
    lifecycle.open_week(session, SLUG, garden.act, reason=garden.word("why a week was reopened", ORGANIZERS))
    before, after = ({"fact": garden.word(f"{side} in the audit", ORGANIZERS)} for side in ("before", "after"))
    note = garden.word("note of the guide", ORGANIZERS)
    guide.change(session, garden.word("text of the guide", EVERYBODY), garden.act, note=note)
    announcements.change(session, garden.word("announcement", EVERYBODY), garden.act)
    item = garden.word("item of the list for a first shift", ORGANIZERS, MINE, THEIRS)
    readiness.change(session, f"{item}\nB", garden.act, version=readiness.SHIPPED)
    mate = accounts.audit_target(accounts.find(session, garden.ids["mate"]))
    audit.note(session, "person.renamed", mate, garden.act, before=before, after=after)


def _shifts(garden: SeededSite, session: Session) -> None:
    """A shift that somebody has a seat in."""
    begin = garden.act.now + timedelta(days=1)
    span = slot_between(begin, begin + timedelta(hours=2), PACIFIC)
    shift = shifts.create(session, SLUG, span, ShiftFields(), garden.act)
    seat = seats.sign_up(session, SLUG, shift.id, garden.ids["player"], garden.act).seat
    garden.ids |= {"shift": shift.id, "sign-up of player": seat.id}


def _review(garden: SeededSite, session: Session) -> None:
    """A review of an answer of the player's by an outsider: nobody else comes across a word of it."""
    two = MINE | THEIRS
    good, to_try, link = (garden.word(f"{what} of a review", two) for what in ("good thing", "advice", "link"))
    player = garden.ids["player"]
    entry = session.exec(select(LedgerEntry).where(LedgerEntry.person_id == player)).first()
    assert entry is not None
    session.add(
        AnswerReview(
            week_id=entry.week_id, activity_seq=entry.seq, url=f"https://example.com/{link}", author_id=player,
            reviewer_id=garden.ids["outsider"], marks="yes yes no na", good=good, try_next=to_try,
            asked_at=garden.act.now, done_at=garden.act.now,
        )
    )  # fmt: skip


def _guestbook(garden: SeededSite, session: Session) -> None:
    """Entries of the player's for everyone and for organizers only, a hidden one and a withdrawn one."""
    person = accounts.find(session, garden.ids["player"])
    author = Act(actors.person(person.name, person.id, "player"), garden.act.now)
    words = {
        "entry of player": EVERYBODY - {"activities:write", "ledger:correct", "rules:write"} | BEHIND,
        "private entry": ORGANIZERS | MINE, "hidden entry": ORGANIZERS | MINE, "withdrawn entry": NOBODY,
    }  # fmt: skip
    for name, readers in words.items():
        worked, improve = (garden.word(f"{what} of the {name}", readers) for what in ("praise", "wish"))
        is_public = name != "private entry"
        entry = guestbook.write(
            session, SLUG, person.id, worked, improve, author, is_public=is_public, may_quote=is_public
        )
        garden.ids[name] = entry.id
    why = garden.word("why the entry is hidden", ORGANIZERS | MINE)
    guestbook.hide(session, SLUG, garden.ids["hidden entry"], garden.act, reason=why)
    guestbook.withdraw(session, SLUG, garden.ids["withdrawn entry"], author)


def _behind_the_freeze(garden: SeededSite, session: Session) -> None:
    """A team, somebody new, another name, work, and points, all of them after the freeze."""
    team = garden.word("team made behind the freeze", BEHIND, after=EVERYBODY)
    name = garden.word("member behind the freeze", LEDGER, after=EVERYBODY)
    entry = Entry(2, team, name, garden.mail("who came behind the freeze"))
    roster_import.apply(session, SLUG, [entry], garden.act)
    mate = accounts.find(session, garden.ids["mate"])
    new = garden.word("name given behind the freeze", LEDGER, MINE, after=EVERYBODY)
    accounts.rename(session, mate, new, garden.act)
    garden.ids["hidden activity"] = _do(garden, session, "player", MINE, hidden=True).id
    _do(garden, session, "outsider", THEIRS, hidden=True)
    _adjust(garden, session, "an adjustment behind the freeze", 70_606, BEHIND, hidden=True)
    found = teams.of_week(session, weeks.find(session, SLUG, garden.act.now))
    garden.ids["hidden team"] = next(each.id for each in found if each.name == team)


def _behind_the_rules(garden: SeededSite, session: Session) -> None:
    """Other rules after the freeze. Their text is no secret of the ledger's readers."""
    readers = LEDGER | {"rules:write"}
    quest, trophy = (garden.word(f"{what} behind the freeze", readers, after=EVERYBODY) for what in ("quest", "trophy"))
    earned = f'name = "{quest}"\nneeds = {{ response = 1 }}'
    text = changed_rules('name = "All hands"\nneeds = { shift = 1 }\nmembers = 3', earned)
    text = text.replace("Customer hero", trophy)
    note = garden.word("note of the rules", LEDGER)
    rule_sets.activate(session, text, garden.act, note=note)


def _beside(garden: SeededSite, session: Session) -> None:
    """Another week."""
    a_week(session, OTHER, now=garden.act.now)
    email = accounts.find(session, garden.ids["outsider"]).email
    roster_import.apply(session, OTHER, [Entry(2, "Wrens", "Outsider Person", email)], garden.act)
    garden.ids["Wrens"] = teams.of_week(session, weeks.find(session, OTHER, garden.act.now))[0].id
    lifecycle.close(session, OTHER, garden.act)
