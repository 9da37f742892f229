"""Image filters that run eagerly and inside ``tf.data`` graphs: blur, median, warp.

tensorflow-addons (end of life, the extra ``[addons]``) does the work where it
can be imported; everything else, and every case that it cannot take, is done
by plain TensorFlow. Both give the same values, borders included.

Images are float32 ``(H, W, C)`` or ``(B, H, W, C)`` in any value range; what
comes back has the shape of what went in. Beyond the border a picture goes on
as its mirror image with the edge pixel repeated (``SYMMETRIC`` in ``tf.pad``),
which leaves flat areas flat and works for pictures one pixel wide.
"""

from __future__ import annotations

import contextlib
import io
import logging
import math
import numbers
import warnings

import tensorflow as tf

from sgru_tf.errors import SgruError


def _import_addons():
    """The tensorflow_addons module, or None.

    On a TensorFlow that it was not made for it may fail in any way (missing
    Keras internals, symbols missing from shared objects, assertions), and it
    warns at length where it works: neither is of use to who colours a sketch.
    """
    level = logging.root.manager.disable
    try:
        logging.disable(logging.WARNING)
        with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")
            import tensorflow_addons

            for name in ("gaussian_filter2d", "median_filter2d", "dense_image_warp"):
                getattr(tensorflow_addons.image, name)
            return tensorflow_addons
    except Exception:
        return None
    finally:
        logging.disable(level)


_addons = _import_addons()

HAVE_ADDONS: bool = _addons is not None
"""Whether tensorflow-addons could be imported, and so is used by default."""


def _use_addons(wanted: bool | None, image, least: int) -> bool:
    """Whether addons does this call; only pictures known to be `least` wide and high suit it."""
    if wanted and not HAVE_ADDONS:
        raise SgruError("tensorflow-addons is not installed: install the extra [addons]")
    if wanted is False or not HAVE_ADDONS:
        return False
    return all(n is not None and n >= least for n in image.shape[1:3])


def _plain_call(name: str, *arguments):
    """Call an image function of addons without its tf.function, which would be traced anew
    for each sigma and size of picture."""
    function = getattr(_addons.image, name)
    return getattr(function, "python_function", function)(*arguments)


def _batched(image):
    """The image as a float32 batch, and whether it was a single one."""
    image = tf.convert_to_tensor(image)
    if image.shape.rank not in (3, 4):
        raise SgruError(
            f"an image must have the shape (H, W, C) or (B, H, W, C), not {image.shape}: "
            "reshape it first"
        )
    single = image.shape.rank == 3
    image = tf.cast(image, tf.float32)
    return (image[tf.newaxis] if single else image), single


def _pad(image, radius, axis: int):
    """Mirrored continuation by `radius` pixels at both ends of `axis`, however short it is."""
    size = tf.shape(image)[axis]
    index = tf.math.floormod(tf.range(-radius, size + radius), 2 * size)
    return tf.gather(image, tf.minimum(index, 2 * size - 1 - index), axis=axis)


def _blur_axis(image, kernel, radius, axis: int):
    """Correlate each channel along one spatial axis with a kernel of 2 * radius + 1 values."""
    channels = tf.shape(image)[3]
    shape = [-1, 1, 1, 1] if axis == 1 else [1, -1, 1, 1]
    weights = tf.tile(tf.reshape(kernel, shape), [1, 1, channels, 1])
    return tf.nn.depthwise_conv2d(_pad(image, radius, axis), weights, [1, 1, 1, 1], "VALID")


def gaussian(image, sigma, truncate: float = 3.0, addons: bool | None = None):
    """Gaussian blur.

    image: float32 (H, W, C) or (B, H, W, C). sigma: standard deviation in
    pixels, a number or a scalar tensor; next to 0 (below 0.1, where the
    nearest neighbours weigh less than 1e-21) the image comes back as it is.
    truncate: the kernel ends ``ceil(truncate * sigma)`` pixels from its middle.
    addons: None uses tensorflow-addons where it can be used, False never does,
    True insists on its being installed. A symbolic sigma (in a graph) is always
    done by plain TensorFlow, because addons compares sigma in Python, and so
    are pictures of unknown size or smaller than the kernel's radius.

    Returns float32 of the image's shape. Raises SgruError for a wrong rank or
    a negative sigma.
    """
    image, single = _batched(image)
    static = tf.get_static_value(sigma) if tf.is_tensor(sigma) else sigma
    if static is not None:
        sigma = float(static)
        if sigma < 0:
            raise SgruError(f"the sigma of a blur is {sigma}: it must be 0 or more")
        if sigma < 0.1:
            return image[0] if single else image
        radius = math.ceil(truncate * sigma)
        if _use_addons(addons, image, radius):
            for shape in ((2 * radius + 1, 1), (1, 2 * radius + 1)):
                image = _plain_call("gaussian_filter2d", image, shape, sigma, "SYMMETRIC")
            return image[0] if single else image
        x = tf.range(-radius, radius + 1)
    else:
        # A floor keeps the exponent finite: at 0.03 every weight but the middle one is 0.
        sigma = tf.maximum(tf.cast(sigma, tf.float32), 0.03)
        radius = tf.cast(tf.math.ceil(truncate * sigma), tf.int32)
        x = tf.range(-radius, radius + 1)
    kernel = tf.nn.softmax(-tf.square(tf.cast(x, tf.float32)) / (2.0 * sigma * sigma))
    shape = image.shape
    for axis in (1, 2):
        image = _blur_axis(image, kernel, radius, axis)
    image.set_shape(shape)
    return image[0] if single else image


