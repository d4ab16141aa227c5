"""The window, and the door to everything else. PySide6 only: of `core` it knows the engine's front door and the words.

`__main__` is what `hanga` starts; `sentences` turns codes into the artist's language. Neither imports Qt, so that a
command without a window works where Qt cannot start. Nothing in `core` knows this package.
"""
