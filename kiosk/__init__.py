"""The touch front end: renders acts, captures touch, voice and writing."""
