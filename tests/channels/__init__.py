"""What fits a channel and how it counts."""
