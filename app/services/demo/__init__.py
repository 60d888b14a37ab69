"""The demo: the Assembly Week of Q3 2022, retold with invented teams and played through the real services."""
