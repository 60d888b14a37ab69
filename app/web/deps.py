"""Dependencies of routes: the act of a request, of whoever its door lets in."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from app.domain.actor import Act, Actor, SignedInAct, SignedInActor, visitor
from app.web.access import Check, Guard, holds, is_anybody, is_member, is_organizer, is_owner, writes_activities
from app.web.context import installation
from app.web.http.client import address_of


def act_of(request: Request, actor: Actor, now: datetime) -> Act:
    """The act of a request: a signed-in person's, or anybody else's."""
    client = address_of(request) or None
    if isinstance(actor, SignedInActor):
        return SignedInAct(actor, now, client)
    return Act(actor, now, client)


class ActDoor(Guard):
    """A dependency: the act of whoever is let in by one check, at the game's time or at the real one.

    Whoever is not known acts as a visitor without a name, where the check lets them.
    """

    def __init__(self, check: Check, *, real: bool = False) -> None:
        super().__init__(check)
        self._is_real = real

    async def __call__(self, request: Request) -> Act:
        """The act that this request asks for."""
        actor = await self.admit(request) or visitor("")
        clock = installation(request).clock
        return act_of(request, actor, clock.real() if self._is_real else clock.game())


WriterAct = Annotated[Act, Depends(ActDoor(writes_activities))]
CorrectorAct = Annotated[Act, Depends(ActDoor(holds("ledger:correct")))]
RuleWriterAct = Annotated[Act, Depends(ActDoor(holds("rules:write")))]
MemberAct = Annotated[SignedInAct, Depends(ActDoor(is_member))]
OrganizerAct = Annotated[SignedInAct, Depends(ActDoor(is_organizer))]
OwnerAct = Annotated[SignedInAct, Depends(ActDoor(is_owner))]
"""These go by the game's time: weeks, teams and the ledger do."""

AnybodyRealAct = Annotated[Act, Depends(ActDoor(is_anybody, real=True))]
MemberRealAct = Annotated[SignedInAct, Depends(ActDoor(is_member, real=True))]
OrganizerRealAct = Annotated[SignedInAct, Depends(ActDoor(is_organizer, real=True))]
OwnerRealAct = Annotated[SignedInAct, Depends(ActDoor(is_owner, real=True))]
"""These go by the real time: people, sign-ins, links, tokens and displays do."""
