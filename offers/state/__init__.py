"""What was known of an offer at an instant, and through time."""
