"""The queue: what is being made, what waits, and what became of the rest.

`page` puts it together; the main window makes it and calls nothing else. `rows` are jobs as the page needs them,
`watching` keeps them true to the engine, `model` gives them to the list, `wording` says them, `pictures` fetches the
last picture of those that are seen; `deeds` are what an artist does to them, each with its way back.
"""
