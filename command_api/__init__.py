"""Decides: a command comes in over HTTP or from the bus, events go out to the log."""
