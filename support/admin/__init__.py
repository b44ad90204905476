"""The agents' desk, help topics and resources in the back office."""
