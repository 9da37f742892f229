"""A float32 TFLite file to one whose convolutions compute with integers.

Which layers may be integer was measured, see README.md in this folder: the norms lose the picture,
and so does the first block of the encoder; all else loses little. The pyramid of hints and their
spreading are small, and stay float too: where there is no hint, nothing is to be added.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sgru_tf.export.sample_hints import for_network
from sgru_tf.litert import SIGNATURE

FLOAT_LAYERS = "(.*encoder1.*)|(.*pyramid.*)|(.*spread.*)"
"""Names of the layers that stay float: the first block, which sees the sketch itself, nearly all of
it white, and holds 0.2 % of the weights; and what hints go through."""

_NO_QUANTIZE = "no_quantize"


def quantize_weights(float_file: bytes) -> bytes:
    """Store the weights of convolutions as int8, with a scale for each output channel.

    Maps stay float in the file; the runtime quantizes them picture by picture ("dynamic range").

    Args:
        float_file: a float32 TFLite file from `mobile_graph`.
    """
    from ai_edge_quantizer import qtyping, quantizer, recipe_manager

    names = qtyping.TFLOperationName
    recipe = recipe_manager.RecipeManager()
    for name in (names.CONV_2D, names.CONV_2D_TRANSPOSE):
        recipe.add_dynamic_config(".*", name, num_bits=8)
        recipe.add_quantization_config(FLOAT_LAYERS, name, algorithm_key=_NO_QUANTIZE)
    work = quantizer.Quantizer(bytearray(float_file), recipe.get_quantization_recipe())
    return _finished(work, None)


def quantize_maps(
    float_file: bytes, pages: list[np.ndarray], hints: Sequence[np.ndarray | None] = ()
) -> bytes:
    """Quantize the weights of convolutions, and their maps with ranges learnt from sketches.

    Pooling and concatenation, which only pass maps on, become integer too.

    Args:
        float_file: a float32 TFLite file from `mobile_graph`.
        pages: the representative dataset, uint8 (H, W) of the file's size.
        hints: for a network with hints those of each page, from `sample_hints`.

    Returns:
        The quantized file. Its inputs and output are those of the float file.
    """
    from ai_edge_litert.interpreter import Interpreter
    from ai_edge_quantizer import calibrator, qtyping, quantizer, recipe_manager
    from ai_edge_quantizer.utils.qsv_utils import min_max_update

    names = qtyping.TFLOperationName
    recipe = recipe_manager.RecipeManager()
    for name in (
        names.CONV_2D,
        names.CONV_2D_TRANSPOSE,
        names.MAX_POOL_2D,
        names.CONCATENATION,
    ):
        recipe.add_static_config(".*", name, activation_num_bits=8, weight_num_bits=8)
        recipe.add_quantization_config(FLOAT_LAYERS, name, algorithm_key=_NO_QUANTIZE)
    dtype = Interpreter(model_content=float_file).get_input_details()[0]["dtype"]
    data = [{"sketch": page[None, :, :, None].astype(dtype)} for page in pages]
    for given, painted in zip(data, hints, strict=False):
        if painted is None:
            painted = np.zeros((*given["sketch"].shape[1:3], 4), np.uint8)
        given["hints"] = painted[None] if dtype == np.uint8 else for_network(painted)
    calibration = calibrator.Calibrator(
        float_file,
        num_threads=2,
        # The other mode keeps every map of the network in memory.
        mode=calibrator.CalibrationMode.CALIBRATION_PROFILER_BASED,
        # The default, a moving average of the ranges, cuts off what sketches differ in.
        qsv_update_func=min_max_update,
    )
    calibration.calibrate({SIGNATURE: data}, recipe)
    work = quantizer.Quantizer(bytearray(float_file), recipe.get_quantization_recipe())
    return _finished(work, calibration.get_model_qsvs())


def _finished(work, ranges) -> bytes:
    result = work.quantize(ranges, enable_progress_bar=False, enable_progress_report=False)
    return bytes(result.quantized_model)
