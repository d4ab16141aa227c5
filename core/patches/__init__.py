"""Adapters of the LoRA family: how their files spell modules, whether they fit a model, and how they act on it.

`places`, `spelling`, `adapter_file`, `matrices` and `fit` need no torch: planning asks them. `changes` and `wear` put
adapters on loaded networks and take them off again, without the networks' knowing; the pipeline calls them.
"""
