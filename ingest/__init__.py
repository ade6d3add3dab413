"""From a file to a searchable, described study."""
