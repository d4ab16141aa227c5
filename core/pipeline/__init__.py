"""run(plan) → Iterator[Event]: the whole story of a picture, on one page in `run`.

`networks` holds what is loaded, `prompts` encodes, `denoise` drives a sampler, `decode` makes pixels, `preview` shows
what is coming. Called by the worker process and, in their own process, by the command line and tests. Never sees the
library.
"""
