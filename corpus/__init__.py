"""What we hold: studies, pages, passages, and the indexes derived from them."""
