"""The sample: its data, its copy and its stories."""
