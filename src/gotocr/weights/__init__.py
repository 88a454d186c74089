"""Files of weights and what they mean; `FORMS` are the forms in which nano's are stored, see `int8`."""

FORMS = ("float16", "int8")
PRECISIONS = ("float32", "int8", "int4")  # in which matrices are multiplied on the CPU, see `got_packed`
PRECISION = "int8"  # unless another is asked for
