"""`serve` and `demo` as commands; what they need is imported only when they run, so that other commands start fast."""

from typing import Annotated

import typer

from app.cli.command import command
from app.cli.importing import no_collecting
from app.cli.output import Voice

group = typer.Typer()


@command(group, "serve")
def serve(
    voice: Voice,
    host: Annotated[str, typer.Option(metavar="HOST", help="The address to listen on; 0.0.0.0 is all.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="PORT", min=0, max=65_535, help="The port to listen on.")] = 8000,
) -> None:
    """Serve pages and API until stopped (Ctrl+C or SIGTERM); SQLite is migrated by itself."""
    with no_collecting():
        from app.cli import server

    server.serve(voice, server.read_settings(), host, port)


@command(group, "demo")
def demo(
    voice: Voice,
    finished: Annotated[bool, typer.Option("--finished", help="Start at the end of the week.")] = False,
    speed: Annotated[float, typer.Option(metavar="N", min=0.1, max=1_000, help="2 plays twice as fast.")] = 1.0,
    port: Annotated[
        int | None,
        typer.Option(
            metavar="PORT", min=0, max=65_535, help="The port to listen on; without it 8000 or the next free."
        ),
    ] = None,
    with_slack: Annotated[
        bool, typer.Option("--with-slack", help="Beside it a stand-in for Slack, to try it without an account.")
    ] = False,
) -> None:
    """Replay the Q3 2022 week on a board that moves; needs nothing, and keeps to a SQLite file of its own."""
    with no_collecting():
        from app.cli import demo as story
        from app.cli import server

    story.demo(voice, server.read_settings(), finished=finished, speed=speed, port=port, with_slack=with_slack)
