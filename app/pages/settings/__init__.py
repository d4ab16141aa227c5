"""Settings: what holds for every picture, and what the window looks like.

`page` puts it together; the main window makes it and calls nothing else. `keeper` changes settings in the engine and
has ways back; `applying` puts those of the window into force; `fields` are controls that show one setting each,
`folders` the list of shared model folders, `about` versions and licence.
"""
