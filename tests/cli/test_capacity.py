"""`capacity`: people for email and for chats, in words and as JSON."""

import pytest

from tests.cli.conftest import Shell

pytestmark = pytest.mark.usefixtures("tables")


def test_capacity_email_says_how_many_people_keep_the_promise(shell: Shell) -> None:
    words = shell.text("capacity", "email", "6,8,12,10", "--handling", "9", "--waiting", "5")
    document = shell.document("capacity", "email", "0", "--handling", "9")

    assert words == (
        "About 41 customers will write.\nAt 9 minutes each, 4 people keep everybody under an hour.\n"
        "With 3, about 1 in 14 waits longer.\n"
    )
    assert document == {"keep_up": 0.0, "window": 0.0, "backlog": 0.0, "people": 1, "simulated_share": None}


def test_capacity_chat_finds_the_fewest_or_tells_of_so_many(shell: Shell) -> None:
    words = shell.text("capacity", "chat", "100", "--aht", "180", "--shrinkage", "0.3")
    unstable = shell.document("capacity", "chat", "100", "--aht", "180", "--people", "10")

    assert words == (
        "14 at work answer 89% within 20 seconds. Plan 20, breaks included.\n"
        "It takes for granted that nobody hangs up.\n"
    )
    assert (unstable["stable"], unstable["service_level"], unstable["average_wait_s"]) == (False, 0.0, None)


def test_capacity_refuses_what_is_no_question(shell: Shell) -> None:
    assert shell.refusal("capacity", "email", "6;8", "--handling", "9").startswith("CONTACTS must be numbers")
    assert shell.refusal("capacity", "email", "6", "--handling", "0") == "“handling_min” must be at least 0.1."
    assert shell.refusal("capacity", "chat", "1e5", "--aht", "86400").startswith("That takes more than 5,000 people")
    assert shell.refusal("capacity", "chat", "5", "--aht", "60", "--target", "1").startswith("--target lies between")
