"""The calendar: local days of a time zone."""
