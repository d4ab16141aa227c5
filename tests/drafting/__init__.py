"""Tests of what an artist writes, before any model is thought of."""
