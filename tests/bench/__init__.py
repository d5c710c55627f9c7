"""Benchmarks: commands that print figures. Nothing here is a test, and no figure is checked against a clock."""
