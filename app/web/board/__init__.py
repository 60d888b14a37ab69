"""The board: rows, parts and what they are sent as."""
