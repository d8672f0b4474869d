"""On Lambda, touch what a function declares during INIT (full CPU), so the first request imports nothing."""

import os

from portone_payments.entry.deps import Deps


def prime(deps: Deps, needs: tuple[str, ...]) -> Deps:
    """`deps`, with `needs` built when this is a Lambda container and untouched anywhere else."""
    if "AWS_LAMBDA_RUNTIME_API" in os.environ:
        for need in ("settings", "logger", "meter", *needs):
            getattr(deps, need)
    return deps
