"""Faults planted in copies of the sample, a file each, with exactly what lint says of them."""
