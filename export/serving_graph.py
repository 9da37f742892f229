"""The whole way from a sketch to its colourings as a graph of stock TensorFlow ops.

It follows the specification in `sgru_tf.colorizer`. Full-size pictures are touched in bands and
painted one proposal at a time, so the memory stays near that of one picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import tensorflow as tf

from sgru_tf.colorizer import GREATEST_SIZE
from sgru_tf.export.decoding import decode
from sgru_tf.export.graph_calls import one_by_one, traced_once
from sgru_tf.export.graph_fill import colour_layer
from sgru_tf.export.graph_hints import decode_hints, working_hints
from sgru_tf.export.graph_level import level_paper, scaled
from sgru_tf.export.graph_paint import grey_and_alpha, paint
from sgru_tf.export.graph_patches import with_hints
from sgru_tf.export.graph_resize import bilinear, half_even
from sgru_tf.export.graph_surfaces import part_explained, settle
from sgru_tf.looks import larger_size
from sgru_tf.network_input import network_input
from sgru_tf.surfaces import scheme_colours

MULTIPLE = 32
"""The network takes heights and widths that are multiples of this."""

PNG_COMPRESSION = 4

_FILE, _NUMBER = tf.TensorSpec([], tf.string), tf.TensorSpec([], tf.int32)
_PLANE = tf.TensorSpec([None, None], tf.uint8)
_PICTURE = tf.TensorSpec([None, None, 3], tf.uint8)
_RGBA = tf.TensorSpec([None, None, 4], tf.uint8)
_HINTS = tf.TensorSpec([None, None, 4], tf.float32)
_PICTURES = tf.TensorSpec([None, None, None, 3], tf.float32)


@dataclass(frozen=True)
class Settings:
    """What is fixed when a model is exported.

    Attributes:
        size: working size, the long side in pixels that the network sees.
        lines: "sharp" or "network", as in `sgru_tf.colorizer`.
        surfaces: "whole" or "network", as in `sgru_tf.colorizer`.
        looks: how often the network looks at a sketch, 1 or 2, as in `sgru_tf.colorizer`.
        level: make tinted paper white first.
        max_pixels: larger pictures are refused before they are decoded.
    """

    size: int
    lines: str
    surfaces: str
    looks: int
    level: bool
    max_pixels: int


class ServingGraph(tf.Module):
    """A network with its weights, and the signatures that serve it.

    Holds plain variables, which all signatures share, and no Keras objects: the C++ loader does
    not find the variables of those.

    Args:
        model: `keras.Model` of this project, float32, on the TensorFlow backend.
        settings: see `Settings`.
    """

    def __init__(self, model, settings: Settings):
        """Copy the weights; nothing is traced yet."""
        super().__init__("sgru")
        self.trained = _copies(model.trainable_variables)
        self.fixed = _copies(model.non_trainable_variables)

        # In a closure, because a module would track the Keras model if it were an attribute.
        def run(given):
            return model.stateless_call(self.trained, self.fixed, given, training=False)[0]

        self._settings = settings
        self._config = model.sgru_config
        self._proposals = model.sgru_config.proposals
        self._decode = traced_once(lambda data: decode(data, settings.max_pixels), _FILE)
        self._line = traced_once(self._levelled, _PLANE)
        self._working = traced_once(lambda line: self._shrunk(line, settings.size), _PLANE)
        self._dabs = traced_once(working_hints, _RGBA, _NUMBER, _NUMBER)
        sketches, hints = (tf.TensorSpec([None, None, None, channels]) for channels in (1, 4))
        self._run = traced_once(run, network_input(self._config, sketches, hints))
        is_whole = settings.surfaces == "whole" and settings.lines == "sharp"
        self._schemes = scheme_colours(self._config.schemes) if is_whole else ()
        self._flats = traced_once(self._colours, _PICTURES, _PLANE, _PLANE, _HINTS)
        self._paint = traced_once(self._painted, _PICTURE, _PLANE)

    def signatures(self) -> dict:
        """Trace the signatures.

        Returns:
            Concrete functions by name: `serving_default`, `image_bytes` string (B,) to
            `png_bytes` string (B, N) and `status` string (B,); `colorize`, `sketch` uint8
            (B, H, W, 1) to `proposals` uint8 (B, N, H, W, 3). Of a network with hints also
            `colorize_bytes_with_hints`, which takes `hint_bytes` string (B,) besides, and
            `colorize_with_hints`, which takes `hints` uint8 (B, H, W, 4) RGBA.
        """
        files = tf.TensorSpec([None], tf.string, "image_bytes")
        sketches = tf.TensorSpec([None, None, None, 1], tf.uint8, "sketch")
        specified = {
            "serving_default": (self._serve, files),
            "colorize": (self._colorize, sketches),
        }
        if self._config.hints:
            hint_files = tf.TensorSpec([None], tf.string, "hint_bytes")
            dabs = tf.TensorSpec([None, None, None, 4], tf.uint8, "hints")
            specified |= {
                "colorize_bytes_with_hints": (self._serve, files, hint_files),
                "colorize_with_hints": (self._colorize, sketches, dabs),
            }
        return {
            name: tf.function(function, specs, autograph=False).get_concrete_function()
            for name, (function, *specs) in specified.items()
        }

    def _serve(self, image_bytes, hint_bytes=None):
        files = (tf.ensure_shape(image_bytes, [None]),)
        if hint_bytes is not None:
            counts = tf.size(image_bytes), tf.size(hint_bytes)
            text = "give as many hint_bytes as image_bytes; the numbers are"
            same = tf.debugging.Assert(counts[0] == counts[1], [text, *counts])
            with tf.control_dependencies([same]):
                files = tf.identity(files[0]), tf.ensure_shape(hint_bytes, [None])
        results = tf.TensorSpec([self._proposals], tf.string), tf.TensorSpec([], tf.string)
        pngs, status = one_by_one(lambda parts: self._serve_one(*parts), files, results)
        return {"png_bytes": pngs, "status": status}

    def _serve_one(self, data, hint_data=None):
        picture, status = self._decode(data)
        hints = None
        if hint_data is not None:
            height, width = tf.unstack(tf.shape(picture)[:2])
            # With an image that cannot be coloured, only that is told.
            hint_data = tf.where(status == "", hint_data, "")
            hints, problem = decode_hints(hint_data, height, width, self._decode)
            status = tf.where(status == "", problem, status)
        pngs = tf.cond(
            status == "", lambda: self._pngs(picture, hints), lambda: tf.fill([self._proposals], "")
        )
        return tf.ensure_shape(pngs, [self._proposals]), status

    def _pngs(self, picture, hints):
        grey, alpha = grey_and_alpha(picture)
        line = self._line(grey)
        working = self._working(line)
        dabs = None if hints is None else self._dabs(hints, *tf.unstack(tf.shape(working)))[None]
        pictures = self._pictures(working[None], dabs)[0]
        flats = self._flats(pictures, working, line, _or_empty(dabs, working[None])[0])

        def png(flat):
            painted = tf.concat([self._paint(flat, line), alpha], 2)
            return tf.io.encode_png(painted, PNG_COMPRESSION)

        return one_by_one(png, flats, tf.TensorSpec([], tf.string))

    def _colorize(self, sketch, hints=None):
        sketch = tf.ensure_shape(sketch, [None, None, None, 1])
        with tf.control_dependencies(self._checks(sketch, hints)):
            greys = tf.identity(sketch[:, :, :, 0])
            hints = None if hints is None else tf.identity(hints)
        lines = one_by_one(self._line, greys, _PLANE)
        working = one_by_one(self._working, lines, _PLANE)
        if hints is not None:
            size = tf.unstack(tf.shape(working)[1:])
            hints = one_by_one(lambda one: self._dabs(one, *size), hints, _HINTS)
        pictures = self._pictures(working, hints)

        def paint_all(parts):
            line, working, pictures, hints = parts
            flats = self._flats(pictures, working, line, hints)
            return one_by_one(lambda flat: self._paint(flat, line), flats, _PICTURE)

        result = tf.TensorSpec([self._proposals, None, None, 3], tf.uint8)
        parts = lines, working, pictures, _or_empty(hints, working)
        return {"proposals": one_by_one(paint_all, parts, result)}

    def _checks(self, sketch, hints):
        shape = tf.shape(sketch, tf.int64)
        most = self._settings.max_pixels
        fits = tf.reduce_all(shape > 0) & (shape[1] * shape[2] <= most)
        text = f"give sketches of at most {most} pixels each, and at least one; the shape is"
        checks = [tf.debugging.Assert(fits, [text, shape])]
        if hints is not None:
            other = tf.shape(hints, tf.int64)
            same = tf.reduce_all(shape[:3] == other[:3])
            text = "give hints of the number and size of the sketches; the shapes are"
            checks.append(tf.debugging.Assert(same, [text, shape, other]))
        return checks

    def _levelled(self, grey):
        """Step 2 of the specification: uint8 (H, W) to the line layer."""
        return level_paper(grey) if self._settings.level else grey

    def _shrunk(self, line, size: int):
        """Step 3: the line layer to the working sketch, uint8 (h, w)."""
        height, width = tf.unstack(tf.shape(line))
        long_side = tf.cast(tf.maximum(height, width), tf.float64)
        scale = size / long_side
        return bilinear(line[:, :, None], scaled(height, scale), scaled(width, scale))[:, :, 0]

    def _pictures(self, working, hints):
        """Step 4: working sketches uint8 (B, h, w) to pictures float32 (B, N, h, w, 3), clipped.

        Hints are float32 (B, h, w, 4) from `working_hints`, or None. Of a network with schemes the
        pictures are those without hints, which come to them in step 5.
        """
        return self._network(working, None if len(self._schemes) else hints)

    def _network(self, working, hints):
        height, width = tf.unstack(tf.shape(working)[1:])
        grow = [[0, 0], [0, -height % MULTIPLE], [0, -width % MULTIPLE]]
        padded = tf.pad(working, grow, constant_values=tf.constant(255, tf.uint8))
        if hints is not None:
            hints = tf.pad(hints, [*grow, [0, 0]])
        sketches = tf.cast(padded, tf.float32)[:, :, :, None]
        answer = self._run(network_input(self._config, sketches, hints))
        answer = tf.ensure_shape(answer, [None, self._proposals, None, None, 3])
        return tf.clip_by_value(answer[:, :, :height, :width], 0, 255)

    def _colours(self, pictures, working, line, hints):
        """Step 5: pictures float32 (N, h, w, 3) of one sketch to colour layers, uint8."""
        if self._settings.lines == "network":
            return half_even(pictures)
        layers = colour_layer(pictures, working)
        if len(self._schemes):
            again = self._looked_again(layers, working, line)
            settled = settle(again, working, self._schemes, self._settings.size)
            if self._config.hints:
                are_there = tf.reduce_any(hints[..., 3] > 0)
                asked = tf.cond(
                    are_there,
                    lambda: self._asked(layers, settled, working, hints),
                    lambda: settled.pictures,
                )
                return half_even(asked)
            return half_even(settled.pictures)
        return half_even(layers)

    def _looked_again(self, layers, working, line):
        """Step 5, with a second look as far as the colours are the schemes'."""
        size = larger_size(self._settings.size)
        if self._settings.looks < 2 or size > GREATEST_SIZE:
            return layers

        def mean():
            larger = self._shrunk(line, size)
            again = half_even(colour_layer(self._network(larger[None], None)[0], larger))
            height, width = tf.unstack(tf.shape(working))
            small = one_by_one(lambda one: bilinear(one, height, width), again, _PICTURE)
            return layers + part / 2 * (tf.cast(small, tf.float32) - layers)

        part = part_explained(layers, working, self._schemes)
        return tf.cond(part > 0, mean, lambda: layers)

    def _asked(self, first, settled, working, hints):
        """Step 5 with hints: float32 (N, h, w, 3)."""

        def mixed():
            network = colour_layer(self._network(working[None], hints[None])[0], working)
            asked = settled.part * (filled - settled.pictures)
            return settled.pictures + asked + (1 - settled.part) * (network - first)

        filled = tf.cond(
            settled.part > 0,
            lambda: with_hints(settled, working, hints, self._settings.size),
            lambda: settled.pictures,
        )
        return tf.cond(settled.part < 1, mixed, lambda: filled)

    def _painted(self, flat, line):
        """Steps 6 and 7: a colour layer uint8 (h, w, 3) to a picture uint8 (H, W, 3)."""
        if self._settings.lines == "network":
            return paint(flat, tf.unstack(tf.shape(line)))
        return paint(flat, line)


def _or_empty(hints, working):
    """Give the hints, float32 (B, h, w, 4); for None a map that says nothing."""
    if hints is None:
        return tf.zeros([*tf.unstack(tf.shape(working)), 4])
    return hints


def _copies(variables):
    return [
        tf.Variable(variable.value, trainable=False, name=variable.path.replace("/", "_"))
        for variable in variables
    ]
