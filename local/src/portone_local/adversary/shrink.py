"""The smallest mutation that still fails."""

from collections.abc import Callable, Sequence

from portone_local.adversary.mutation import Mutation

type Fails = Callable[[Sequence[Mutation]], bool]


def smallest(mutations: Sequence[Mutation], fails: Fails) -> tuple[Mutation, ...]:
    """Fewer of `mutations`, none of which can be left out; by halves while that works, then one by one."""
    left = list(mutations)
    size = len(left) // 2
    while size:
        at = 0
        while at < len(left) and len(left) > 1:
            without = left[:at] + left[at + size :]
            if without and fails(without):
                left = without
            else:
                at += size
        size //= 2
    return tuple(left)
