"""What is true and what may happen: pure decisions over facts. Standard library only."""
