"""The state machine of money: everybody does whatever they can, and a pure model says where the money is.

`stage` sets up, `buying` to `crashing` are the rules by who acts, `watch` looks at each step, `ending` lets
all of it converge and judges. Another field of the project adds a file of rules and joins it in `money`.
"""
