"""Tests of the ways to other systems, against real servers on this machine."""
