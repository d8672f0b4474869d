"""The ports in memory, as strict as what they stand for."""
