"""How long each class of record is kept, and what ends it."""
