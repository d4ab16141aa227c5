"""The Create page: from what is said to what it costs, the picture as it comes about, and the latest ones beside it.

`page` puts it together; `panel` holds the controls and `mapping` says which of them is which part of a request; `easel`
shows the picture, `following` what becomes of a run, `costing` what a sketch comes to and what it costs. `supplies` are
the styles, presets, LoRAs, lists and words that there are; `keeping` and `shelving` look after the artist's own;
`draft`, `remembering` and `starting` are what is there again at the next start. For the main window only.
"""
