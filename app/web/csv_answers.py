"""CSV of any length as an answer: each piece is made when it is its turn, in a thread that is there for reading."""

from collections.abc import AsyncIterator, Iterator

from starlette.responses import StreamingResponse

from app.db.database import Database


def csv_answer(database: Database, lines: Iterator[str], name: str) -> StreamingResponse:
    """The answer that brings these lines as a file of this name."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_pieces(database, lines), media_type="text/csv; charset=utf-8", headers=headers)


async def _pieces(database: Database, lines: Iterator[str]) -> AsyncIterator[str]:
    """The pieces of a text, each made in a reading thread."""
    while (piece := await database.reads.run(next, lines, None)) is not None:
        yield piece
