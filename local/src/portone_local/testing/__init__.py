"""What the tests share: corpora, builders, checks."""
