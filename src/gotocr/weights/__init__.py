"""Files of weights and what they mean; `FORMS` are the forms in which nano's are stored, see `int8`."""

FORMS = ("float16", "int8")
PRECISIONS = ("float32", "int8", "int4")  # in which matrices are multiplied on the CPU, see `got_packed`
PRECISION, NANO_PRECISION = "int8", "float32"  # of the published model and of nano, unless another is asked for
