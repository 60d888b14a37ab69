"""Problems people can cause or meet; each knows its HTTP status and says how to mend it."""

from typing import Any, ClassVar, Self

from app.domain.text.direction import apart

LONGEST_DETAIL = 8_000
"""Characters of a refusal: sentences quote what was sent, and whoever sent it may have sent a lot."""


class Problem(Exception):
    """A refusal with a sentence for a person; `extra` becomes members of the problem document (RFC 9457).

    `next_step` says on error pages what to do now; programs get the title and the sentence.
    """

    status: int = 400
    title: ClassVar[str] = "That didn’t work"
    next_step: ClassVar[str] = "Go back and try again."

    def __init__(self, detail: str, **extra: Any) -> None:
        if len(detail) > LONGEST_DETAIL:
            detail = f"{detail[: LONGEST_DETAIL - 1]}…"
        super().__init__(detail)
        self.detail = detail
        self.extra = extra

    @classmethod
    def at(cls, **fields: str) -> Self:
        """A refusal of fields, by their names: each with the sentence that stands at it."""
        errors = [{"field": name, "message": sentence} for name, sentence in fields.items()]
        return cls(" ".join(fields.values()), errors=errors)


class Unreadable(Problem):
    """The bytes sent are no request, or their body is not what their head says."""

    title = "Can’t read the request"

    def __init__(
        self, detail: str = "The request can’t be read. Send a body as the documentation of this address shows."
    ) -> None:
        super().__init__(detail)


class Malformed(Problem):
    """The request cannot be understood as it is."""

    status = 422
    title = "Invalid request"
    next_step = "Go back, fix what is named above, and send it again."


class NotFound(Problem):
    """There is nothing by that name."""

    status = 404
    title = "Not found"
    next_step = "Check the address, or start again from the board."


class WrongMethod(Problem):
    """The address takes other methods."""

    status = 405
    title = "Can’t do that here"
    next_step = "Go back and try it from the page itself."

    def __init__(self) -> None:
        super().__init__("This address doesn’t take that method.")


class TooSlow(Problem):
    """The rest of a request did not arrive in time."""

    status = 408
    title = "Too slow"


class Conflict(Problem):
    """The request is well-formed but does not fit the state of things."""

    status = 409
    title = "Not possible right now"
    next_step = "Go back, look at what has changed, and try again."


class TooLarge(Problem):
    """The body has more bytes than its address takes."""

    status = 413
    title = "Too large"
    next_step = "Go back, and send less at once."

    def __init__(self, detail: str = "Not saved: this is larger than this address takes.") -> None:
        super().__init__(detail)


class UnsupportedCoding(Problem):
    """The body is compressed; a small one could unpack to gigabytes, so no body is unpacked."""

    status = 415
    title = "Compressed"

    def __init__(self, coding: str) -> None:
        super().__init__(
            f"This server doesn’t unpack bodies (“{coding[:80]}”). Send it again without Content-Encoding."
        )


class SignInNeeded(Problem):
    """No credentials, or credentials that no longer count."""

    status = 401
    title = "Sign in first"
    next_step = "Sign in, then come back to this page."


class NotAllowed(Problem):
    """Known, but not allowed to do this."""

    status = 403
    title = "Not allowed"
    next_step = "Need access? Ask an organizer."


class Misdirected(Problem):
    """The request names a server that this is not."""

    status = 421
    title = "Wrong server"

    def __init__(self, host: str) -> None:
        super().__init__(
            f"This server doesn’t answer to the name “{host[:80]}”. Set ASSEMBLY_WEEK_PUBLIC_URL to the address people "
            "type, or add the name to ASSEMBLY_WEEK_TRUSTED_HOSTS."
        )


class HeadTooLarge(Problem):
    """More headers or cookies than a request may carry."""

    status = 431
    title = "Headers too large"


class TooMany(Problem):
    """Tried too often; `wait` is how many seconds until the next try counts anew."""

    status = 429
    title = "Too many attempts"
    next_step = ""

    def __init__(self, detail: str, wait: int) -> None:
        super().__init__(detail)
        self.wait = wait


class Unavailable(Problem):
    """The database cannot take this now; nothing was changed."""

    status = 503
    title = "Not possible right now"
    next_step = "Try again in a moment."


class CutOff(Problem):
    """The client hung up; nobody reads the answer, but metrics count it by nginx's number for this."""

    status = 499
    title = "Cut off"

    def __init__(self) -> None:
        super().__init__("The request ended before its body did.")


class OurMistake(Problem):
    """A failure that nobody foresaw; the log has it, and the answer says nothing of it."""

    status = 500
    title = "Our mistake"
    next_step = "Try again. Still broken? Tell an organizer when it happened."

    def __init__(self) -> None:
        super().__init__("Something went wrong on our side. The server’s log has it.")


class Busy(Unavailable):
    """Too many want the database at once; it is there, and goes on answering others."""


class WeekUnknown(NotFound):
    """No week has this slug."""

    def __init__(self, slug: str) -> None:
        super().__init__(
            "No week yet. Ask an organizer to create one." if slug == "current" else f"There’s no week “{slug[:40]}”."
        )


class WeekNotOpen(Conflict):
    """The week is a draft or closed."""

    def __init__(self, name: str, state: str) -> None:
        super().__init__(
            f"{apart(name)} is closed. Ask an organizer to reopen it."
            if state == "closed"
            else f"{apart(name)} is a draft. Ask an organizer to open it."
        )


class OutsideWeek(Conflict):
    """An activity's time lies outside the week's days or in the future."""


class PersonUnknown(NotFound):
    """Nobody has this e-mail."""

    def __init__(self, email: str) -> None:
        super().__init__(f"No person with the email {email}. Add them first.")


class KindUnknown(Malformed):
    """The active rules know no such kind of activity."""


class SourceReserved(Malformed):
    """The source is one of our own, under which no tool reports."""

    def __init__(self, source: str) -> None:
        super().__init__(f"“{source}” is reserved. Name the tool that reports this, such as zendesk.")


class BySeat(Conflict):
    """An entry of a shift follows its seat: only a correction of the seat reverses or reinstates it."""

    def __init__(self) -> None:
        super().__init__("This comes from a seat of a shift. Correct the seat instead.", code="by-seat")


class HeldBack(Conflict):
    """Nothing is wrong with this one, but another was refused, and it was all of them or none."""


class AlreadyDone(Conflict):
    """The activity already stands the way it was asked to."""


class TeamFull(Conflict):
    """A team already has as many members as the rules allow."""


class RulesRefused(Malformed):
    """A rules file with mistakes; `errors` lists every one."""

    title = "The rules file has mistakes"


class RulesUnfit(Conflict):
    """Valid rules that an open week cannot live with."""

    title = "An open week can’t use these rules"


class MailNotSent(Unavailable):
    """A message could not be handed to the mail server."""

    title = "Message not sent"


class MailRejected(MailNotSent):
    """A message that no mail server would take, however often it is tried."""


class ProviderAway(Unavailable):
    """The OpenID provider does not answer, or not in time."""

    title = "Company sign-in doesn’t answer"


class SignInFailed(SignInNeeded):
    """The OpenID provider's answer proves nothing; nobody was signed in."""

    title = "Sign-in failed"


class SignInRefused(NotAllowed):
    """The OpenID provider vouches for someone who may not come in."""

    title = "This account can’t sign in here"


class ShiftRefused(Conflict):
    """Something about a seat of a shift that cannot be; `code` says which, for programs."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail, code=code)
        self.code = code
