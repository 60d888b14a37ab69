"""The words organizers read about connections: how they are, why deliveries were refused, how they were understood."""

from collections.abc import Iterator
from datetime import timedelta

from app.domain.intake.kinds import GENERIC, KINDS, SourceKind
from app.models import Connection
from app.services.intake.health import Health
from app.services.intake.recent import Understood
from app.services.intake.refused import Refused
from app.services.intake.silence import STEP
from app.web.http.render import listing, plural
from app.web.organizer import delivery_words

STATES = {"waiting": "Waiting", "working": "Working", "failing": "Failing", "silent": "Silent"}
UNDERSTOOD = delivery_words.STATES


def kind_of(connection: Connection) -> SourceKind:
    """The kind of a connection."""
    return KINDS[connection.kind]


def tool_of(connection: Connection) -> str:
    """The tool of a connection, inside a sentence."""
    return "your tool" if connection.kind == GENERIC else kind_of(connection).title


def duration(span: timedelta) -> str:
    """A time in words, in the unit that fits: 40 seconds, 12 minutes, 5 hours, 3 days."""
    seconds = round(abs(span.total_seconds()))
    for unit, size, until in (("second", 1, 90), ("minute", 60, 5400), ("hour", 3600, 48 * 3600)):
        if seconds < until:
            return plural(round(seconds / size), unit, f"{unit}s")
    return plural(round(seconds / 86_400), "day", "days")


def refusal(refused: Refused, title: str) -> str:
    """The reason of refused deliveries, and what to do."""
    match refused.reason:
        case "signature":
            return (
                f"The signature is wrong: {title} signs with another secret than the one here, or someone else sends "
                "to this address. Copy the secret again, or change it."
            )
        case "unsigned":
            return f"There’s no signature. Set the secret of this webhook at {title}."
        case "no_secret":
            return (
                f"The secret of {title} wasn’t here when it came, or couldn’t be read. "
                "If it’s still missing, set it on this connection’s page."
            )
        case "address":
            return (
                "The address isn’t exactly this connection’s: its key is missing or wrong, or too much follows. "
                f"Copy the whole address to {title} again; if you lost it, create a new one."
            )
        case "clock":
            return _clock(timedelta(seconds=refused.seconds or 0), title)
        case "form":
            return f"It comes as a form. Set the content type at {title} to application/json."
        case "size":
            return "It is larger than 1 MiB, the most that is taken."


def _clock(ahead: timedelta, title: str) -> str:
    side = "ahead of" if ahead > timedelta() else "behind"
    advice = "Check the clock of this server" if ahead > timedelta() else "It was sent late, or a clock is wrong"
    return f"Its signature’s time is {duration(ahead)} {side} this server’s clock. {advice}."


def advice(health: Health) -> Iterator[str]:
    """Sentences on what an organizer should know or do about a connection; none where all is well."""
    title = tool_of(health.connection)
    if health.state == "failing":
        yield refusal(health.refused[0], title)
    if health.state == "silent" and health.quiet is not None:
        yield f"Nothing for {duration(health.quiet)}. {_usual(health)} Check that its webhook is still on at {title}."
    if health.ahead is not None:
        yield _clocks(health.ahead, title)
    if health.rivals:
        names = listing([health.connection.name, *health.rivals])
        yield f"{names} deliver the same. It counts once; switch all but one off at {title}."


def _usual(health: Health) -> str:
    if not health.usual.is_known:
        return "How long its pauses usually are isn’t known yet."
    if health.usual.longest is None:
        return f"Its pauses were never longer than {duration(STEP)}."
    return f"In two weeks, its longest pause was {duration(health.usual.longest)}."


def _clocks(ahead: timedelta, title: str) -> str:
    if ahead > timedelta():
        return f"The clock of {title} is {duration(ahead)} ahead of this server’s. Check the clock of this server."
    return (
        f"Deliveries come {duration(ahead)} after {title} signed them: they are late, or this server’s clock is ahead. "
        "Check the clock of this server."
    )


def understood(found: Understood) -> str:
    """The outcome of a delivery in words, without names of people."""
    delivery = found.delivery
    if found.activity is not None and not delivery_words.is_reversal(delivery) and delivery.state == "recorded":
        return f"{found.activity.kind.replace('_', ' ').capitalize()} {found.activity.external_id}"
    return delivery_words.reason(delivery) or delivery_words.meaning(delivery)
