"""A network as an ONNX model (opset 13), in evaluation mode, for scripts/convert-checkpoint.

Input "logmel" [clips][1][frames][bins] in dB, output "logits" [clips][classes].  The input's BatchNorm is two
operations with a vector of bins, the pooling to `pooled_frames` a matrix, since ONNX has no adaptive mean.
"""
import numpy as np
import onnx
from onnx import helper, numpy_helper

OPSET, IR_VERSION, EPS = 13, 7, 1e-5


class Graph:
    """Nodes one after the other; each gives one tensor, named after its node."""

    def __init__(self):
        self.nodes, self.constants = [], {}

    def constant(self, name, array):
        self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(array), name)
        return name

    def add(self, kind, name, *inputs, outputs=None, **attributes):
        self.nodes.append(helper.make_node(kind, inputs, outputs or [name], name, **attributes))
        return outputs or name

    def linear(self, name, x, weight, bias):
        x = self.add("MatMul", f"{name}.product", x, self.constant(f"{name}.weight", weight.T))
        return self.add("Add", name, x, self.constant(f"{name}.bias", bias))

    def layer_norm(self, name, x, weight, bias):
        mean = self.add("ReduceMean", f"{name}.mean", x, axes=[-1])
        x = self.add("Sub", f"{name}.centred", x, mean)
        square = self.add("Mul", f"{name}.square", x, x)
        variance = self.add("ReduceMean", f"{name}.variance", square, axes=[-1])
        variance = self.add("Add", f"{name}.safe", variance, self.constant(f"{name}.eps", np.float32(EPS)))
        x = self.add("Div", f"{name}.normal", x, self.add("Sqrt", f"{name}.deviation", variance))
        x = self.add("Mul", f"{name}.scaled", x, self.constant(f"{name}.weight", weight))
        return self.add("Add", name, x, self.constant(f"{name}.bias", bias))


