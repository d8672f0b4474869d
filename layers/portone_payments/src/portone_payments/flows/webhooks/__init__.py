"""PortOne's webhooks, whatever they name."""
