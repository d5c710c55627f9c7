"""Values, fields and changes in the reader's words."""