def _median_of_nine(values):
    """Median of nine tensors, element by element.

    The exchange network of Paeth, "Median finding on a 3x3 grid" (Graphics
    Gems, 1990): minima and maxima of whole pictures are many times faster
    than sorting at each pixel.
    """
    v = list(values)

    def order(a, b):
        v[a], v[b] = tf.minimum(v[a], v[b]), tf.maximum(v[a], v[b])

    for a, b in (
        *((1, 2), (4, 5), (7, 8), (0, 1), (3, 4), (6, 7), (1, 2), (4, 5), (7, 8)),
        *((0, 3), (5, 8), (4, 7), (3, 6), (1, 4), (2, 5), (4, 7), (4, 2), (6, 4), (4, 2)),
    ):
        order(a, b)
    return v[4]


def median(image, size: int = 3, addons: bool | None = None):
    """Median of the `size` x `size` pixels around each pixel, channel by channel.

    image: float32 (H, W, C) or (B, H, W, C). size: odd, in pixels; 1 gives the
    image back. addons: as in `gaussian`. Note that a median of 3 removes
    straight lines one pixel wide.

    Returns float32 of the image's shape. Raises SgruError for a wrong rank or
    an even size.
    """
    image, single = _batched(image)
    if not isinstance(size, numbers.Integral) or size < 1 or size % 2 == 0:
        raise SgruError(f"the size of a median is {size}: it must be 1, 3, 5, ...")
    radius = int(size) // 2
    if radius and _use_addons(addons, image, radius):
        image = _plain_call("median_filter2d", image, (size, size), "SYMMETRIC")
    elif radius:
        shape, dims = image.shape, tf.shape(image)
        padded = _pad(_pad(image, radius, 1), radius, 2)
        windows = [
            padded[:, y : y + dims[1], x : x + dims[2]] for y in range(size) for x in range(size)
        ]
        if size == 3:
            image = _median_of_nine(windows)
        else:
            half = len(windows) // 2 + 1
            image = tf.nn.top_k(tf.stack(windows, axis=-1), half).values[..., -1]
        image.set_shape(shape)
    return image[0] if single else image


def warp(image, flow, addons: bool | None = None):
    """Move pixels along a dense flow, bilinear.

    ``output[y, x] = image[y - flow[y, x, 0], x - flow[y, x, 1]]``, the
    convention of tensorflow-addons' ``dense_image_warp``; beyond the border the
    nearest border pixel counts. image: float32 (H, W, C) or (B, H, W, C).
    flow: float32 (H, W, 2) or (B, H, W, 2) in pixels, y first, of the image's
    rank. addons: as in `gaussian`.

    Returns float32 of the image's shape. Raises SgruError for a wrong rank.
    """
    image, single = _batched(image)
    flow, flow_single = _batched(flow)
    if single != flow_single or flow.shape[-1] not in (2, None):
        raise SgruError(
            "a flow must have the image's shape with 2 channels (y, x), "
            f"not {flow.shape[single:]} for {image.shape[single:]}"
        )
    if _use_addons(addons, image, 2):
        image = _plain_call("dense_image_warp", image, flow)
        return image[0] if single else image
    shape, dims = image.shape, tf.shape(image)
    low, high, part = [], [], []
    for axis in (1, 2):
        grid = tf.cast(tf.range(dims[axis]), tf.float32)
        grid = grid[:, tf.newaxis] if axis == 1 else grid[tf.newaxis, :]
        last = dims[axis] - 1
        place = tf.clip_by_value(grid - flow[..., axis - 1], 0.0, tf.cast(last, tf.float32))
        floor = tf.minimum(tf.cast(place, tf.int32), tf.maximum(last - 1, 0))
        low.append(floor)
        high.append(tf.minimum(floor + 1, last))
        part.append((place - tf.cast(floor, tf.float32))[..., tf.newaxis])
    pixels = tf.reshape(image, [-1, dims[3]])
    first = (tf.range(dims[0]) * dims[1] * dims[2])[:, tf.newaxis, tf.newaxis]

    def at(y, x):
        return tf.gather(pixels, first + y * dims[2] + x)

    top, bottom = at(low[0], low[1]), at(high[0], low[1])
    top += part[1] * (at(low[0], high[1]) - top)
    bottom += part[1] * (at(high[0], high[1]) - bottom)
    image = top + part[0] * (bottom - top)
    image.set_shape(shape)
    return image[0] if single else image
