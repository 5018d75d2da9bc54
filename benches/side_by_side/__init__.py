"""The side-by-side comparison of scorecard tools that `benches/scorecard.py` runs."""
