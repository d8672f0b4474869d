"""The real implementations of the ports: PortOne, DynamoDB, SQS, Secrets Manager, KMS."""
