"""A seeded generator of a coherent private bank: daily deliveries, planted defects and their truth."""
