"""KMS, SQS, EventBridge, Secrets Manager and CloudWatch Logs."""
