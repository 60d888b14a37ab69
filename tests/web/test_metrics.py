"""`/metrics` as Prometheus reads it."""

import re
from datetime import timedelta

from prometheus_client.parser import text_string_to_metric_families

from app.config import PROJECT, Settings
from app.metrics import GROW_WITH_ACTIVITIES
from app.services import jobs, lifecycle
from app.services.operations import kept_backups
from tests.builders import SLUG, Game, act_by
from tests.web.running_app import API, RunningApp, SettableClock, serving

NAMES = re.compile(r"\b(?:assembly_week|live)_[a-z_]+")


def figures(site: RunningApp, *names: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every sample by its name and labels, as Prometheus's own parser reads them; or those with names like these.

    There are thousands of samples of what earlier tests of the process asked for, and the parser takes its time.
    """
    lines = site.get("/metrics", "read").text.splitlines(keepends=True)
    wanted = (line for line in lines if line.startswith(("#", *(names or [""]))))
    families = text_string_to_metric_families("".join(wanted))
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def grown(
    site: RunningApp, before: dict[tuple[str, tuple[tuple[str, str], ...]], float], name: str, **labels: str
) -> float:
    """By how much a figure has grown."""
    key = (f"assembly_week_{name}", tuple(sorted(labels.items())))
    return figures(site, key[0])[key] - before.get(key, 0)


def test_metrics_count_requests_by_method_route_and_status(site: RunningApp) -> None:
    before = figures(site, "assembly_week_request_seconds_count")

    site.get(f"/weeks/{SLUG}/teams/0123456789abcdef", "read")
    site.get("/nowhere/a-secret", "read")

    route = {"method": "GET", "route": "/weeks/{week}/teams/{team}", "status": "404"}
    nowhere = {"method": "GET", "route": "(no route)", "status": "404"}
    assert grown(site, before, "request_seconds_count", **route) == 1
    assert grown(site, before, "request_seconds_count", **nowhere) == 1


def test_metrics_name_no_address_that_somebody_asked_for(site: RunningApp) -> None:
    site.get("/sign-in/link/al_a-secret")
    site.ask("PROPFIND", f"/weeks/{SLUG}")

    text = site.get("/metrics", "read").text

    assert ("a-secret" in text, "PROPFIND" in text, 'method="other"' in text) == (False, False, True)


def test_metrics_count_activities_once_they_are_committed(site: RunningApp) -> None:
    before = figures(site, "assembly_week_activities", "assembly_week_commit")

    for _ in range(2):
        site.record(external_id="one")

    assert grown(site, before, "activities_recorded_total") == 1
    assert grown(site, before, "commit_seconds_count") >= 1


def test_metrics_count_rejected_rules(site: RunningApp) -> None:
    before = figures(site, "assembly_week_rules")

    site.post(f"{API}/rules/preview", "rules:write", content="format = 2")

    assert grown(site, before, "rules_rejected_total") == 1


def test_metrics_show_what_waits(site: RunningApp) -> None:
    with site.database.unit_of_work() as session:
        jobs.enqueue(session, "nobody's", {}, run_at=site.clock.now)

    shown = figures(site)

    assert (shown["assembly_week_jobs_waiting", ()] >= 1, shown["assembly_week_jobs_dead", ()]) == (True, 0)
    assert shown["assembly_week_streams", ()] == 0


def test_metrics_tell_when_the_newest_backup_was_made(game: Game, settings: Settings, clock: SettableClock) -> None:
    assert game.slug == SLUG
    settings = settings.changed(backup_dir=settings.data_dir / "copies", backup_hour=23)
    plan = kept_backups.plan_of(settings)
    assert plan is not None
    with serving(settings, clock) as site:
        before = figures(site)
        copy = kept_backups.make(plan, clock.now - timedelta(days=1)).copy
        after = figures(site)

    names = [(f"assembly_week_backup_{figure}", ()) for figure in ("timestamp_seconds", "bytes")]
    assert [before[name] for name in names] == [0, 0]
    assert [after[name] for name in names] == [copy.at.timestamp(), copy.bytes]


def test_metrics_count_nothing_that_a_freeze_hides(site: RunningApp) -> None:
    with site.database.unit_of_work() as session:
        lifecycle.freeze(session, SLUG, act_by("Olu", site.clock.now))
    site.record(external_id="hidden")

    readers, organizers = (site.get("/metrics", scope).text for scope in ("read", "admin"))

    assert [name for name in GROW_WITH_ACTIVITIES if name in readers] == []
    assert [name for name in GROW_WITH_ACTIVITIES if name not in organizers] == []
    assert "process_cpu_seconds_total" in readers


def test_alerts_and_dashboard_ask_for_figures_that_exist(site: RunningApp) -> None:
    folder = PROJECT / "deploy" / "monitoring"
    text = "".join(file.read_text(encoding="utf-8") for file in sorted(folder.iterdir()))
    asked = {name.removesuffix("_bucket").removesuffix("_count").removesuffix("_sum") for name in NAMES.findall(text)}

    described = set(re.findall(r"^# TYPE (\S+)", site.get("/metrics", "read").text, re.MULTILINE))

    assert len(asked) > 8
    assert asked - described == set()
