"""Pictures of other programs: what they say about how they were made, as a request of ours.

`reading.read(path)` is the door, called by the command line and the engine. One file per program says where it keeps
what; `settling` turns that into a request that planning accepts, with a note for everything that could not be matched.
Nothing that a picture names is ever opened, fetched or evaluated; names of models are names, never places.
"""
