"""What the window looks like, as data and as what Qt makes of it: colours, spacing, type, icons, motion.

`tokens` holds the colours of each theme, `metrics` the distances and sizes of type; `palette` and `stylesheet` are
made from them and hold no colour of their own. `theme.Look` applies a theme to the application, follows the system,
and tells widgets when it changed. For `app` only.
"""
