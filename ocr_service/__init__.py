"""Sees: a picture in, numbers out. It knows no database and no accounts."""
