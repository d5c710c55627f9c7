"""The sync: its streams, from the journal to the orders, and the derivation of changes, one run at a time."""
