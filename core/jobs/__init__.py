"""Jobs: what waits to be made, and the process that makes it.

`job`, `queue` and `grid` keep what artists have asked for; `backend` says what can carry a `task` out: `worker_process`
a process of its own, `in_process` this one. `protocol` is what a window and its worker say to each other, `connection`
one living worker as the window sees it, `worker` the worker itself. Called by the engine; only `worker` and
`torch_workshop` compute.
"""
