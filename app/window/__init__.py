"""The main window: rail, pages, notices, menus, and how it is opened. Called by `app.__main__` alone.

`start` opens it, `main_window` puts its parts together, `rail` leads from page to page, `keys` lists the shortcuts.
"""
