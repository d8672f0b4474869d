"""PortOne's answers to reads, in our own types, before anything is decided."""
