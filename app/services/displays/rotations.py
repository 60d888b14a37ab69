"""The displays' rotation as organizers chose it, written as in the setting `DISPLAY_SCENES`."""

from sqlmodel import Session

from app.db.database import serialize
from app.domain.actor import Act
from app.models import Rotation
from app.services.audit import audit
from app.services.audit.audit import AuditTarget
from app.services.displays import plans

AUDIT_TARGET = AuditTarget("rotation", "1", "The displays' scenes")


def chosen(session: Session) -> str:
    """The scenes and seconds organizers chose; empty where the setting decides."""
    rotation = session.get(Rotation, 1)
    return rotation.scenes if rotation else ""


def choose(session: Session, scenes: str, act: Act, *, seen: str = "") -> None:
    """Let every display show these scenes, which the caller has checked; empty leaves it to the setting again.

    `seen` is the `plans.mark` of those they replace; empty is any. Raises Conflict where somebody chose others since.
    """
    serialize(session)
    found = session.get(Rotation, 1)
    before = found.scenes if found else ""
    if before == scenes:
        return
    plans.check_seen(seen, before)
    rotation = found or Rotation(scenes=scenes, by=act.actor.name, at=act.now)
    rotation.scenes, rotation.by, rotation.at = scenes, act.actor.name, act.now
    session.add(rotation)
    session.flush()
    audit.note(session, "rotation.changed", AUDIT_TARGET, act, before={"scenes": before}, after={"scenes": scenes})
    plans.tell(session)
