"""The Create page: from what is said to what it costs, the picture as it comes about, and the latest ones beside it.

`page` puts it together; `panel` holds the controls and `mapping` says which of them is which part of a request; `easel`
shows the picture, `following` what becomes of a run, `costing` what one would cost. For the main window only.
"""
