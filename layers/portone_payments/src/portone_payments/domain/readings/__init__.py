"""What PortOne said, in our own types, before anything is decided."""
