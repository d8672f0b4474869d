"""DynamoDB: records as items, written under conditions."""
