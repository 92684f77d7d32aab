"""Remembers: events in, rows out."""
