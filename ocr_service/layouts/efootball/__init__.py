"""The post-match statistics screen of eFootball: found by its looks, read by rows."""

from ocr_service.layouts.efootball.layout import read

__all__ = ["read"]
