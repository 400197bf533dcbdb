"""A seeded generator of a coherent private bank: daily deliveries of its systems, with planted defects and their truth."""
