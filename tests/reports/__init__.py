"""What is reported of a plan, counted again by hand and person by person."""
