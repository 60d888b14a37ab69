"""The sentences about a week, each with the states in which it may stand."""

import re
from collections.abc import Callable
from typing import NamedTuple

from tests.web.state_worlds import Seen

When = Callable[[Seen], bool]

STATEFUL = re.compile(
    r"\b(?:to go|left|final(?:ly)?|so far|yet|open(?:s|ed)?|closed?|closes|closing|drafts?|frozen|freezes?"
    r"|reveal(?:s|ed)?"
    r"|once|start(?:s|ed)?|begins?|begun|began|end(?:s|ed)?|over|last day|live|winners?|won|lead|leader|current(?:ly)?"
    r"|now|next|ahead|still|until|already|waits?|nothing|thank you|thanks|up next|time’s up|countdown"
    r"|customers? answered|would keep|no (?:teams?|weeks?|shifts?|points?|activities|metrics|gaps?|entries|new))\b",
    re.IGNORECASE,
)
"""The words of which each must be in a sentence of the table."""
OF_WEEKS = re.compile(r"\bweek|Q3-2022|frozen|freeze|reveal", re.IGNORECASE)
"""Such a sentence need not be in the table on a page of no week, unless it says one of these."""


class Claim(NamedTuple):
    """A sentence, as a pattern for all of it, and when it is true."""

    pattern: str
    when: When


class Due(NamedTuple):
    """A sentence that must stand on a page whenever this is so."""

    page: str
    pattern: str
    when: When


def always(_seen: Seen) -> bool:
    """Say what is true of every week."""
    return True


def is_draft(seen: Seen) -> bool:
    """The week is a draft."""
    return seen.state.week == "draft"


def is_open(seen: Seen) -> bool:
    """The week takes activities."""
    return seen.state.week == "open"


def is_closed(seen: Seen) -> bool:
    """The week takes none any more, whoever may know."""
    return seen.state.week == "closed"


def is_frozen(seen: Seen) -> bool:
    """The public is served the board of a freeze."""
    return seen.state.frozen


def sees_freeze(seen: Seen) -> bool:
    """The page shows the board of a freeze: to all but organizers, and to those where they ask for it."""
    return (
        is_frozen(seen)
        and (seen.reader != "organizer" or seen.page in {"public board", "preview"})
        and seen.page != "stage"
    )


def sees_behind(seen: Seen) -> bool:
    """The page shows what is hidden from all but organizers."""
    return is_frozen(seen) and not sees_freeze(seen)


def sees_end(seen: Seen) -> bool:
    """The page may tell how the week ended."""
    return is_closed(seen) and not sees_freeze(seen)


def may_change(seen: Seen) -> bool:
    """Points may still change on the board that the page shows."""
    return not sees_end(seen)


def may_change_or_is_list(seen: Seen) -> bool:
    """The same, or the page lists scenes by their names."""
    return may_change(seen) or seen.page in {"displays", "one display"}


def has_points(seen: Seen) -> bool:
    """Somebody has points."""
    return seen.state.has_points


def has_teams(seen: Seen) -> bool:
    """There is a team."""
    return seen.state.cast != "none"


def all_came(seen: Seen) -> bool:
    """Whoever takes part has signed in, which is Ada."""
    return seen.state.cast in {"none", "one"}


def before(seen: Seen) -> bool:
    """The first day is still to come."""
    return seen.state.phase == "before"


def after(seen: Seen) -> bool:
    """The last day is over."""
    return seen.state.phase == "after"


def both(*conditions: When) -> When:
    """All of these."""
    return lambda seen: all(condition(seen) for condition in conditions)


def lacks(condition: When) -> When:
    """Anything but this."""
    return lambda seen: not condition(seen)


def sees_behind_many(seen: Seen) -> bool:
    """The page shows the slow answers that came after a freeze."""
    return sees_behind(seen) and seen.state.cast == "many" and has_points(seen) and not before(seen)


def has_feedback(seen: Seen) -> bool:
    """People wished for something, and organizers made something of it."""
    return seen.state.cast == "many" and not is_draft(seen) and not before(seen)


def has_cards(seen: Seen) -> bool:
    """A card was written, and nobody has verified it."""
    return has_points(seen) and not before(seen)


def is_planned(seen: Seen) -> bool:
    """A shift ahead lacks people by the forecast, and may still be given some."""
    return has_teams(seen) and not is_closed(seen) and not after(seen)


