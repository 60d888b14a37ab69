"""Assembly Week: a week of customer-support rotations as a game people love and organizers trust."""

__version__ = "0.1.0"
