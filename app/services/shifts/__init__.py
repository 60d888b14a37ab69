"""Shifts of a week: made by organizers, taken seat by seat by people and teams."""
