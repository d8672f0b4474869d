"""What staff and the nightly audit do."""
