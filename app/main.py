"""The application: the only place where the parts meet."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cache, partial
from typing import Any

from fastapi import FastAPI
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from app import __version__
from app.bulkheads import Bulkhead
from app.clock import Clock
from app.config import PROJECT, Settings
from app.db.database import Database
from app.db.engine import Limits
from app.errors import MailRejected
from app.integrations import mail, oidc
from app.jobs import background, backup, kinds, notice_mail, scheduled_changes, sign_in_mail, tools, upkeep, webhooks
from app.jobs import weeks as week_jobs
from app.jobs.intake import Intake
from app.jobs.worker import Handle, Job, Worker
from app.live import single_flight
from app.live.publisher import Publisher
from app.live.timing import USUAL, Timing
from app.services import notices
from app.services.access import links as links_service
from app.services.operations import secrets, startup
from app.services.shifts.worth import Worths
from app.web import (
    api,
    calendar_feeds,
    ceremony,
    guestbook,
    guide,
    health,
    hooks,
    me,
    organizer,
    pages,
    sign_in,
    summary,
    unsubscribe,
    week_metrics,
)
from app.web import shifts as shift_pages
from app.web.board_cache import BoardCache
from app.web.context import AppContext, waits_for_owner
from app.web.credential_cache import CredentialCache
from app.web.display import display, pairing
from app.web.fast_path import Shortcut
from app.web.http import addresses, areas, branding, csp_reports, gates, problems, static
from app.web.http.denial_log import Refusals
from app.web.http.edge import EdgeMiddleware
from app.web.http.hosts import Hosts
from app.web.http.route_names import RouteNames
from app.web.reception import Reception
from app.web.scenes.display_renderer import DisplayRenderer
from app.web.seats.seat_lists import SeatLists, SeatsTopic
from app.web.shift_lists import ShiftLists
from app.web.summaries import Summaries
from app.web.tally import Tally
from app.web.topics import BoardTopic
from app.web.write_queue import WriteQueue

PAGES = (
    *pages.routers,
    *sign_in.routers,
    me.router,
    ceremony.router,
    summary.router,
    *shift_pages.routers,
    calendar_feeds.router,
    guide.router,
    unsubscribe.router,
    guestbook.router,
    week_metrics.router,
    display.router,
    pairing.router,
    *organizer.routers,
    hooks.router,
    health.router,
    csp_reports.router,
)

NOTICE_ATTEMPTS = 8
"""Over three hours: nobody looks on who could try again, as whoever asked for a sign-in link does."""


class _Application(FastAPI):
    """FastAPI inside our own edge, which also sees what its outermost layers answer."""

    def openapi(self) -> dict[str, Any]:
        """The API's description, complete."""
        if self.openapi_schema is None:
            context: AppContext = self.state.context
            self.openapi_schema = api.complete(super().openapi(), context.settings.public_url)
        return self.openapi_schema

    def build_middleware_stack(self) -> ASGIApp:
        """Wrap everything FastAPI does once more.

        Starlette's own method, called on first use and not meant to be overridden, but only it is outside of the
        handlers of errors: tests/web/test_edge.py fails where an upgrade changes it.
        """
        context: AppContext = self.state.context
        long_way = super().build_middleware_stack()
        return EdgeMiddleware(
            Shortcut(long_way, context) if self.state.has_shortcut else long_way, Hosts(context.settings)
        )


def create_app(
    settings: Settings | None = None,
    *,
    clock: Clock | None = None,
    timing: Timing = USUAL,
    has_shortcut: bool = True,
    open_database: type[Database] = Database,
) -> FastAPI:
    """The web application for these settings (the environment's by default), on its own database connections.

    Raises Malformed for settings or a signing key that can't be used. Without the shortcut, every answer is the same
    and comes later. Where many applications follow each other, `open_database` may keep what the one before compiled.
    """
    app = _Application(
        title="Assembly Week",
        version=__version__,
        **api.ABOUT,
        docs_url=None,
        redoc_url=None,
        max_body_size=areas.MIB,
        lifespan=partial(_lifespan, timing=timing),
    )
    app.state.has_shortcut = has_shortcut
    app.state.context = _install(settings or startup.read_settings(), clock or Clock(), timing, open_database)
    app.state.routes = RouteNames(app.routes, _names())
    app.router.routes.extend(routes())
    problems.install(app, waits_for_owner)
    return app


@cache
def routes() -> tuple[BaseRoute, ...]:
    """Every route but the API's description, the same ones for every application of this process.

    What a route takes and gives is analysed when it is first looked for, for as long as all else of a start takes.
    """
    app = FastAPI(openapi_url=None, max_body_size=areas.MIB)
    api.include_in(app)
    for router in PAGES:
        app.include_router(router)
    app.mount("/static", static.Files(directory=PROJECT / "static"), name="static")
    addresses.register(app.routes)
    return tuple(map(gates.gate, app.routes))


@cache
def _names() -> RouteNames:
    return RouteNames(routes())


