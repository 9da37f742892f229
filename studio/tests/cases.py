"""Cases for the arithmetic that studio/ ports to TypeScript, made with numpy and Pillow."""

import base64
import io

import numpy as np
from PIL import Image

from sgru_tf.colouring import Colouring
from sgru_tf.hints import Hint, hint_picture, working_hints
from sgru_tf.images import Sketch, pad_to_multiple, working_shape
from sgru_tf.levelling import level_paper
from sgru_tf.linelayer import colour_layer
from sgru_tf.litert import LiteRTNetwork
from sgru_tf.looks import larger_size, mean_of_looks
from sgru_tf.ordering import natural_order
from sgru_tf.patches import with_hints
from sgru_tf.potts import potts
from sgru_tf.surfaces import scheme_colours, settle, with_paper

SCHEMES = (
    ("#f7e0cb", "#d04030", "#4050a0", "#c09030"),
    ("#f7decd", "#40a060", "#c08040", "#4080c0"),
    ("#fadec8", "#8060c0", "#e0c050", "#409070"),
)

# Of pictures of surfaces: height, width, and noise; those with noise have hints.
_SHAPES = (97, 300, 0), (200, 61, 0), (64, 64, 9), (97, 300, 1), (33, 2, 0), (50, 60, 40)

FILTERS = {"box": Image.Resampling.BOX, "bilinear": Image.Resampling.BILINEAR}


def cases(model) -> dict:
    """What `studio/tests/arithmetic.test.js` reads; `model` is the path of a TFLite file."""
    rng = np.random.default_rng(7)
    return {
        "resize": [*_resizings(rng)],
        "level": [*_levellings(rng)],
        "paint": [_painting(rng, 150, 330), _painting(rng, 333, 70)],
        "labels": [_labels(rng, *shape) for shape in ((61, 130), (48, 49), (1, 1), (400, 3))],
        "surfaces": [*_surfaces(rng)],
        "looks": [_looks(rng, (61, 97), (85, 136)), _looks(rng, (320, 7), (448, 10))],
        "order": [_ordering(rng, count) for count in (1, 2, 9, 9)],
        "hints": [*_hints(rng)],
        "headers": [*_headers(rng)],
        "model": _model(model),
    }


def sketch(rng, width: int, height: int) -> np.ndarray:
    """A few black lines on white, blurred a little: uint8 (height, width)."""
    y, x = np.mgrid[:height, :width]
    page = np.full((height, width), 255.0)
    for _ in range(7):
        a, b = rng.normal(size=2)
        away = np.abs(a * (x - width * rng.random()) + b * (y - height * rng.random()))
        page = np.minimum(page, 120 * away / np.hypot(a, b))
    return np.clip(page, 0, 255).astype(np.uint8)


def _text(array) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def _resizings(rng):
    for filter_, source, target, channels in (
        ("bilinear", (61, 37), (20, 30), 1),
        ("bilinear", (20, 30), (61, 97), 3),
        ("bilinear", (50, 40), (50, 13), 3),
        ("bilinear", (1, 9), (7, 1), 1),
        ("bilinear", (20, 60), (61, 31), 3),
        ("bilinear", (30, 90), (20, 31), 3),
        ("box", (61, 37), (20, 30), 1),
        ("box", (30, 40), (45, 40), 3),
    ):
        shape = (*source[::-1], channels) if channels > 1 else source[::-1]
        picture = rng.integers(0, 256, shape).astype(np.uint8)
        wanted = Image.fromarray(picture).resize(target, FILTERS[filter_])
        case = {"from": source, "to": target, "channels": channels, "filter": filter_}
        yield {**case, "source": _text(picture), "wanted": _text(np.asarray(wanted))}
        box = (source[1] * 0.3, source[1] * 0.8)
        whole = (0, box[0], source[0], box[1])
        part = Image.fromarray(picture).resize(target, FILTERS[filter_], whole)
        yield {**case, "box": box, "source": _text(picture), "wanted": _text(np.asarray(part))}


