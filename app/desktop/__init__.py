"""What the window asks of the desktop it is on: notices, a badge, progress in the taskbar, no sleep while it works.

`desktop.Desktop` decides when, and is all that the window knows; `notices`, `taskbar` and `awake` know how, on each
system. Where a desktop cannot do one of them nothing happens but a line in the log.
"""
