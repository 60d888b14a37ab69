"""Tests of the settings: what is read, what is refused and in which words, what stays secret."""
