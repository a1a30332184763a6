"""The schemas that editors read, driven by a validator over files that are right and wrong."""
