"""Plans of screens: what each shows, how it looks, and what organizers' remotes say; the last word counts."""

from dataclasses import dataclass
from typing import Literal

from sqlmodel import Session, col, select, update

from app.db.database import announce, serialize
from app.domain.actor import Act
from app.domain.screens import quiet
from app.domain.screens.wall import ALL, SIZES, THEMES, Message, Plan, Wall
from app.errors import Conflict, Malformed, NotFound
from app.events import WallChanged
from app.models import Rotation, ScreenMessage, ScreenPlan
from app.services.audit import audit
from app.services.audit.audit import AuditTarget
from app.services.displays import displays
from app.services.weeks import week_fields

Command = Literal["show", "pause", "resume", "mute", "unmute"]


def wall(session: Session) -> Wall:
    """Everything organizers chose for the displays, as it stands."""
    rotation = session.get(Rotation, 1, populate_existing=True)
    plans = {row.target: plan_of(row) for row in session.exec(select(ScreenPlan).order_by(col(ScreenPlan.target)))}
    rows = session.exec(select(ScreenMessage).order_by(col(ScreenMessage.created_at), col(ScreenMessage.id)))
    messages = tuple(Message(row.id, row.kind, row.title, row.text, row.link, row.until) for row in rows)
    return Wall(rotation.scenes if rotation else "", plans, messages)


def plan_of(row: ScreenPlan) -> Plan:
    """A row as a plan."""
    return Plan(
        row.scenes, row.theme, row.size, row.quiet, row.zone, row.shown, row.shown_at,
        None if row.is_paused is None else bool(row.is_paused), None if row.is_muted is None else bool(row.is_muted),
    )  # fmt: skip


def tell(session: Session) -> None:
    """Have every display follow what this transaction changed."""
    session.flush()
    announce(session, WallChanged(wall(session)))


def target_of(session: Session, target: str) -> AuditTarget:
    """A target as the audit names it. Raises NotFound for a screen that is not paired."""
    if target == ALL:
        return AuditTarget("display", ALL, "All screens")
    return displays.audit_target(displays.find(session, target))


@dataclass(frozen=True, slots=True)
class Look:
    """The looks of a screen and its quiet hours; what is empty is as for all screens."""

    theme: str = ""
    size: str = ""
    quiet: str = ""
    zone: str = ""


def mark(*chosen: str) -> str:
    """Write what was chosen as one text, which a form sends back as what it replaces; never empty."""
    return "|".join(("seen", *chosen))


def check_seen(seen: str, *chosen: str) -> None:
    """Raise Conflict where what was chosen isn’t what a form showed; an empty mark is any."""
    if seen and seen != mark(*chosen):
        theirs = "Not saved: someone chose otherwise after you opened this page, and screens show that now."
        raise Conflict(f"{theirs} What you typed is kept. Save again to replace theirs.")


def set_look(session: Session, target: str, look: Look, act: Act, *, seen: str = "") -> None:
    """Choose how a screen, or every one, looks and when it rests.

    `seen` is the `mark` of what it replaces; empty is any. Raises NotFound, Malformed, or Conflict where somebody chose
    otherwise meanwhile.
    """
    if look.theme not in ("", *THEMES):
        raise Malformed.at(theme=f"“{look.theme}” isn’t a theme. Choose one of {', '.join(THEMES)}.")
    if look.size not in ("", *SIZES):
        raise Malformed.at(size=f"“{look.size}” isn’t a size. Choose one of {', '.join(SIZES)}.")
    check_quiet(look.quiet)
    zone = week_fields.check_zone(look.zone.strip()) if look.zone.strip() else ""
    row = _locked(session, target)
    before = {"theme": row.theme, "size": row.size, "quiet": row.quiet, "zone": row.zone}
    after = {"theme": look.theme, "size": look.size, "quiet": look.quiet, "zone": zone}
    _change(session, row, before, after, act, seen)


def check_quiet(text: str) -> str:
    """Quiet hours as they are kept. Raises Malformed."""
    try:
        quiet.parse(text)
    except ValueError as flaw:
        raise Malformed(str(flaw)) from None
    return text


def choose_scenes(session: Session, target: str, scenes: str, act: Act, *, seen: str = "") -> None:
    """Let one screen show these scenes, which the caller has checked; empty: those of all screens.

    `seen` is the `mark` of those they replace; empty is any. Raises NotFound, or Conflict as `set_look` does.
    """
    row = _locked(session, target)
    _change(session, row, {"scenes": row.scenes}, {"scenes": scenes}, act, seen)


def command(session: Session, target: str, do: Command, act: Act, *, shown: str = "") -> None:
    """Do what a remote says: to one screen, or to all, where single screens then follow again. Raises NotFound.

    `shown` is a scene's name or a message's key, which the caller has checked.
    """
    row = _locked(session, target)
    before = _remote(row)
    match do:
        case "show":
            row.shown, row.shown_at = shown, act.now
        case "pause" | "resume":
            row.is_paused = int(do == "pause")
        case "mute" | "unmute":
            row.is_muted = int(do == "mute")
    after = _remote(row)
    session.add(row)
    session.flush()
    if target == ALL:
        _let_follow(session, do)
    changed = {name: value for name, value in after.items() if value != before[name]}
    if changed or do == "show":
        audit.note(session, "display.remote", target_of(session, target), act, after={"did": do, **changed})
    tell(session)


def _remote(row: ScreenPlan) -> dict[str, object]:
    return {"shown": row.shown, "paused": bool(row.is_paused), "muted": bool(row.is_muted)}


def _let_follow(session: Session, do: Command) -> None:
    """Take back what single screens were told before all were."""
    values: dict[str, object] = {"shown": "", "shown_at": None}
    if do in ("pause", "resume"):
        values = {"is_paused": None}
    elif do in ("mute", "unmute"):
        values = {"is_muted": None}
    session.execute(update(ScreenPlan).where(col(ScreenPlan.target) != ALL).values(values))
    session.expire_all()


def _locked(session: Session, target: str) -> ScreenPlan:
    """The row of a target, made where there is none. Raises NotFound for a screen that is not paired."""
    serialize(session)
    target_of(session, target)
    return session.get(ScreenPlan, target, populate_existing=True) or ScreenPlan(target=target)


def _change(
    session: Session, row: ScreenPlan, before: dict[str, str], after: dict[str, str], act: Act, seen: str
) -> None:
    if before == after:
        return
    check_seen(seen, *before.values())
    for name, value in after.items():
        setattr(row, name, value)
    session.add(row)
    session.flush()
    audit.note(session, "display.changed", target_of(session, row.target), act, before=before, after=after)
    tell(session)


def check_shown(session: Session, shown: str, scenes: tuple[str, ...]) -> str:
    """A scene's name, or the key of a message there is. Raises NotFound."""
    keys = {message.key for message in wall(session).messages}
    if shown not in scenes and shown not in keys:
        raise NotFound(f"There’s no scene “{shown}”. Choose one of {', '.join(scenes)}.")
    return shown
