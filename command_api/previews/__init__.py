"""Previews: what would be read from a picture, without keeping anything."""
