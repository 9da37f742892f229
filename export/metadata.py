"""Puts names and the model's settings into a TFLite file; `sgru_tf.litert` reads them."""

from __future__ import annotations

import json

import numpy as np

from sgru_tf.litert import METADATA


def with_metadata(content: bytes, values: dict) -> bytes:
    """Give a TFLite file the metadata entry `sgru_tf`, and its tensors the signature's names.

    Args:
        content: the file.
        values: what JSON can hold; an entry of an earlier call is replaced.

    Returns:
        The new file.
    """
    from ai_edge_litert import schema_py_generated as schema
    from ai_edge_litert.tools import flatbuffer_utils

    # Brings weights that the quantizer left behind the flatbuffer inside, too: older runtimes
    # look for them nowhere else.
    model = flatbuffer_utils.read_model_from_bytearray(bytearray(content))
    buffer = schema.BufferT()
    buffer.data = json.dumps(values, sort_keys=True).encode()
    entry = schema.MetadataT()
    entry.name, entry.buffer = METADATA, len(model.buffers)
    model.buffers.append(buffer)
    for one in model.buffers:
        if one.data is not None:  # of anything but arrays every byte is written by a call
            one.data = np.frombuffer(one.data, np.uint8)
    others = [one for one in model.metadata or () if one.name not in (METADATA, METADATA.encode())]
    model.metadata = [*others, entry]
    for signature in model.signatureDefs:
        graph = model.subgraphs[signature.subgraphIndex]
        for named in (*signature.inputs, *signature.outputs):
            graph.tensors[named.tensorIndex].name = named.name
        # By number, the sketch is the first input: the rest may be left alone.
        signature.inputs.sort(key=lambda named: named.name not in ("sketch", b"sketch"))
        graph.inputs = [named.tensorIndex for named in signature.inputs]
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))
