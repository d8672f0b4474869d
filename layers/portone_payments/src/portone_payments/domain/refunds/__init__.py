"""Money that is given back: reserved, sent, settled."""
