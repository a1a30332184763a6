"""Where data comes from: what a project declares of a source, and how it is read."""
