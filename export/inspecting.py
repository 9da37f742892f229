"""What is inside a TFLite file: its operations, whether they are integer, and its constants."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

CONVOLUTIONS = ("CONV_2D", "TRANSPOSE_CONV", "DEPTHWISE_CONV_2D")
"""Operations that are counted as convolutions."""

_MAP_INPUT = {"TRANSPOSE_CONV": 2, "SPLIT": 1}  # which input is the map, where not the first


@dataclass
class Contents:
    """What `inspect` finds.

    Attributes:
        operations: How many of each operation, by the schema's name.
        convolutions: How many convolutions.
        integer_convolutions: How many of them take int8 maps.
        float_operations: How many operations take float32 maps, dequantizing aside.
        flex: Names of operations that need TensorFlow at run time.
        constants: Number of values in constant tensors.
        finite: No constant is NaN or infinite.
    """

    operations: dict[str, int] = field(default_factory=dict)
    convolutions: int = 0
    integer_convolutions: int = 0
    float_operations: int = 0
    flex: list[str] = field(default_factory=list)
    constants: int = 0
    finite: bool = True


def inspect(content) -> Contents:
    """Look into a TFLite file.

    Args:
        content: its bytes.
    """
    from ai_edge_litert import schema_py_generated as schema

    model = schema.Model.GetRootAs(content, 0)
    types = schema.TensorType
    names = {value: name for name, value in vars(schema.BuiltinOperator).items()}
    found = Contents()
    for index in range(model.SubgraphsLength()):
        graph = model.Subgraphs(index)
        for tensor in (graph.Tensors(i) for i in range(graph.TensorsLength())):
            _count_constant(model.Buffers(tensor.Buffer()), tensor.Type(), types, found)
        for operator in (graph.Operators(i) for i in range(graph.OperatorsLength())):
            code = model.OperatorCodes(operator.OpcodeIndex())
            if code.CustomCode():
                found.flex.append(code.CustomCode().decode())
                continue
            name = names[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
            found.operations[name] = found.operations.get(name, 0) + 1
            kind = graph.Tensors(operator.Inputs(_MAP_INPUT.get(name, 0))).Type()
            if name in CONVOLUTIONS:
                found.convolutions += 1
                found.integer_convolutions += kind == types.INT8
            if kind == types.FLOAT32 and name != "QUANTIZE":
                found.float_operations += 1
    return found


def _count_constant(buffer, kind: int, types, found: Contents) -> None:
    if not buffer.DataLength():
        return
    values = buffer.DataAsNumpy()
    dtypes = {types.FLOAT32: np.float32, types.FLOAT16: np.float16, types.INT32: np.int32}
    values = values.view(dtypes.get(kind, np.int8))
    found.constants += values.size
    if values.dtype.kind == "f":
        found.finite = found.finite and bool(np.isfinite(values).all())
