"""The rules of achievements, one module per noun; importing them registers them."""
