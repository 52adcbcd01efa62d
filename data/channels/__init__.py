"""Outside formats of orders to `NewOrder`, and back."""
