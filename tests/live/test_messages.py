"""Messages of streams: whatever is in them, no line of it can be taken for a field."""

from hypothesis import example, given
from hypothesis import strategies as st

from app.live.messages import event


@given(st.binary() | st.lists(st.sampled_from([b"a", b"\r", b"\n", b": ", b"data"])).map(b"".join))
@example(b"")
@example(b"\n")
@example(b"a\r\n\r\nid: 9\n")
def test_event_has_a_field_for_every_line_of_its_data(data: bytes) -> None:
    lines = b"".join(b"data: " + line + b"\n" for line in data.splitlines())

    assert event(7, data, "board") == b"id: 7\nevent: board\n" + lines + b"\n"
