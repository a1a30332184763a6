"""Many people through every stage, beside what else they could be put through in the same run."""
