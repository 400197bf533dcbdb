"""One module a source system, or a family of them: what it delivers on each business date."""
