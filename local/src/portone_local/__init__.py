"""The local stack, for development only: a fake PortOne, the gateway, the oracle, demo, serve, doctor."""
