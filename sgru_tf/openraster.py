"""OpenRaster files (.ora): a sketch and its colourings in layers, for Krita, GIMP and MyPaint.

The layers, from the top: "lines" (multiply), "hints" if there were any (hidden), "proposal 1",
"proposal 2" ... (the first one visible), "paper" (white; hidden under a sketch with transparency).

Where the sketch is opaque, the lines are grey on white and the colours are opaque. Their product
is the picture, in programs that blend in linear light too, for x y to a power is x to it times y
to it. Where its alpha a is less than 1, the lines are black, of alpha s = a (1 - l) for the line
l = 0-1, and the colours have the alpha p = (a - s) / (1 - s): by the specification (W3C Compositing
and Blending Level 1) the alpha of both together is s + p - s p = a, and the colour there C l.
MyPaint, which blends in linear light, and GIMP, which multiplies only where there is a layer
below, show soft lines without paper lighter and thinner than that.

Source: https://www.openraster.org, version 0.0.5.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from PIL import Image

from sgru_tf.files import whole_file, write_png

THUMBNAIL = 256
"""Longest side of the thumbnail, in pixels; the specification's limit."""


@dataclass(frozen=True)
class _Layer:
    name: str
    paint: Callable[[], Image.Image]
    mode: str = "svg:src-over"
    visible: bool = True
    selected: bool = False

    @property
    def source(self) -> str:
        return f"data/{self.name.replace(' ', '')}.png"


def write_openraster(
    colouring, path, numbers: Sequence[int], *, alpha: bool = True, mark: str = ""
) -> None:
    """Write proposals of a sketch as layers under its lines; the file is complete or not there.

    The pictures are painted and written one after the other: one at full size is in memory at a
    time. The same layers give the same bytes.

    Args:
        colouring: a `Colouring`; its `hints`, an RGBA image, become a layer if they have any
            colour, brought to the sketch's size if need be.
        path: where; its folder must exist.
        numbers: of the proposals, beginning with 1, from the top; the first one is shown.
        alpha: give the sketch's transparency back; else show the colours that it hides.
        mark: short text by which `files.read_mark` knows the program's own output.

    Raises:
        SgruError: the file cannot be written.
    """
    height, width = colouring.shape
    veiled = alpha and colouring.has_alpha
    layers = _layers(colouring, numbers, veiled)
    with whole_file(Path(path)) as part, zipfile.ZipFile(part, "w") as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), "image/openraster")
        archive.writestr(zipfile.ZipInfo("stack.xml"), _stack(width, height, layers))
        for layer in layers:
            _add(archive, layer.source, layer.paint())
        merged = colouring.picture(numbers[0] - 1, alpha="keep" if veiled else "drop")
        _add(archive, "mergedimage.png", merged, mark)
        del merged
        _add(archive, "Thumbnails/thumbnail.png", _thumbnail(colouring, numbers[0], veiled))


def _layers(colouring, numbers: Sequence[int], veiled: bool) -> list[_Layer]:
    layers = []
    if colouring.has_lines:
        layers.append(_Layer("lines", lambda: _lines(colouring, veiled), "svg:multiply"))
    if colouring.hints is not None and colouring.hints.getchannel("A").getbbox():
        layers.append(_Layer("hints", lambda: _hints(colouring), visible=False))
    for number in numbers:
        first = number == numbers[0]
        layers.append(
            _Layer(
                f"proposal {number}",
                lambda number=number: _colours(colouring, number, veiled),
                visible=first,
                selected=first,  # so that nobody paints on the lines by mistake
            )
        )
    size = colouring.shape[::-1]
    layers.append(_Layer("paper", lambda: Image.new("RGB", size, "white"), visible=not veiled))
    return layers


def _stack(width: int, height: int, layers: Sequence[_Layer]) -> bytes:
    image = ElementTree.Element("image", version="0.0.5", w=str(width), h=str(height))
    stack = ElementTree.SubElement(image, "stack")
    for layer in layers:
        ElementTree.SubElement(
            stack,
            "layer",
            {
                "name": layer.name,
                "src": layer.source,
                "x": "0",
                "y": "0",
                "opacity": "1.0",
                "visibility": "visible" if layer.visible else "hidden",
                "composite-op": layer.mode,
                **({"selected": "true"} if layer.selected else {}),
            },
        )
    ElementTree.indent(image)
    return ElementTree.tostring(image, encoding="UTF-8", xml_declaration=True)


def _add(archive: zipfile.ZipFile, name: str, picture: Image.Image, mark: str = "") -> None:
    # Stored: PNG is deflated already.
    with archive.open(zipfile.ZipInfo(name), "w") as stream:
        write_png(picture, stream, mark=mark)


def _lines(colouring, veiled: bool) -> Image.Image:
    # RGB, not grey: a grey layer could not be painted on in colour.
    picture = Image.new("RGBA" if veiled else "RGB", colouring.shape[::-1])
    for top, line, alpha in colouring.planes():
        band = Image.fromarray(line)
        if veiled:
            band = Image.fromarray(np.where(alpha == 255, line, 0).astype(np.uint8)).convert("RGB")
            ink = np.where(alpha == 255, 255, _ink_alpha(line, alpha)).astype(np.uint8)
            band.putalpha(Image.fromarray(ink))
        picture.paste(band, (0, top))
    return picture


def _colours(colouring, number: int, veiled: bool) -> Image.Image:
    picture = colouring.colour_layer(number - 1)
    if veiled:
        width = picture.width
        picture.putalpha(255)
        for top, line, alpha in colouring.planes():
            band = picture.crop((0, top, width, top + len(line)))
            band.putalpha(Image.fromarray(_colour_alpha(line, alpha)))
            picture.paste(band, (0, top))
    return picture


def _hints(colouring) -> Image.Image:
    size = colouring.shape[::-1]
    hints = colouring.hints
    return hints if hints.size == size else hints.resize(size, Image.Resampling.NEAREST)


def _thumbnail(colouring, number: int, veiled: bool) -> Image.Image:
    picture = colouring.thumbnail(number - 1, THUMBNAIL)
    if veiled:
        alpha = Image.fromarray(colouring.alpha)
        picture.putalpha(alpha.resize(picture.size, Image.Resampling.BILINEAR))
    return picture


def _ink_alpha(line: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    product = alpha.astype(np.uint16) * (255 - line)
    return ((product + 127) // 255).astype(np.uint8)


def _colour_alpha(line: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    ink = _ink_alpha(line, alpha).astype(np.int32)
    rest = np.maximum(255 - ink, 1)
    below = (2 * 255 * (alpha - ink) + rest) // (2 * rest)
    return np.where(alpha == 255, 255, below).astype(np.uint8)
