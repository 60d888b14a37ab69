"""Feedback of weeks: wishes from the guestbook become items with an owner, a date and an outcome."""
