"""Comparing pictures: two to four of them side by side, and two set-ups without knowing which is which.

`page` shows pictures that somebody has chosen; `blind` asks for votes on pairs of them. Called by the main window.
"""
