"""Sign-in links that an organizer has emailed to everyone in a team who never came."""

import re

from sqlmodel import col, func, select

from app.models import QueuedJob
from app.services.access import links
from app.services.access.links import BY_MAIL
from app.services.people import people
from tests.builders import ADA, GUS, NAMES, SLUG, act_by
from tests.smtp import Postbox
from tests.web.running_app import BOTH_ENGINES, RunningApp, sign_in, until
from tests.web.test_sign_in_by_mail import office, postbox

__all__ = ["office", "postbox"]
TEAMS = f"/organizer/weeks/{SLUG}/teams"


def waiting(site: RunningApp) -> int:
    """The number of emails that are still to be sent."""
    with site.database.reading() as session:
        pending = select(func.count()).select_from(QueuedJob).where(QueuedJob.kind == BY_MAIL)
        return session.exec(pending.where(col(QueuedJob.done_at).is_(None))).one()


@BOTH_ENGINES
def test_who_never_came_is_reminded_and_who_comes_meanwhile_is_not(office: RunningApp, postbox: Postbox) -> None:
    organizer = sign_in(office, "olu@example.com", "organizer")
    sign_in(office, ADA)
    with office.database.unit_of_work() as session:  # it was promised before Ada signed in
        links.send_later(session, people.by_email(session, [ADA])[ADA], act_by("Olu", office.clock.real()))
    shown = organizer.get(TEAMS).text

    answer = organizer.post(f"{TEAMS}/invitations", again="yes", by="mail")
    until(lambda: waiting(office) == 0)

    assert "Email 5 new links" in shown
    assert "5 emails are on the way." in organizer.get(answer.headers["Location"]).text
    assert sorted(each.rcpt_tos[0] for each in postbox.envelopes) == sorted({*NAMES} - {ADA, GUS})
    link = re.search(rb"/sign-in/link/(al_[\w-]+)", postbox.envelopes[0].content.replace(b"=\r\n", b""))
    assert link is not None
    assert office.get(f"/sign-in/link/{link[1].decode()}").status_code == 200


def test_without_a_mail_server_nothing_is_promised(site: RunningApp) -> None:
    organizer = sign_in(site, "olu@example.com", "organizer")

    answer = organizer.post(f"{TEAMS}/invitations", again="yes", by="mail")

    assert (answer.status_code, waiting(site)) == (409, 0)
    assert "Email 6 new links" not in organizer.get(TEAMS).text


def test_program_reminds_everyone_by_email(office: RunningApp, postbox: Postbox) -> None:
    sign_in(office, ADA)

    answer = office.ask("POST", f"/api/v1/weeks/{SLUG}/invitations", "admin", json={"email": True})
    until(lambda: waiting(office) == 0)

    assert answer.json() == {"items": [], "emailed": 5}
    assert sorted(each.rcpt_tos[0] for each in postbox.envelopes) == sorted({*NAMES} - {ADA, GUS})
