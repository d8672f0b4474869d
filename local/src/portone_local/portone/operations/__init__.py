"""The REST operations of the fake PortOne, by what they are about."""