def _levellings(rng):
    for width, height, light in ((300, 420, 0), (700, 500, 90), (90, 60, 20), (64, 900, 200)):
        y, x = np.mgrid[:height, :width]
        paper = 0.93 - light / 255 * (x / width) * (y / height) * 0.6
        grain = rng.normal(0, 2 if light else 0, (height, width))
        grey = np.clip(sketch(rng, width, height) * paper + grain, 0, 255).astype(np.uint8)
        levelled = level_paper(grey.copy())
        yield {"size": (width, height), "source": _text(grey), "wanted": _text(levelled)}


def _painting(rng, width: int, height: int) -> dict:
    line = sketch(rng, width, height)
    small = working_shape(width, height, 128)
    grey = np.asarray(Image.fromarray(line).resize(small, FILTERS["bilinear"]))
    padded = pad_to_multiple(grey).shape
    answer = rng.integers(0, 256, (2, *padded, 3)).astype(np.uint8)
    answer[1] = 200
    pictures = answer[:, : small[1], : small[0]]
    flats = [np.rint(colour_layer(one, grey)).astype(np.uint8) for one in pictures]
    return {
        "size": (width, height),
        "small": small,
        "padded": padded[::-1],
        "answer": _text(answer),
        "grey": _text(grey),
        "line": _text(line),
        "flats": [_text(flat) for flat in flats],
        "painted": _text(Colouring(Sketch(line), flats).array(0)),
    }


def _labels(rng, height: int, width: int) -> dict:
    costs = rng.uniform(size=(4, height, width)).astype(np.float32)
    openness = (rng.uniform(size=(height, width)) ** 3).astype(np.float32)
    wanted = potts(costs, openness, 1.0, 0.1)
    costs, wanted = (_text(one.transpose(1, 2, 0)) for one in (costs, wanted))
    return {"size": (width, height), "costs": costs, "openness": _text(openness), "wanted": wanted}


def _surfaces(rng):
    for height, width, noise in _SHAPES:
        grey, pictures = _fields(rng, height, width)
        pictures = np.clip(pictures + rng.normal(0, noise, pictures.shape), 0, 255).astype("f4")
        settled = settle(pictures, grey, scheme_colours(SCHEMES))
        hints = _dabs(rng, height, width, noise)
        asked = with_hints(settled, grey, hints)
        yield {
            "hints": _text(hints),
            "size": (width, height),
            "grey": _text(grey),
            "schemes": SCHEMES,
            "pictures": [_text(one) for one in pictures],
            "wanted": [_text(one.astype(np.float32)) for one in settled.pictures],
            "asked": [_text(one.astype(np.float32)) for one in asked],
            "part": settled.part,
            "moved": [
                float(np.abs(one).max())
                for one in (settled.pictures - pictures, asked - settled.pictures)
            ],
        }


def _looks(rng, size, larger) -> dict:
    layers, others = (
        rng.uniform(0, 255, (2, *one[::-1], 3)).astype("f4") for one in (size, larger)
    )
    wanted = mean_of_looks(layers, others, 0.6)
    texts = [[_text(one) for one in array.astype("f4")] for array in (layers, others, wanted)]
    parts = dict(zip(("layers", "larger", "wanted"), texts, strict=True))
    return {"size": size, "from": larger, "sizes": [[n, larger_size(n)] for n in size], **parts}


def _dabs(rng, height: int, width: int, noise: int):
    """Dabs at random places, over a line and on an iris; of noise 9 also one of many paints."""
    hints = np.zeros((height, width, 4), np.float32)
    places = rng.uniform(size=(8, 2)).tolist() if noise % 2 else []
    for row, column in [*places, (0.56, 0.41), (1 / 3, 0.6)]:
        row, column = int(row * height), int(column * width)
        hints[row : row + 7, column : column + 7] = (*rng.integers(0, 256, 3), 1)
    if noise == 9:
        hints[-4:, :20, :3] = rng.integers(0, 256, (4, 20, 3))
        hints[-4:, :20, 3] = 1
    return hints


