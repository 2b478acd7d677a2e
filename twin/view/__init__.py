"""Draws results, knows no kind."""
