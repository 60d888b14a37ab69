"""Tests of the board: its rows, its parts and what they are sent as."""
