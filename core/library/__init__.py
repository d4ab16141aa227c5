"""Pictures and model files as the artist has them: plain files in plain folders. No tensor comes in here.

`picture` writes and reads picture files, `png_text` the texts of any PNG, `keeper` puts pictures and latents of a run
where they belong, `models` finds model files by name. `library.Library` is the door to the artist's pictures: what
there is (`query`, `search`, `lineage`), what the artist says of it (`marks`, `labels`), what happens to the folder
(`reconcile`, `registering`) and what is thrown away (`trash`). Called by the engine and the command line.
"""
