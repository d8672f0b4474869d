"""PortOne's webhooks."""
