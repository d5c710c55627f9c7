"""Orders, returns and fees as days of sales."""
