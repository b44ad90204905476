"""What achievements do when something happens elsewhere."""
