"""Whether a reading can be believed: text and ink beside each other, and what was read drawn anew."""