def convolution(g, tensors, x, name, side):
    return g.add("Conv", name, x, g.constant(f"{name}.weight", tensors[f"{name}.weight"]), kernel_shape=[side, side],
                 pads=[side // 2] * 4)


def unit(g, tensors, x, block, i):
    """Convolution, BatchNorm, and where there is one the gate."""
    norm, gate = f"block{block}.bn{i}", f"block{block}.se{i}"
    x = convolution(g, tensors, x, f"block{block}.conv{i}", 3)
    x = g.add("BatchNormalization", norm, x, *(g.constant(f"{norm}.{part}", tensors[f"{norm}.{part}"]) for part in
                                              ("weight", "bias", "running_mean", "running_var")), epsilon=EPS)
    if f"{gate}.down.weight" not in tensors:
        return x
    s = g.add("GlobalAveragePool", f"{gate}.mean", x)
    for part in ("down", "up"):
        weight = g.constant(f"{gate}.{part}.weight", tensors[f"{gate}.{part}.weight"][..., None, None])
        s = g.add("Conv", f"{gate}.{part}", s, weight, kernel_shape=[1, 1])
        s = g.add("Relu" if part == "down" else "Sigmoid", f"{gate}.{part}.active", s)
    return g.add("Mul", gate, x, s)


def convolution_block(g, tensors, x, block, size, pool):
    y = g.add("Relu", f"block{block}.1", unit(g, tensors, x, block, 1))
    y = unit(g, tensors, y, block, 2)
    if size["model.residual"]:
        name = f"block{block}.shortcut"
        if f"{name}.weight" in tensors:
            x = convolution(g, tensors, x, name, 1)
        y = g.add("Add", f"block{block}.sum", y, x)
    y = g.add("Relu", f"block{block}.2", y)
    return g.add("AveragePool", f"block{block}", y, kernel_shape=pool, strides=pool)


def patches(g, x, stem, frames, bins):
    """[clips][1][frames][bins] to a channel for each pixel of a patch; what is left over is left out."""
    (height, width), rows, columns = stem, frames // stem[0], bins // stem[1]

    def shape(name, *sizes):
        return g.constant(name, np.array(sizes, np.int64))

    x = g.add("Slice", "stem.whole", x, shape("stem.from", 0, 0), shape("stem.to", rows * height, columns * width),
              shape("stem.axes", 2, 3))
    x = g.add("Reshape", "stem.split", x, shape("stem.parts", 0, rows, height, columns, width))
    x = g.add("Transpose", "stem.turned", x, perm=[0, 2, 4, 1, 3])
    return g.add("Reshape", "stem", x, shape("stem.shape", 0, height * width, rows, columns))


def pooling(frames, pooled):
    """[frames][pooled]: means over the ranges of adaptive pooling, which may overlap."""
    matrix = np.zeros((frames, pooled), np.float32)
    for i in range(pooled):
        first, end = i * frames // pooled, -((i + 1) * frames // -pooled)
        matrix[first:end, i] = 1 / (end - first)
    return matrix


def attention(g, tensors, x, size, width, layer):
    heads, frames = size["model.heads"], size["model.pooled_frames"]
    name = f"{layer}.self_attn"
    qkv = g.linear(f"{name}.in", x, tensors[f"{name}.in_proj_weight"], tensors[f"{name}.in_proj_bias"])
    split = g.constant(f"{name}.heads", np.array([0, frames, heads, width // heads], np.int64))
    q, k, v = g.add("Split", f"{name}.split", qkv, axis=2, outputs=[f"{name}.{part}" for part in "qkv"])
    parts = []
    for part, axes in ((q, [0, 2, 1, 3]), (k, [0, 2, 3, 1]), (v, [0, 2, 1, 3])):
        parts.append(g.add("Transpose", f"{part}.by_head", g.add("Reshape", f"{part}.split", part, split), perm=axes))
    scale = g.constant(f"{name}.scale", np.float32((width // heads) ** -0.5))
    scores = g.add("Mul", f"{name}.scores", g.add("MatMul", f"{name}.products", parts[0], parts[1]), scale)
    mixed = g.add("MatMul", f"{name}.mixed", g.add("Softmax", f"{name}.weights", scores, axis=-1), parts[2])
    joined = g.constant(f"{name}.width", np.array([0, frames, width], np.int64))
    mixed = g.add("Reshape", f"{name}.joined", g.add("Transpose", f"{name}.by_frame", mixed, perm=[0, 2, 1, 3]), joined)
    return g.linear(f"{name}.out_proj", mixed, tensors[f"{name}.out_proj.weight"], tensors[f"{name}.out_proj.bias"])


def encoder(g, tensors, x, size, width, layer):
    def norm(name, x):
        return g.layer_norm(name, x, tensors[f"{name}.weight"], tensors[f"{name}.bias"])

    def linear(name, x):
        return g.linear(name, x, tensors[f"{name}.weight"], tensors[f"{name}.bias"])

    x = norm(f"{layer}.norm1", g.add("Add", f"{layer}.attended", x, attention(g, tensors, x, size, width, layer)))
    inner = g.add("Relu", f"{layer}.active", linear(f"{layer}.linear1", x))
    return norm(f"{layer}.norm2", g.add("Add", f"{layer}.fed", x, linear(f"{layer}.linear2", inner)))


def build(tensors, size, bins, encoders):
    """A checked model of the tensors by Cassette's names; `encoders`: the names of the encoder layers."""
    g = Graph()
    frames, blocks, pools = size["features.frames"], size["model.blocks"], size["model.pool"]
    scale = tensors["bn0.weight"] / np.sqrt(tensors["bn0.running_var"] + np.float32(EPS))
    x = g.add("Mul", "bn0.scaled", "logmel", g.constant("bn0.scale", scale))
    x = g.add("Add", "bn0", x, g.constant("bn0.shift", tensors["bn0.bias"] - tensors["bn0.running_mean"] * scale))
    if size["model.stem"] != [1, 1]:
        x = patches(g, x, size["model.stem"], frames, bins)
    left = frames // size["model.stem"][0]
    for block, pool in enumerate(pools * len(blocks) if len(pools) == 1 else pools, 1):
        x = convolution_block(g, tensors, x, block, size, pool)
        left //= pool[0]
    x = g.add("ReduceMean", "over_bins", x, axes=[3], keepdims=0)
    x = g.add("MatMul", "over_frames", x, g.constant("pooling", pooling(left, size["model.pooled_frames"])))
    x = g.add("Transpose", "pooled", x, perm=[0, 2, 1])
    for layer in encoders:
        x = encoder(g, tensors, x, size, blocks[-1], layer)
    x = g.add("ReduceMean" if size["model.aggregate"] == "mean" else "ReduceMax", "maxed", x, axes=[1], keepdims=0)
    g.add("Gemm", "logits", x, g.constant("fc.weight", tensors["fc.weight"]), g.constant("fc.bias", tensors["fc.bias"]),
          transB=1)
    graph = helper.make_graph(
        g.nodes, "Cassette",
        [helper.make_tensor_value_info("logmel", onnx.TensorProto.FLOAT, ["clips", 1, frames, bins])],
        [helper.make_tensor_value_info("logits", onnx.TensorProto.FLOAT, ["clips", len(tensors["fc.bias"])])],
        list(g.constants.values()))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="Cassette",
                              ir_version=IR_VERSION)
    onnx.checker.check_model(model, full_check=True)
    return model
