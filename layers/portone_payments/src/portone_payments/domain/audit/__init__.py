"""Our books beside PortOne's."""
