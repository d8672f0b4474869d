"""The state machines of money: every actor does whatever it can, and a pure model says where the money is.

`stage` sets up, `messages` loses and doubles, `watch` looks at each step. `money`: one-time payments, with
the rules of `buying` to `crashing`, judged by `ending`. `recurring`: payment methods and what is charged with
them, with the rules of `saving` to `months`, each try heard at PortOne's door by `hearing`.
"""
