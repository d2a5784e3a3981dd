"""Measurements: each prints one JSON object as its last line, whether its bars are met or not."""
