"""Reading Allegro: the client, its transport, the registry of what is read, typed answers and paging."""
