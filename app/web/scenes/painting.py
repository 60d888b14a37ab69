"""Scenes of a picture, each built and rendered by itself: one that fails is left out, and the others go on."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any, cast

from markupsafe import Markup
from prometheus_client import Counter

from app.db.outages import translated
from app.domain.screens.wall import Plan
from app.errors import Unavailable
from app.web.http import render
from app.web.scenes import ROTATION_BY_NAME, RotationItem
from app.web.scenes.scene import SceneContext

PAGE_SECONDS = 8
"""A page of a scene that has several stays for this long at least; else they share the turn's seconds."""
RETRY_SECONDS = 15
"""A scene that failed is tried again after this, and at once with the next change."""
SCENE_FAILURES = Counter("display_scene_failures", "Scenes of the display that could not be made", ["scene"])

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Page:
    """A turn, or a page of it, with what its scene has to say; `key` tells it from all others.

    An extra one has no turn: it is there because somebody asked for it.
    """

    turn: RotationItem
    it: Mapping[str, object]
    seconds: int
    key: str
    is_extra: bool


def _pages(turn: RotationItem, mapping: Mapping[str, object], is_extra: bool) -> list[_Page]:
    """The pages of a turn; most scenes have one."""
    pages = cast("list[Mapping[str, object]]", mapping.get("pages", [mapping]))
    seconds = turn.seconds if len(pages) == 1 else max(turn.seconds // len(pages), PAGE_SECONDS)
    names = [turn.scene.name, *(f"{turn.scene.name}-{number}" for number in range(2, len(pages) + 1))]
    return [_Page(turn, page, seconds, name, is_extra) for name, page in zip(names, pages, strict=True)]


@dataclass(frozen=True, slots=True)
class Painted:
    """The scenes of a picture as HTML, in order, and the names of those that failed."""

    scenes: Sequence[Markup]
    failed: Sequence[str]


@dataclass(eq=False, slots=True)
class Painter:
    """Paints scenes, and knows which pictures lack one; safe to call from several threads.

    A picture that lacks a scene has another key every `RETRY_SECONDS`, so that it is painted again until it has it.
    """

    _lock: Lock = field(default_factory=Lock)
    _lacking: set[str] = field(default_factory=set)
    _logged: dict[str, str] = field(default_factory=dict)

    def key_of(self, mark: str, now: datetime) -> str:
        """A picture's mark, and where it lacked a scene the number of the try; `now` is the real time."""
        with self._lock:
            return f"{mark}-{int(now.timestamp()) // RETRY_SECONDS}" if mark in self._lacking else mark

    def note(self, mark: str, painted: Painted) -> None:
        """Remember whether the picture of a mark lacks a scene."""
        with self._lock:
            (self._lacking.add if painted.failed else self._lacking.discard)(mark)

    def forget(self) -> None:
        """Forget all pictures: the board has changed."""
        with self._lock:
            self._lacking.clear()

    def paint(self, context: SceneContext, turns: Sequence[RotationItem], plan: Plan, **shared: Any) -> Painted:
        """Paint the turns with something to say; the scene that was asked for comes last, and extra without a turn.

        Raises Unavailable where the database is away, for that ends for all scenes at once.
        """
        asked = ROTATION_BY_NAME.get(plan.shown.partition("-")[0])
        more = [RotationItem(asked, asked.seconds)] if asked and asked not in [turn.scene for turn in turns] else []
        scenes: list[Markup] = []
        failed: list[str] = []
        for turn in (*turns, *more):
            try:
                with translated():
                    scenes += _scene(context, turn, turn in more, shared)
            except Unavailable:
                raise
            except Exception as error:
                failed.append(turn.scene.name)
                context.session.rollback()  # PostgreSQL refuses every statement after one that failed
                self._note_failure(turn.scene.name, error)
            else:
                self._logged.pop(turn.scene.name, None)
        return Painted(scenes, failed)

    def _note_failure(self, scene: str, error: Exception) -> None:
        """Count a failure, and log it unless it is the scene's last one again."""
        SCENE_FAILURES.labels(scene).inc()
        if self._logged.get(scene) != (text := repr(error)):
            self._logged[scene] = text
            logger.error("display: the scene %s failed and is left out: %s", scene, error, exc_info=error)


def _scene(context: SceneContext, turn: RotationItem, is_extra: bool, shared: Mapping[str, object]) -> list[Markup]:
    mapping = turn.scene.build_context(context)
    pages = [] if mapping is None else _pages(turn, mapping, is_extra)
    rendered = [render.render("display/_scene.html", each=page, board=context.board, **shared) for page in pages]
    return [Markup(page.decode()) for page in rendered]  # noqa: S704 - our own template made it
