"""The pages behind the rail, one package each. A page is given an atelier and the engine's thread, and hears notices.

The main window shows them and connects their signals; no page knows another one.
"""
