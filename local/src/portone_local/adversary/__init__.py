"""The adversary: between PortOne's answers and our client, it does whatever PortOne's contract allows."""
