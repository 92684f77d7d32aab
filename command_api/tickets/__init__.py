"""Tickets, with which a browser opens a stream of events."""