def opens(seen: Seen) -> bool:
    """The week is planned to open."""
    return is_draft(seen)


def closes(seen: Seen) -> bool:
    """The week is planned to close, and the page may tell."""
    return is_open(seen) and not sees_freeze(seen)


def freezes(seen: Seen) -> bool:
    """The board is planned to freeze."""
    return is_open(seen) and not is_frozen(seen)


FROZEN = r"Frozen at (Fri 10:00|Wed 13:00)"
FREEZES, CLOSES = (
    "The board freezes Wednesday 21 September, 12:00.",
    "The week closes Wednesday 21 September, 1[23]:00.",
)
CLAIMS = (
    # The hall of fame and archived weeks
    Claim("Winners, trophies and records of closed weeks.", always),
    Claim("No results yet", lacks(sees_end)),
    Claim("Winners show here once a week’s result is out.", lacks(sees_end)),
    Claim("Archive week", is_closed),
    Claim("The list of weeks and the hall of fame leave the week out. .*", is_closed),
    Claim("Winners?: .*, [0-9]+ points?( each)?", both(sees_end, has_points)),
    Claim("Thanks to everyone who took part.", both(sees_end, lacks(has_points))),
    # What happens by itself
    Claim("Opens Wednesday 21 September, 12:00.", opens),
    Claim(f"{FREEZES} {CLOSES}", both(freezes, closes)),
    Claim(CLOSES, both(is_frozen, lambda seen: closes(seen) or (is_open(seen) and seen.page == "me"))),
    Claim(f"{CLOSES} Log what’s missing before.", is_open),
    Claim("Opening: Wednesday 21 September, 12:00. Planned by .*", opens),
    Claim("(Freeze|Closing): Wednesday 21 September, 1[23]:00. Planned by .*", is_open),
    Claim("The draft opens by itself.", is_draft),
    Claim("Everyone else keeps the board of that moment .*", both(lacks(is_closed), lacks(is_frozen))),
    Claim("Shifts that are due are settled first. Close it by hand to see what isn’t done yet.", lacks(is_closed)),
    Claim("(Change|Save|Remove|Plan) (opening|freeze|closing)|Opening|Freeze|Closing", lacks(is_closed)),
    Claim("The week closes that much later. A closed week takes nothing.", lacks(is_closed)),
    # The state itself
    Claim("Draft( Q3-2022)?", is_draft),
    Claim("Open( Q3-2022| 12–16 Sep 2022)?", both(is_open, lacks(sees_freeze))),
    Claim("Closed( Q3-2022| 12–16 Sep 2022)?", both(is_closed, lacks(sees_freeze))),
    Claim("Frozen( 12–16 Sep 2022)?", sees_freeze),
    Claim("No weeks yet", is_draft),
    Claim("Weeks show here once an organizer opens one.", is_draft),
    Claim("Open Frozen( Q3-2022)?", both(is_open, is_frozen)),
    Claim("Closed Frozen( Q3-2022)?", both(is_closed, is_frozen)),
    Claim("Open Current.*", both(is_open, lacks(is_frozen))),
    Claim("Open FrozenCurrent.*", both(is_open, is_frozen)),
    Claim("Closed Current.*", both(is_closed, lacks(is_frozen))),
    Claim("Closed FrozenCurrent.*", both(is_closed, is_frozen)),
    Claim("Draft 12–16 Sep 2022.*", is_draft),
    Claim("JSON: draft", is_draft),
    Claim("JSON: open", both(is_open, lacks(is_frozen))),
    Claim("JSON: closed", both(is_closed, lacks(is_frozen))),
    Claim("JSON: open, frozen", is_frozen),  # the contract: byte for byte what it was
    Claim("Countdown: open", both(is_open, lacks(is_frozen))),
    Claim("Countdown: closed", both(is_closed, lacks(is_frozen))),
    Claim("Countdown: frozen", is_frozen),
    Claim("This week is a draft.( It runs 12–16 Sep 2022.)?", is_draft),
    Claim("This week is a draft: people can sign up once it’s open.", both(is_draft, lacks(after))),
    Claim("This week is a draft. You can sign up once an organizer opens it.", both(is_draft, lacks(after))),
    Claim("Q3-2022 is a draft. Its guestbook opens with the week.", is_draft),
    Claim("This week is a draft. Its rules may still change.", is_draft),
    Claim("This week is closed. It keeps the rules it was closed with.", both(is_closed, lacks(sees_freeze))),
    Claim("The board is frozen. These are the rules at the freeze.", is_frozen),
    Claim("A team has at most 3 members. A shift is counted once for each team, .*", always),
    Claim("Once in the week: .*", always),
    Claim("Example: Two teams share the 2nd rank: the next team is 4th.", always),
    Claim("Frozen Q3-2022", is_frozen),
    Claim("(This week|Q3-2022) is closed.( See the summary)?", is_closed),
    Claim("Q3-2022 is closed", is_closed),
    Claim("Q3-2022 is closed. Its cheers stay as they are.", sees_end),
    Claim("Q3-2022 is frozen. You can’t cheer while it is.", is_frozen),
    Claim("Q3-2022 isn’t open yet", is_draft),
    Claim(f"{FROZEN}(. Newer points show at the reveal.)?", sees_freeze),
    Claim("Frozen for everyone else. You see the live board.", both(is_open, sees_behind)),
    Claim("Frozen for everyone else. You see the live summary.", sees_behind),
    Claim("Closed, and still frozen for everyone else. You see the live board.", both(is_closed, sees_behind)),
    Claim("Starts Monday 12 September.", both(is_open, before)),
    Claim("No week yet( · Assembly Week)?", is_draft),
    Claim("(It|Teams and points) shows? here once an organizer opens (one|a week).", is_draft),
    Claim("assembly-week week create .* --open.*", is_draft),
    Claim("Good weeks start with an early shift.", always),
    Claim("A cheer is a thank-you: it earns no points.", always),
    # Standings, summary and ceremony
    Claim("No teams yet|Teams show here once an organizer adds them.", lacks(has_teams)),
    Claim("No points yet.?", both(may_change, lacks(has_points))),
    Claim("No points", both(sees_end, lacks(has_points))),
    Claim("No activities yet.?", may_change),
    Claim("No activities.?", lambda seen: is_closed(seen) if seen.page == "activities" else sees_end(seen)),
    Claim("In the lead:.*", both(may_change, has_points)),
    Claim("Winners?:.*", both(sees_end, has_points)),
    Claim("Winners: .* and .*", both(sees_end, has_points, before)),
    Claim("Not won yet", may_change),
    Claim("Not won", sees_end),
    Claim("So far(: .*)?", may_change),
    Claim("Q3-2022, so far", may_change),
    Claim("(Show |Seconds of |Order of )?All of us, so far", may_change_or_is_list),
    Claim("Now", may_change),
    Claim("Starts", always),  # the head of a column
    Claim("Final", sees_end),
    Claim("Leader since .*", both(may_change, has_points)),
    Claim("Leader from .* to the end: .*", both(sees_end, has_points)),
    Claim("No team has pulled ahead yet.", both(may_change, has_points)),
    Claim("No team pulled ahead.", sees_end),
    Claim("The podium shows here once a team has points.", both(may_change, lacks(has_points))),
    Claim(r"\d+ points ahead of \w+", both(is_open, has_points)),
    Claim("Best day: Wednesday, .* No team had better.", both(has_points, lacks(before))),
    Claim("Points over the week", has_points),
    Claim("Thank you, everyone", lambda seen: has_points(seen) or sees_end(seen)),
    Claim("Thanks for taking part.", sees_end),
    Claim("Q3-2022: thank you, everyone", sees_end),
    Claim("Thank you for a week well answered", lacks(is_draft)),
    Claim("Q3-2022 is a draft. It has no points yet.", is_draft),
    Claim("Q3-2022 is still open. Points can change.", is_open),
    Claim("Restart Back Next|Next What you did together", always),
    # Shifts
    Claim(r"0 of 2 shifts covered, \d early ones? open", both(is_open, lacks(after))),
    Claim("Up next .*", both(is_open, lacks(after))),
    Claim("Thank you to everyone who takes a shift.", always),
    Claim("All shifts are over.( Thanks to everyone who took one.)?", after),
    Claim("Shifts that are over", lacks(before)),
    Claim("Over", after),
    Claim("(Choose .* )?06:00–08:00 0 of 3 Over", lacks(before)),
    Claim("[12] days? over", lacks(before)),
    Claim("No gaps", after),
    Claim("My next shift", both(is_open, lacks(after))),
    Claim("No shift ahead. See which are open.", both(is_open, lacks(after))),
    Claim("Nobody so far. People who never checked in show here 12 hours after the shift.", always),
    Claim("A nudge asks a team’s members to take a shift, once a day.", both(is_open, has_teams)),
    Claim("Everyone on them and everyone who waits is told at once, .*", lacks(is_closed)),
    Claim("Change several shifts at once", lacks(is_closed)),
    # People, teams and what they do
    Claim("No team yet", lacks(is_closed)),
    Claim("No team yet. Your activities earn points once you join one.", is_open),
    Claim(r"Q3-2022\. Members: Ada Lovelace\. 2 spots open\.", both(has_teams, lacks(is_closed))),
    Claim("No new activities. Tell an organizer what’s missing.", is_closed),
    Claim("No entries", is_draft),
    Claim("No entries yet", lacks(is_draft)),
    Claim("People write here what went well, and what to do better next time.", always),
    Claim(".*Started between 06:00 and 07:00", both(has_points, lacks(before))),
    Claim("Open your sign-in link on this device. It works once, within 7 days. No link\\? Ask an organizer.", always),
    Claim("Subscribe once, and your shifts show in your own calendar, with every change.", always),
    Claim("No (calendars|notices) yet. ?.*", always),
    Claim("Google looks for changes .* What changed just now is on the pages here first.", always),
    # A shift, for organizers
    Claim("It has begun, so its times stay as they are.", lacks(before)),
    Claim("Everyone on it and everyone who waits is told at once, with your reason. .*", lacks(is_closed)),
    Claim("This week is closed. Reopen it (to create shifts|before changing (a seat|how its shifts work)).", is_closed),
    Claim("This week is a draft. You can sign people up once it’s open.", is_draft),
    Claim("Nothing yet.", always),  # the history of a shift that nobody has touched
    Claim("Empty: with the week.", is_draft),
    Claim("Empty: it’s open.", is_open),
    Claim("(People (who checked in|in a team)|The person on it|Anyone|Nobody has to|Organizers approve) .*", always),
    Claim("(Sign-up opens on|Until)( optional)?|Early shifts start before|At the end of a shift", always),
    Claim("Leave until, in hours before the start|Limits keep the fastest team .*", always),
    # People and lists
    Claim("This week is closed. Reopen it to correct its ledger.( Back to the ledger)?", is_closed),
    Claim("Nothing to reverse. Back to the ledger", lacks(has_points)),
    Claim("(The board is frozen. Its points show )?at the reveal.?", is_frozen),
    Claim("(Never|[0-9]+ Sep 2022, [0-9:]+)Link until .*|Last signed in .* An unused link lasts until .*", always),
    Claim("No activities yet. What tools report (or|and) people log shows here.( You can .*)?", lacks(is_closed)),
    Claim("None yet. What tools report under .* finds .* anyway.", always),
    Claim("ada@example.com · Player · no team in Q3-2022", lacks(has_teams)),
    Claim("Sign-in links work once, for 7 days.|No imports yet.|CSV opens in Excel as it is. .*", always),
    Claim("The live board, which only organizers see while the board is frozen. .*", is_frozen),
    Claim("A table with the columns date,from.*", lacks(is_closed)),
    Claim("A table with a line that names the columns (team.*|.*; up to .*)", lacks(is_closed)),
    Claim("Teams of up to 3 people, mixed by function and office. .* are left out.", always),
    Claim("This week is closed. Reopen it (before importing anything|to add to its ledger).", is_closed),
    Claim("This week isn’t open yet. Open it first.", is_draft),
    Claim("No teams yet. Add teams", both(is_open, lacks(has_teams))),
    Claim("No other team in this week yet. Create one", both(is_open, lacks(is_frozen))),
    Claim("This week is closed. Reopen it to merge teams.", is_closed),
    Claim("This week is a draft. Open it to merge teams.", is_draft),
    Claim("The board is frozen, with the teams on it. Reveal it to merge teams.", both(is_open, is_frozen)),
    Claim("From Owls to no team.", has_teams),
    Claim("Not possible now|Q3-2022 is closed. Reopen it to change teams.", is_closed),
    # Displays
    Claim("Open http://\\S+/display in the browser of a screen in the office.", always),
    Claim("Boards are public here, so every screen shows them without a code. .*", always),
    Claim("Scenes take turns in this order. A scene with nothing to say is skipped. .*", always),
    Claim("Standings On shift .* What worked|Show now|Screens follow within a second. A scene .*", always),
    Claim("Thanks|No messages yet. .* show a code that leads phones here.|Last day optional", always),
    Claim("Preview. As a screen would show Q3-2022 now. Back to the week", lacks(is_draft)),
    Claim("Preview. Q3-2022 is a draft. Screens show it once it’s open. Back to the week|Countdown: draft", is_draft),
    Claim("Nothing from github since .*", both(has_points, lacks(is_frozen))),  # hidden until that is too long ago
    # Metrics, feedback and the forecast
    Claim("Frozen at .*. Newer numbers show at the reveal.", sees_freeze),
    Claim("Frozen for everyone else. You see the live numbers.", sees_behind),
    Claim("No metrics at the freeze|Until then nobody had logged an activity .*", both(sees_freeze, before)),
    Claim("No metrics", both(sees_end, before)),
    Claim("No metrics yet|Numbers show here once people log activities or complete shifts.", may_change),
    Claim("(Q3-2022: e|E)very customer answered within the hour.?", both(has_points, lacks(sees_behind_many))),
    Claim("(Q3-2022: )?5 of 10 customers answered within the hour.?", sees_behind_many),
    Claim("The first response to a ticket, .*|Shifts that (are over|started before 07:00).*", always),
    Claim("How often customers write. Shown once .* are known.", always),
    Claim("5 responses in a row within 1 hour, all on Wednesday. No team had a longer run.", has_points),
    Claim("Nothing planned yet|No items yet.", lacks(has_feedback)),
    Claim("(A pool )?Not now", has_feedback),
    Claim("Everyone reads it once .*|Needed (for “Not now”|once|to go back).*|Why not now optional", always),
    Claim("Only its author and organizers can read it then, and nothing quotes it. .*", has_feedback),
    Claim("[0-9]+ more people between 06:00 and 08:00 on Thu 15 Sep would keep about 94 of 100 .*", is_planned),
    Claim("It sets who is needed, and adds seats .* Shifts that have started stay as they are.", lacks(is_closed)),
    Claim("No history yet. Import some.", lambda seen: not has_teams(seen) or seen.page == "chat forecast"),
    Claim("No shift ahead has a history, so none is changed.", both(lacks(is_closed), lacks(after), lacks(has_teams))),
    Claim("No shifts ahead in Q3-2022.", both(is_closed, after)),
    Claim("No shifts ahead in Q3-2022. Create shifts", both(lacks(is_closed), after)),
    Claim("Q3-2022 is closed, so its shifts stay as they are.", is_closed),
    Claim("With [14], about 1 in [29] waits longer.", both(has_teams, lacks(after))),
    Claim("No marked days yet.|An outage or a launch teaches the forecast nothing .*|At once", always),
    # Reviews of answers
    Claim("Reviews are deleted 90 days after the week is closed. .*|No reviews yet. .*", always),
    Claim("Someone from another team reviews one of your answers. .*", always),
    Claim("“Draw for me” picks answers with a link, .*|Only for an answer without a link. .*", has_cards),
    Claim("You’ve no answers this week yet. Once you have, .*", both(lacks(is_closed), lacks(has_cards))),
    Claim("You’ve no answers in this week.", both(is_closed, lacks(has_cards))),
    # Cards of all weeks
    Claim("What people wrote down, so that the next answer is quicker. .*", always),
    Claim("No cards yet", lacks(has_cards)),
    Claim("Untitled card Draft|Draft Owner: Ada Lovelace.*|Draft \\([0-9]\\)", has_cards),
    Claim("No link yet. Edit the card to add one.", has_cards),
    Claim("Is it true and complete, and does its link work\\? .*", has_cards),
    Claim("It’s a draft after that, until someone else verifies it.", has_cards),
    # Ready for a first shift: once for all weeks
    Claim("Tick what you’ve done .* for all weeks.|I opened .*|People tick this list before their first .*", always),
    # Organizing
    Claim("Nothing for (5|11) days. How long its pauses usually are isn’t known yet. .*", lacks(before)),
    Claim("No screen ever came for this code. .*", lacks(before)),
    Claim("A rehearsal is a copy of the week with its teams, shifts and settings. .*", always),
    Claim("Only organizers see it. It sends nothing .*", always),
    Claim("Start rehearsal", has_teams),
    Claim("freeze", freezes),  # a plan of it in the audit
    Claim("Opened a week( Q3-2022)?", lacks(is_draft)),
    Claim("Closed a week( Q3-2022)?", is_closed),
    Claim("Revealed a week( Q3-2022)?", both(is_frozen, lacks(before))),
    Claim("Open weeks are scored by this text at once. Closed weeks keep their rules. .*", always),
    Claim("week.closed A week was closed.|While a week is frozen, activities and standings wait .*", always),
    Claim("admin Everything above, and see behind a freeze. .*", always),
    Claim("A draft without teams. Add teams, then open it.", both(is_draft, lacks(has_teams))),
    Claim("A draft. Check its teams, then open it.", both(is_draft, has_teams)),
    Claim("Starts Monday 12 September. Next: create sign-in links.", both(is_open, before)),
    Claim("It’s open.", is_open),
    Claim("Last day over. Close it once late activities are in, then present the results.", both(is_open, after)),
    Claim("Closed. Present the results, or set up the next week.", both(is_closed, lacks(is_frozen))),
    Claim("Closed, and still frozen. Present the results, then reveal the board.", both(is_closed, is_frozen)),
    Claim("Open /display there and enter the code it shows.", always),
    Claim("The draft goes, with its teams and shifts. Its short name is free again. .*", is_draft),
    Claim("Delete draft", is_draft),
    Claim("The promise .* can change. Its name and days can’t while the board is frozen.", is_frozen),
    Claim("The name, .* can change. Its days are part of the result; .*", both(is_closed, lacks(is_frozen))),
    Claim("An hour is 3600. .*|For the contact rate in the metrics.", always),
    Claim("(?:Needs|Nothing needs) you now|[0-9]+ waits?, some for over 5 minutes", always),
    Claim("[0-9]+ teams? ha(?:s|ve) no shift.", both(is_open, lacks(after))),
    Claim("A rehearsal is a copy that stand-ins play: .*", always),
    Claim("Open the ledger Exports|Next time|A copy is a draft with the same teams, .*", always),
    Claim("Open (the )?week", is_draft),
    Claim(r"Open the week \(done\)", lacks(is_draft)),
    Claim("Teams can earn points once it’s open.", always),
    Claim("Close week( See the board)?", is_open),
    Claim("Its last day is Friday 16 September. What people do until then .*", both(is_open, lacks(after))),
    Claim("(Freeze board)", both(is_open, lacks(is_frozen))),
    Claim("Reveal board( See the board)?", is_frozen),
    Claim("Live board Frozen board See display", is_frozen),
    Claim("A draft takes no activities and isn’t the current week. Add its teams, then open it.", is_draft),
    Claim("Tools and people can add activities from the first day on. You can close it at any time. .*", is_draft),
    Claim("The week takes activities from its first to its last day, also when reported late.", is_open),
    Claim("Its last day is Friday 16 September. What people do until then earns .*", both(is_open, lacks(after))),
    Claim("No new activities, no rule changes.", both(is_open, lacks(is_frozen))),
    Claim("No new activities, no rule changes. The board stays frozen until you reveal it.", both(is_open, is_frozen)),
    Claim("Closed since .* The board keeps the rules it was closed with.", is_closed),
    Claim("The week takes activities again and follows the active rules, .* Close it again .*", is_closed),
    Claim("Frozen since .* Players, screens and the API keep the board of that moment. You see both.", is_frozen),
    Claim("Everyone sees the live board.", lacks(is_frozen)),
    Claim("Everyone sees the live board, at once and on every screen. This can’t be undone.", is_frozen),
    Claim("Everyone else keeps the board as it is now. .*", both(is_open, lacks(is_frozen))),
    Claim("Paired screens turn to the stage at the first “Next”, and back at the end. .*", always),
    Claim("Olu closed it", is_closed),
    Claim("Olu opened it.*", lacks(is_draft)),
    Claim("Olu revealed the board", both(is_frozen, lacks(before))),
    Claim("No teams.", both(is_closed, lacks(has_teams))),
    Claim("No teams yet. Create (them|one below), (or )?import a list.*", lacks(has_teams)),
    Claim("No team", lambda seen: (has_teams(seen) and not is_closed(seen)) or seen.page == "ledger"),  # a filter
    Claim("It lets people into the team until it’s full.", both(has_teams, lacks(is_closed))),
    Claim("A join code lets people into the team until .*", both(has_teams, lacks(is_closed))),
    Claim("(1 person needs|3 people need) a sign-in link. They are shown once, as a list, .*", lacks(all_came)),
    Claim("Sign-in links work once, for 7 days. Nobody needs one now. .*", all_came),
    Claim("A table with the columns team,name,email, .*", lacks(is_closed)),
    Claim("This week is closed. Reopen it to change teams.", is_closed),
    Claim("A week has its own days, teams and board. Once closed, it keeps its rules too.", always),
    Claim("As a draft .*|Open at once .*|How it begins|Last day", always),
    Claim("Anyone, without a team .*|Where the office is. .*", always),
)  # fmt: skip

