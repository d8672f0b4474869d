"""What flows need of the world, as protocols: the domain's types in and out."""
