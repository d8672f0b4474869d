"""`make serve`: the whole stack on this machine over HTTP, until Ctrl-C.

Handlers take their time from a clock that runs and can be moved on; tokens and signatures keep real time, so
that what curl signs stays valid.
"""
