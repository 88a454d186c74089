"""Judges: what a reading of one thing in a picture is worth beside its truth, in figures that say what they mean."""
