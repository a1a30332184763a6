"""What texts say about topics: names, refusals, scores and stances."""
