"""Identity verifications at the fake PortOne: people, the three PGs and their gaps, books, answers."""
