"""The guide's checklists: the lists in its sections."""

import pytest

from app.domain.guide import CHECKLISTS, END_CHECKLIST, MOST_ITEMS, START_REMINDERS, checklist, missing
from app.services import guide

TEXT = """
Before everything.

- No item of any section

# Start reminders #

Do these:

- Open the **inbox**
  and reply
* [ ] Tick [this](https://example.com)
1. Third
   - nested

### A smaller heading
+ Fifth

```
- code is no item
# Neither is this a heading
```

## end checklist

2) Check out

# More

- Another section's
"""


def test_checklist_has_the_items_of_its_section_and_its_smaller_headings() -> None:
    assert checklist(TEXT, START_REMINDERS) == (
        "Open the **inbox** and reply", "Tick [this](https://example.com)", "Third", "nested", "Fifth", "Check out",
    )  # fmt: skip
    assert checklist(TEXT, END_CHECKLIST) == ("Check out",)


@pytest.mark.parametrize("text", ["", "#", "Start reminders\n- a", "```\n# Start reminders\n- a", "# Start reminders"])
def test_checklist_of_a_text_without_one_is_empty(text: str) -> None:
    assert checklist(text, START_REMINDERS) == ()
    assert missing(text) == CHECKLISTS


def test_checklist_ends_at_a_length_that_can_be_ticked() -> None:
    assert len(checklist("# Start reminders\n" + "- a\n" * 1_000, START_REMINDERS)) == MOST_ITEMS


def test_guide_that_ships_has_both_checklists_and_fits() -> None:
    text = guide.shipped().text

    assert missing(text) == ()
    assert [len(checklist(text, title)) for title in CHECKLISTS] == [5, 5]
    assert guide.check_text(text) == text
