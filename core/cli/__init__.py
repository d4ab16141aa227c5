"""The command line: parse, call, print events. Thin: all it decides is what people see.

`main.main` is the door, called by `app.__main__`. It is given the sentences, because words belong to the window's side.
"""
