"""What the terminal knows: the item model, its authoring format, checks, the compiler to a pack, and search."""
