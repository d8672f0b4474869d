"""Identity: which data a verification requires, which answers count, how data is shown."""
