"""Measurements that are no tests: run by hand, as `python -m tests.tools.NAME`; pytest collects none of them."""
