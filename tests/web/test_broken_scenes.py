"""A scene of the display that fails: left out, counted, logged once, and back by itself; the others go on."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text as sql

from app.web.scenes import ROTATION, race
from app.web.scenes.painting import RETRY_SECONDS
from app.web.scenes.scene import Scene, SceneContext
from tests.web.running_app import BOTH_ENGINES, RunningApp, sign_in
from tests.web.test_display import ALL, picture, play, shown, streaming, text

WITHOUT_RACE = [name for name in ALL if name != "race"]


def fail(_context: SceneContext) -> Any:
    raise ValueError("the race stumbles")


def fail_in_sql(context: SceneContext) -> Any:
    """On PostgreSQL every later statement of the transaction is refused, too."""
    context.session.execute(sql("SELECT stumbles FROM race"))


def fail_while_rendered(_context: SceneContext) -> Any:
    return {"lanes": 7}


@contextmanager
def broken(*scenes: Scene, build_context: Callable[[SceneContext], Any] = fail) -> Iterator[None]:
    """Let scenes fail for as long as the block lasts."""
    before = [scene.build_context for scene in scenes]
    for scene in scenes:
        object.__setattr__(scene, "build_context", build_context)
    try:
        yield
    finally:
        for scene, mended in zip(scenes, before, strict=True):
            object.__setattr__(scene, "build_context", mended)


def failures(site: RunningApp) -> float:
    """The failures of the race in `/metrics`."""
    lines = site.get("/metrics", "read").text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if 'display_scene_failures_total{scene="race"}' in line)


@BOTH_ENGINES
@pytest.mark.parametrize("flaw", [fail, fail_in_sql, fail_while_rendered])
def test_paint_leaves_out_a_scene_that_fails_counts_it_and_logs_it_once(
    site: RunningApp, flaw: Callable[[SceneContext], Any], caplog: pytest.LogCaptureFixture
) -> None:
    play(site)
    before = failures(site)

    with broken(race.SCENE, build_context=flaw):
        first = picture(site)
        site.record()
        second = picture(site)

    assert (shown(first), shown(second)) == (WITHOUT_RACE, WITHOUT_RACE)
    assert failures(site) == before + 2
    assert [record.message.partition(" and")[0] for record in caplog.records if record.levelname == "ERROR"] == [
        "display: the scene race failed"
    ]


def test_scene_that_failed_comes_back_by_itself_on_a_screen_that_watches(site: RunningApp) -> None:
    play(site)

    with ExitStack() as fault:
        fault.enter_context(broken(race.SCENE))
        with streaming(site) as pictures:
            first = next(pictures)
            fault.close()
            site.clock.now += timedelta(seconds=RETRY_SECONDS)
            seen = next(shown(each) for each in pictures if "race" in shown(each))

    assert shown(first) == WITHOUT_RACE
    assert seen == ALL
    assert site.get("/display/pulse").json()["mark"] in picture(site)


def test_display_whose_scenes_all_fail_stays_up_and_says_so(site: RunningApp) -> None:
    play(site)

    with broken(*ROTATION):
        html = picture(site)
        preview = sign_in(site, "olu@example.com", "organizer").get("/organizer/weeks/q3-2022/display")

    assert text(html, "quiet") == "Q3-2022 The scenes will be back"
    assert preview.status_code == 200
