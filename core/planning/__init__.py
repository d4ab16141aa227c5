"""Request → Plan. Decides everything from headers and arithmetic, before torch is there.

`planner.make_plan` is the door, called by the engine and the command line; `sizes` and `names` settle single questions.
"""
