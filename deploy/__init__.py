"""Composes: the one place that knows every part, the environment and the servers."""