DUE = (
    Due("board", "Opens Wednesday.*", opens),
    Due("board", f"{FREEZES} {CLOSES}", freezes),
    Due("board", "This week is a draft.", is_draft),
    Due("board", "This week is closed. See the summary", both(sees_end, lacks(is_frozen))),
    Due("board", f"{FROZEN}. Newer points show at the reveal.", sees_freeze),
    Due("board", "Closed, and still frozen .*", both(is_closed, sees_behind)),
    Due("board", "Starts Monday 12 September.", both(is_open, before, lacks(is_frozen), has_teams, lacks(has_points))),
    Due("board", "No points yet.", both(is_open, lacks(before), lacks(is_frozen), has_teams, lacks(has_points))),
    Due("board", "No teams yet", lacks(has_teams)),
    Due("board", "Winners?: .*", both(sees_end, has_points)),
    Due("board", "In the lead: .*", both(may_change, has_points)),
    Due("public board", f"{FROZEN}. Newer points show at the reveal.", is_frozen),
    Due("summary", f"{FROZEN}. Newer points show at the reveal.", sees_freeze),
    Due("summary", "Frozen for everyone else. You see the live summary.", sees_behind),
    Due("summary", "Winners?:.*", both(sees_end, has_points)),
    Due("summary", "Final", both(sees_end, has_points)),
    Due("summary", "Q3-2022, so far", may_change),
    Due("receipt", f"{FROZEN}. Newer points show at the reveal.", sees_freeze),
    Due("display", FROZEN, is_frozen),
    Due("display", "Countdown: open", both(is_open, lacks(is_frozen))),
    Due("display", "No week yet", is_draft),
    Due("me", "This week is a draft.*", lambda seen: is_draft(seen) and has_teams(seen) and seen.reader == "player"),
    Due("me", "(This week|Q3-2022) is closed.*", is_closed),
    Due("log", "Q3-2022 isn’t open yet", is_draft),
    Due("log", "Q3-2022 is closed", is_closed),
    Due("shifts", "This week is a draft.*", is_draft),
    Due("shifts", "Q3-2022 is closed.*", is_closed),
    Due("shifts", "All shifts are over.*", both(is_open, after)),
    Due("remote", "Q3-2022 is still open. Points can change.", is_open),
    Due("home", "Closed, and still frozen. Present the results, then reveal the board.", both(is_closed, is_frozen)),
    Due("home", "Last day over.*", both(is_open, after)),
    Due("week", "Frozen since .*", is_frozen),
    Due("metrics", "Frozen at .*. Newer numbers show at the reveal.", sees_freeze),
    Due("metrics", "Frozen for everyone else. You see the live numbers.", sees_behind),
    Due("metrics", "Q3-2022: 5 of 10 customers answered within the hour.", sees_behind_many),
    Due("metrics", "Q3-2022: every customer .*", both(has_points, lacks(before), lacks(sees_behind_many))),
    Due("coverage", "[0-9]+ more people .* would keep .*", is_planned),
    Due("preview", "Preview. Q3-2022 is a draft.*", is_draft),
    Due("preview", FROZEN, is_frozen),
    Due("merge", "This week is closed. Reopen it to merge teams.", is_closed),
    Due("merge", "This week is a draft. Open it to merge teams.", is_draft),
    Due("merge", "The board is frozen, .* Reveal it to merge teams.", both(is_open, is_frozen)),
    Due("reversing", "This week is closed. Reopen it to correct its ledger. Back .*", is_closed),
    Due("reviews", "You’ve no answers in this week.", both(is_closed, before)),
    Due("cards", "All \\(1\\)", both(has_cards, lacks(sees_behind_many))),
    Due("cards", "All \\(2\\)", sees_behind_many),
    Due("feedback", "Nothing planned yet", lacks(has_feedback)),
)  # fmt: skip
