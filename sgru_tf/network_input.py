"""What a network of this project is called with: a sketch, or a sketch and hints."""

from keras import ops

from sgru_tf.config import ModelConfig


def network_input(config: ModelConfig, sketch, hints=None):
    """Give a network its input.

    Args:
        config: The network's own.
        sketch: (B, H, W, 1) float32, 0..255.
        hints: (B, H, W, 4) float32, RGB 0..255 and a mask 0..1; None for none.

    Returns:
        The sketch itself for a network without hints, else the dictionary of both.
    """
    if not config.hints:
        return sketch
    if hints is None:
        sketch = ops.convert_to_tensor(sketch)
        hints = ops.repeat(ops.zeros_like(sketch), 4, axis=-1)
    return {"sketch": sketch, "hints": hints}
