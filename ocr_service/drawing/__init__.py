"""Draws statistics screens with known values, for tests, the demo and measurements."""

from ocr_service.drawing.matches import random_match, seeded
from ocr_service.drawing.screen import draw, encode, paint
from ocr_service.truth import Truth

__all__ = ["Truth", "draw", "encode", "paint", "random_match", "seeded"]
