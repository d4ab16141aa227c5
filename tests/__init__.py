"""Tests mirror the tree: `tests/sampling` tests `core/sampling`, and so on. What they share lies beside this file."""