def _install(settings: Settings, clock: Clock, timing: Timing, open_database: type[Database]) -> AppContext:
    key = secrets.load(settings)
    database = open_database(settings.sqlalchemy_url, checkpoints=True, limits=Limits())
    display_renderer = DisplayRenderer(database, clock, settings.display_scenes)
    database.subscribe(branding.BRANDING.notify)
    database.subscribe(display_renderer.notify)  # before the boards, at whose news streams look at it
    keeper, known = BoardCache(database, clock, timing), CredentialCache(database, clock, timing)
    seat_lists = SeatLists(database, clock)
    share = settings.public_url.rstrip("/") if settings.board_visibility == "public" else None
    mailer = mail.mailer(settings)
    return AppContext(
        settings=settings,
        key=key,
        database=database,
        clock=clock,
        boards=keeper,
        credentials=known,
        write_queue=WriteQueue(database, clock),
        tally=Tally(database, clock),
        streams=_publisher(settings, keeper, seat_lists, known, database.renders, timing),
        seat_lists=seat_lists,
        summaries=Summaries(database, clock, keeper, share),
        worths=Worths(),
        display_renderer=display_renderer,
        shift_lists=ShiftLists(),
        refusals=Refusals(database, clock),
        reception=Reception.open(database, key, clock, settings),
        mailer=mailer,
        job_kinds=kinds.done_by(settings),
        company=oidc.provider(settings),
    )


def _publisher(
    settings: Settings, boards: BoardCache, seats: SeatLists, known: CredentialCache, renders: Bulkhead, timing: Timing
) -> Publisher:
    """The publisher of every kind of topic there is."""
    return Publisher(
        {
            BoardTopic: lambda topic: boards.get(topic.slug, topic.audience),
            SeatsTopic: lambda topic: seats.get(topic.slug, topic.audience, shows_everyone=topic.shows_everyone),
        },
        boards,
        known,
        renders,
        max_streams=settings.max_streams,
        max_streams_per_network=settings.max_streams_per_address,
        timing=timing,
    )


def _worker(context: AppContext) -> Worker:
    """The worker of the job queue, with a handler for each kind that this server can do."""
    handlers = [
        upkeep.job(context.database, context.clock, context.settings),
        *backup.jobs(context.settings, context.clock),
        Job(notices.MAIL, _notice_sender(context), attempts=NOTICE_ATTEMPTS, final=(MailRejected,)),
        *week_jobs.jobs(context.database, context.clock),
        *tools.jobs(context.database, context.clock, context.key, context.settings),
    ]
    if context.mailer is not None:
        send = partial(
            sign_in_mail.send_sign_in_link, context.database, context.mailer, context.clock, context.settings.public_url
        )
        handlers.append(Job(links_service.BY_MAIL, send, final=(MailRejected,)))
    daily = dict.fromkeys((upkeep.FORGET, *week_jobs.DAILY, *tools.DAILY), 0) | dict.fromkeys(
        backup.kinds(context.settings), context.settings.backup_hour
    )
    return Worker(context.database, context.clock, handlers, daily=daily)


def _notice_sender(context: AppContext) -> Handle:
    return partial(
        notice_mail.send_notice, context.database, context.mailer, context.clock, context.settings.public_url,
        context.key,
    )  # fmt: skip


def _exchange(context: AppContext) -> list[Callable[[], Awaitable[None]]]:
    """The work of taking in what tools send, and of telling others what happens."""
    return [
        Intake(context.database, context.clock).run,
        context.reception.refused.run,
        partial(background.keep_heartbeat, context.database, context.clock),
        partial(tools.compare, context.database, context.clock),
        tools.HomeWatch(context.database, context.clock).run,
        partial(week_jobs.watch_screens, context.database, context.clock),
        webhooks.sender(context.database, context.clock, context.key, context.settings.outbound_networks).run,
    ]


def _catch_up(context: AppContext) -> None:
    """Take in what came about while no server ran."""
    if context.settings.watches_rules and (text := startup.read_text(context.settings.rules_path)) is not None:
        background.take_rules_file(context.database, text, context.clock.game())
    scheduled_changes.catch_up(context.database, context.clock)


@asynccontextmanager
async def _lifespan(app: FastAPI, *, timing: Timing) -> AsyncIterator[None]:
    context: AppContext = app.state.context

    def notify() -> None:
        context.seat_lists.notify()
        context.boards.notify()

    worker, received = _worker(context), context.reception.enveloped
    sockets = tools.SlackSockets(context.database, context.clock, context.key, context.settings, received)
    work: list[Callable[[], Awaitable[None]]] = [
        *background.following(context.database, context.display_renderer, branding.BRANDING, notify, timing),
        context.credentials.touch,
        context.streams.publish,
        context.streams.heartbeats,
        context.streams.revocations,
        worker.run,
        sockets.run,
        *_exchange(context),
    ]
    if context.settings.watches_rules:
        follow = background.follow_rules_file
        work.append(partial(follow, context.database, context.settings, context.clock, look=timing.rules_file))
    try:
        startup.prepare(context.database, context.settings, context.clock.game())
        branding.begin(context.database)
        app.state.routes.of("/")  # made on first use, which should not be somebody's request
        addresses.url_for("current_board")
        _catch_up(context)
        async with background.running(*work, retry=timing.retry_first):
            try:
                yield
            finally:
                for last in (sockets, worker, context.write_queue, context.reception.queue):
                    await last.close()
    finally:
        await single_flight.end_all()
        branding.BRANDING.reset()
        context.database.dispose()
