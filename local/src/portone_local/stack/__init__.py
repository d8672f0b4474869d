"""The whole bundle on this machine, in memory or on the local AWS."""
