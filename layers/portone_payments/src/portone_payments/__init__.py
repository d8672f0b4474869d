"""PortOne V2 payments: the state changes in one place, by reading what PortOne says now."""
