"""What a flow may refuse with; `entry.messages` has their texts."""
