"""The pages of a source on their way through the reader: first looks, second looks, and what comes of each."""
