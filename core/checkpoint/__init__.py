"""Other people's files: from a path on disk to a description, and from there to filled networks.

Without torch: `header` (what a safetensors file holds) and `sniff` (what only looks like one), `layout` (which networks
lie in it), `foreign` (what else it may be), `names` (one spelling into the other), `infer` (configurations from
shapes), `blueprint` (every tensor that a configuration asks for), `part` and `account` (one network, tensor by
tensor), `markers` (what a file says of itself), `describe` (all of it), `hashing`.
With torch: `reader` (tensors straight from the file), `load` (filled networks), `save` (single files).

Planning and the library call `describe` and `hashing`; the pipeline calls `load`. Nothing here unpickles, ever.
"""
