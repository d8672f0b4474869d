"""The rules, pure: no I/O, no clock, no environment, no ids made here."""
