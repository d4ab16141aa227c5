"""What the artist said, as the tensors that the UNet listens to.

`syntax` and `tokens` (no torch: the window counts tokens with them) read a prompt; `towers` are the two text encoders;
`encode` joins both into an embedding; `micro` adds sizes, crop and score. The pipeline and the starter's training
call this package; it imports the words and `core.embedding`, never models or sampling.
"""
