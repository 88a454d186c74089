"""Charts drawn with skia: data and look go in, a board with all texts, marks and readings comes out."""
