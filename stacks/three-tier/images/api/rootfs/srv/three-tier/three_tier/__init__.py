"""The API of the three-tier stack: its status, its items, and what Prometheus asks for."""
