"""The controls of the window, one file each. They take and give plain values and core's words, and know no engine.

Every control is given an `Atelier` (look and language), has an object name and an accessible name, works from the
keyboard, shows its focus, and says its words again when the language changes. Pages put them together; for `app` only.
"""
