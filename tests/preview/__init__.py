"""Messages as their channels show them."""
