"""Pictures and model files as the artist has them: plain files in plain folders. No tensor comes in here.

`picture` writes and reads picture files, `png_text` the texts of any PNG, `keeper` puts pictures and latents of a run
where they belong, `models` finds model files by name. Called by the engine and the command line.
"""
