"""Models: which files there are and what each is, why one is refused, and how others come in.

`page` puts it together; the main window makes it and calls nothing else. `model` gives entries to the list and
`wording` says them; `import_card` asks how a file is to come in and shows how far it is, `importer` brings it,
`get_card` says where full models are to be had.
"""
