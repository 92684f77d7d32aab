"""Answers: read models in, JSON out."""
