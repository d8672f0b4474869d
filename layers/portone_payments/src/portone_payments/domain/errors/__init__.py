"""The errors a flow may raise; `entry.messages` has their texts."""
