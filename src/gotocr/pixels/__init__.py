"""Sources become pages, and pages become the normalised arrays a model sees; no knowledge of any model."""
