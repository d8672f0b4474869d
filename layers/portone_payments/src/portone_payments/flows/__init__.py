"""One file per use case; ports come in as keyword arguments."""
