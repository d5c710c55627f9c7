"""An Allegro of our own: a seeded world behind the official REST API, for development, tests and the demo."""
