"""Tag families: definitions read, spelt out into tags, checked, and turned into what evaluates them."""
