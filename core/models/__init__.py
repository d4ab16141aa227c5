"""The networks of the family, as published: names of modules are names of weights.

`unet` and `vae` take a configuration from `core.architecture` and nothing else; `attention` and `blocks` are their
parts; `ops` is the one seam where a weight meets an activation. Called by checkpoint (to build and fill them) and
by the pipeline (to run them). Imports no conditioning and no sampling.
"""
