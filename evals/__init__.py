"""How well it answers, measured from outside."""
