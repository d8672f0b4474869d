"""The shape of the code: what a test holds to be true or false of it, and figures on which nothing fails."""
