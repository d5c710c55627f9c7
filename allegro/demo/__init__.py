"""`make demo`: the whole product on one machine, with a simulated Allegro and twelve weeks of a seller's life."""
