"""What a PDF says of itself and prints on its first pages, read piece by piece."""
