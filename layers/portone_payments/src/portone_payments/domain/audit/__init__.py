"""Our records compared with PortOne's."""
