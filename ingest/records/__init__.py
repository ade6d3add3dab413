"""Records of studies from elsewhere: read, matched with what the library has, and looked up."""
