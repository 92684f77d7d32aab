"""Streams of events: what happens to a player's matches, told as it happens."""
