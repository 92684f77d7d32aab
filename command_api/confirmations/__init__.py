"""The other player's side of a match: asking them, their answer, and what follows from it."""
