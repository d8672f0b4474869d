"""What ships and what it is built with: the locks, their licences, their known vulnerabilities."""