def _fields(rng, height: int, width: int):
    """Fields between lines, each a mixture; grey spots, small and large, and one turns green."""
    grey = np.full((height, width), 255, np.uint8)
    fields = rng.dirichlet(np.full(4, 0.4), (3, 4))
    fields[0] = fields[:, 0] = (1, 0, 0, 0)
    rows, columns = np.arange(height) * 3 // height, np.arange(width) * 4 // width
    grey[np.flatnonzero(np.diff(rows)), :] = 30
    grey[: height // 2, np.flatnonzero(np.diff(columns))] = 235
    shares = fields[rows][:, columns] + rng.uniform(0, 0.1, (height, width, 1))
    colours = with_paper(scheme_colours(SCHEMES))
    pictures = np.einsum("nmc,hwm->nhwc", colours, shares / shares.sum(-1, keepdims=True))
    for row, column, side in ((0.5, 0.5, 1), (0.55, 0.4, 9), (0.4, 0.3, 7), (0.8, 0.4, 9)):
        row, column = int(row * height), int(column * width)
        pictures[:, row : row + side, column : column + side] = 120
    green = np.linspace(0, 1, width - width * 3 // 4)[:, None]
    field = pictures[:, height * 3 // 4 :, width * 3 // 4 :]
    field += green * ((0, 200, 60) - field)
    return grey, pictures


def _ordering(rng, count: int) -> dict:
    width, height = 150, 200
    line = sketch(rng, width, height)[..., None] / 255
    coarse = rng.integers(0, 256, (count, 5, 4, 3)).astype(np.uint8)
    large = [Image.fromarray(one).resize((width, height), FILTERS["bilinear"]) for one in coarse]
    pictures = [(np.asarray(one) * line).astype(np.uint8) for one in large]
    if count > 3:  # a near-duplicate, and white paper
        pictures[3] = np.clip(pictures[0].astype(int) + 2, 0, 255).astype(np.uint8)
        for one in pictures[1:7]:
            one[:, : width // 3] = 254
    wanted = natural_order(pictures)
    return {"size": (width, height), "pictures": [_text(one) for one in pictures], "wanted": wanted}


def _hints(rng):
    for size, out in (((700, 500), (256, 183)), ((100, 60), (256, 154)), ((257, 900), (73, 256))):
        dabs = []
        for _ in range(9):
            x, y = (int(rng.integers(0, side)) for side in size)
            dabs.append(Hint(x, y, tuple(int(v) for v in rng.integers(0, 256, 3))))
        dabs.append(Hint(dabs[0].x + 1 if dabs[0].x + 1 < size[0] else 0, dabs[0].y, (1, 2, 3)))
        wanted = working_hints(hint_picture(dabs, *size), *out)
        given = [{"x": d.x, "y": d.y, "colour": "#" + bytes(d.colour).hex()} for d in dabs]
        yield {"size": size, "out": out, "dabs": given, "wanted": _text(wanted)}


def _headers(rng):
    picture = Image.fromarray(rng.integers(0, 256, (45, 67, 3)).astype(np.uint8))
    for kind, options in (
        ("PNG", {}),
        ("GIF", {}),
        ("BMP", {}),
        ("JPEG", {"quality": 80, "comment": b"x" * 3000}),
        ("JPEG", {"progressive": True}),
        ("WebP", {"lossless": True}),
        ("WebP", {"quality": 70}),
        ("WebP", {"quality": 70, "xmp": b"x"}),
    ):
        stream = io.BytesIO()
        picture.save(stream, format=kind, **options)
        file = base64.b64encode(stream.getvalue()).decode()
        yield {"kind": kind, "size": picture.size, "file": file}


def _model(path) -> dict:
    network = LiteRTNetwork(path)
    sides = network.metadata["width"], network.metadata["height"]
    wanted = [network.proposals, *sides, network.hints, network.schemes]
    return {"path": str(path), "wanted": wanted}
