"""What stands in for the world around the central service, for tests, drills and demonstrations."""
