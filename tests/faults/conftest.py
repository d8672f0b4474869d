"""One local AWS for every fault test."""

from portone_local.testing.fixtures import ministack

__all__ = ["ministack"]
