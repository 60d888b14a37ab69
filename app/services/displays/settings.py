"""Settings of a screen, or of all, as programs read and change them: looks, quiet hours, scenes, and the remote."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session

from app.db.database import serialize
from app.domain import rotation
from app.domain.actor import Act
from app.domain.screens.wall import ALL, Plan, Wall
from app.domain.text import names
from app.errors import Conflict, Malformed, NotFound
from app.models import Display
from app.services.displays import displays, plans, rotations
from app.services.displays.plans import Look


@dataclass(frozen=True, slots=True)
class Settings:
    """The choices for a screen (its display's id), or for `all`, and the plan that it follows."""

    target: str
    own: Plan
    followed: Plan


def read(session: Session, target: str) -> Settings:
    """The settings of a screen, or of all. Raises NotFound."""
    plans.target_of(session, target)
    return of(plans.wall(session), target)


def of(wall: Wall, target: str) -> Settings:
    """The settings of a target there is."""
    followed = wall.plan(target)
    own = wall.plans.get(target, Plan())
    return Settings(target, replace(own, scenes=wall.scenes) if target == ALL else own, followed)


def change(session: Session, target: str, look: Mapping[str, str], scenes: Sequence[str] | None, act: Act) -> Settings:
    """Change fields of a screen's Look, or of every one's, and its scenes; what is left out stays, empty is as for all.

    Scenes are written as in `board:20`, seconds left out where the scene's own will do. Raises NotFound or Malformed.
    """
    serialize(session)
    own = read(session, target).own
    text = None if scenes is None else check_scenes(scenes)
    if look:
        plans.set_look(session, target, replace(Look(own.theme, own.size, own.quiet, own.zone), **look), act)
    if text is not None and target == ALL:
        rotations.choose(session, text, act)
    elif text is not None:
        plans.choose_scenes(session, target, text, act)
    return read(session, target)


def check_scenes(scenes: Sequence[str]) -> str:
    """Scenes as they are kept; empty for none. Raises Malformed at the field."""
    try:
        parsed = rotation.parse(scenes)
    except ValueError as flaw:
        raise Malformed.at(scenes=f"The scenes can’t be read: the list {flaw}.") from None
    return ",".join(name if seconds is None else f"{name}:{seconds}" for name, seconds in parsed)


def command(session: Session, target: str, do: plans.Command, shown: str, act: Act) -> Settings:
    """Do what a remote says; `shown` is a scene, or a message's id or key. Raises NotFound or Malformed."""
    if do == "show":
        shown = _key_of(session, shown)
    elif shown:
        raise Malformed.at(scene="A scene goes with “show” alone.")
    plans.command(session, target, do, act, shown=shown)
    return read(session, target)


def _key_of(session: Session, shown: str) -> str:
    keys = {message.id: message.key for message in plans.wall(session).messages}
    return plans.check_shown(session, keys.get(shown, shown), rotation.SCENES)


def named(session: Session, text: str) -> Display:
    """The display of this id or name. Raises NotFound, or Conflict where several have the name."""
    every = displays.every(session)
    key = names.fold(text)
    found = [each for each in every if each.id == text] or [each for each in every if names.fold(each.name) == key]
    if not found:
        raise NotFound(f"There’s no display “{text}”. `assembly-week display list` lists them.")
    if len(found) > 1:
        raise Conflict(f"{len(found)} displays are called “{text}”. Use the id of one.")
    return found[0]
