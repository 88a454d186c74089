"""Pages of Markdown taken apart into blocks, and the blocks of a reading matched with those of the truth."""
