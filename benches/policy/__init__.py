"""A policy in Kapix and in other rule engines, side by side."""
