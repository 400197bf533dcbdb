"""Silver tables: what an entity's accepted deliveries say, recomputed for the keys that changed."""
