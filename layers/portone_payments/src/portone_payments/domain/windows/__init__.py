"""The parameters of each PG's window."""
