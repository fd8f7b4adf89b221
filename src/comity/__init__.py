"""Comity: police authorities of sovereign states at work together."""
