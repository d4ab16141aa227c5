"""Tests of the planner: no torch, no files but headers."""
