"""Capacity: how many people answer in time; e-mail as a backlog, chat and phone as a queue."""
