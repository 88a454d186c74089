"""Files of weights and what they mean; `FORMS` are the forms in which nano's are stored, see `int8`."""

FORMS = ("float16", "int8")
PRECISIONS = ("float32", "int8", "int4")  # in which matrices are multiplied on the CPU, see `got_packed`
PRECISION = "int8"  # unless another is asked for

LAYOUTS = ("ours", "hf", "original", "onnx")  # in which `convert` writes a model
STORED = ("float32", "bfloat16", "float16", "int8", "int4")  # and how its numbers may lie there, see `convert.KINDS`
