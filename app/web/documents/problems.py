"""Refusals."""

from typing import Annotated, Any, NotRequired

from pydantic import Field
from typing_extensions import TypedDict  # pydantic cannot read typing's own before Python 3.12


class Problem(TypedDict):
    """A refusal (RFC 9457): `detail` is a sentence that says how to fix it."""

    type: str
    title: str
    status: int
    detail: str
    request_id: Annotated[
        str, Field(description="Names the request in the server's log.", examples=["5f0c2ab91d7e4c83"])
    ]
    code: NotRequired[
        Annotated[str, Field(description="The reason for a 409 about a shift, for programs.", examples=["full"])]
    ]
    errors: NotRequired[
        Annotated[list[dict[str, Any]], Field(description="The first mistakes, where there can be several.")]
    ]
    more: NotRequired[
        Annotated[int, Field(description="How many further mistakes `errors` leaves out, where it does.")]
    ]


def _problem(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": description, "content": {"application/problem+json": {"schema": schema}}}


PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: _problem("The request is no HTTP of ours."),
    401: _problem("No token, or one that is revoked or has expired."),
    403: _problem("The token lacks the scope."),
    404: _problem("There’s no such thing."),
    409: _problem("It doesn’t fit the state of things."),
    413: _problem("The body is too large."),
    415: _problem("The body is compressed."),
    422: _problem("Something in the request is invalid."),
    501: _problem("The request has a transfer coding besides `chunked`."),
    503: _problem("The database can’t take this now; nothing was changed."),
}
TOO_MANY: dict[int | str, dict[str, Any]] = {429: _problem("Too many tries; `Retry-After` says when to go on.")}
"""Beside those, of what may be tried so many times."""
