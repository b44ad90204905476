"""What keeps the product running: start, prepare, local services. No features."""
