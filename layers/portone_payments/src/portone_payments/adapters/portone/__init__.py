"""PortOne's API: bodies out, readings in."""
