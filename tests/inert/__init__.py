"""Values that can't act."""
