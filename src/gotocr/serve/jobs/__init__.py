"""Jobs: files that are read while nobody waits, kept in a store that outlives the server, and told of as it happens."""
