"""Beside each figure of an uploaded report, our own of the same days, and the likely reason where they differ."""
