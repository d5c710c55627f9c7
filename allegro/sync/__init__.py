"""The sync: four streams (journal, listing, details, orders) and the derivation of changes, one run at a time."""
