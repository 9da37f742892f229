"""Encoded pictures of every kind that a server may be sent."""

import io
import struct

import numpy as np
from PIL import Image, ImageDraw


def drawing(width=150, height=110, paper=255, ink=0):
    """A small drawing: lines, a grey ellipse, a solid rectangle; uint8 (H, W)."""
    picture = Image.new("L", (width, height), paper)
    pen = ImageDraw.Draw(picture)
    pen.line((5, 5, width * 0.7, height * 0.6), fill=ink, width=2)
    box = (width * 0.3, height * 0.2, width * 0.8, height * 0.9)
    pen.ellipse(box, outline=(ink + paper) // 3, width=3)
    pen.rectangle((width * 0.4, height * 0.4, width * 0.6, height * 0.7), fill=ink)
    return np.array(picture)


def encoded(picture, kind="PNG", **options):
    """Give the bytes of a PIL image or an array in a file format."""
    if isinstance(picture, np.ndarray):
        picture = Image.fromarray(picture)
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def opened(data):
    """Open encoded bytes with Pillow."""
    return Image.open(io.BytesIO(data))


def of_every_kind():
    """Give encoded pictures by what they are, all of one drawing."""
    grey = Image.fromarray(drawing(60, 50, paper=236))
    colour = Image.merge("RGB", [grey, grey.point(lambda v: v * 0.97), grey.point(lambda v: v - 9)])
    veil = Image.new("L", grey.size, 255)
    pen = ImageDraw.Draw(veil)
    pen.rectangle((0, 0, 20, 20), fill=0)
    pen.rectangle((30, 30, 40, 40), fill=128)
    layer = colour.copy()
    layer.putalpha(veil)
    palette = colour.quantize(16)
    turned = [colour.rotate(180)]
    paper = grey.getpixel((50, 3))
    deep = np.asarray(grey).astype(np.uint16) * np.uint16(256) + np.uint16(190)
    upright = bytearray(encoded(colour, "BMP"))
    upright[22:26] = struct.pack("<i", -grey.height)
    return {
        "PNG grey": encoded(grey),
        "PNG colour": encoded(colour),
        "PNG RGBA": encoded(layer),
        "PNG grey and alpha": encoded(layer.convert("LA")),
        "PNG palette": encoded(palette),
        "PNG palette of 4": encoded(colour.quantize(4), bits=2),
        "PNG palette, one transparent": encoded(palette, transparency=0),
        "PNG palette, all translucent": encoded(palette, transparency=bytes(range(0, 256, 16))),
        "PNG grey, one transparent": encoded(grey, transparency=paper),
        "PNG colour, one transparent": encoded(colour, transparency=colour.getpixel((50, 3))),
        "PNG 1 bit": encoded(grey.convert("1")),
        "PNG 16 bits": encoded(deep),
        "PNG 16 bits, one transparent": encoded(deep, transparency=int(deep[3, 50])),
        "JPEG grey": encoded(grey, "JPEG"),
        "JPEG colour": encoded(colour, "JPEG"),
        "JPEG progressive": encoded(colour, "JPEG", progressive=True, quality=60),
        "JPEG CMYK": encoded(colour.convert("CMYK"), "JPEG"),
        "WebP": encoded(colour, "WEBP"),
        "WebP lossless": encoded(colour, "WEBP", lossless=True),
        "WebP with alpha": encoded(layer, "WEBP"),
        "WebP lossless with alpha": encoded(layer, "WEBP", lossless=True, exact=True),
        "BMP": encoded(colour, "BMP"),
        "BMP of a few pixels": encoded(colour.crop((22, 18, 29, 23)), "BMP"),
        "BMP from the top": bytes(upright),
        "BMP grey": encoded(grey, "BMP"),
        "BMP palette": encoded(palette, "BMP"),
        "BMP 1 bit": encoded(grey.convert("1"), "BMP"),
        "BMP 32 bits": encoded(layer, "BMP"),
        "BMP 32 bits with alpha": bmp_with_alpha(layer),
        "GIF": encoded(palette, "GIF"),
        "GIF interlaced": encoded(palette, "GIF", interlace=1),
        "GIF transparent": encoded(layer, "GIF"),
        "GIF animated": encoded(colour, "GIF", save_all=True, append_images=turned),
        "GIF with a comment": encoded(layer, "GIF", comment=b"a comment " * 60),
    }


def bmp_with_alpha(layer):
    """Encode an RGBA image as a BMP that declares its alpha, which Pillow cannot write."""
    width, height = layer.size
    pixels = np.asarray(layer)[::-1, :, [2, 1, 0, 3]].tobytes()
    masks = struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    header = struct.pack("<IiiHHIIiiII", 108, width, height, 1, 32, 3, len(pixels), 0, 0, 0, 0)
    header = (header + masks).ljust(108, b"\0")
    start = 14 + len(header)
    return struct.pack("<2sIHHI", b"BM", start + len(pixels), 0, 0, start) + header + pixels


def animated_webp():
    """A WebP animation without alpha."""
    picture = Image.fromarray(drawing(60, 50)).convert("RGB")
    return encoded(picture, "WEBP", save_all=True, append_images=[picture.rotate(180)])


def useless(kinds, too_large):
    """Give what cannot be coloured, with a word of what the status must say.

    Args:
        kinds: from `of_every_kind`.
        too_large: pixels of a side of a square that is over the limit.
    """
    png, jpeg, gif = kinds["PNG colour"], kinds["JPEG colour"], kinds["GIF animated"]
    bmp, webp, still = kinds["BMP"], kinds["WebP lossless"], kinds["GIF"]
    over = struct.pack(">II", too_large, too_large)
    offset = bytearray(kinds["GIF"])
    at = offset.index(b"\x2c")
    offset[at + 1] = 3  # the picture begins to the right of the canvas' edge
    return {
        "empty": (b"", "no bytes"),
        "text": (b"hello there", "not a picture"),
        "zeros": (bytes(200), "not a picture"),
        "TIFF": (encoded(drawing(), "TIFF"), "not a picture"),
        "PNG signature only": (png[:8], "not a picture"),
        "PNG cut off": (png[: len(png) // 2], "PNG that cannot be decoded"),
        "PNG of no width": (png[:16] + bytes(4) + png[20:], "damaged header"),
        "PNG too large": (png[:16] + over + png[24:], "megapixels"),
        "PNG enormous": (png[:16] + b"\xff" * 8 + png[24:], "megapixels"),
        "JPEG cut off": (jpeg[: len(jpeg) - 40], "JPEG that cannot be decoded"),
        "JPEG without a header": (jpeg[:30], "damaged header"),
        "JPEG too large": (too_large_jpeg(jpeg, too_large), "megapixels"),
        "WebP cut off": (webp[: len(webp) // 2], "WebP that cannot be decoded"),
        "WebP animated": (animated_webp(), "animated"),
        "BMP cut off": (bmp[: len(bmp) // 2], "BMP that cannot be decoded"),
        "BMP of two bytes": (b"BM", "damaged header"),
        "BMP too large": (bmp[:18] + struct.pack("<ii", 9, -(2**31)) + bmp[26:], "megapixels"),
        "BMP of OS/2": (os2_bmp(), "BMP of a kind that is not read"),
        "BMP compressed": (bmp[:30] + b"\1" + bmp[31:], "BMP that cannot be decoded"),
        "BMP 16 bits": (bmp[:28] + b"\x10" + bmp[29:], "BMP that cannot be decoded"),
        "GIF cut off": (still[: len(still) // 2], "GIF that cannot be decoded"),
        "GIF without a picture": (gif[:13] + b";", "GIF that cannot be decoded"),
        "GIF that moves": (bytes(offset), "GIF that cannot be decoded"),
        "GIF too large": (gif[:6] + b"\xff" * 4 + gif[10:], "megapixels"),
    }


def os2_bmp():
    """A BMP with the header of the first OS/2, of 100 x 24 pixels."""
    pixels = bytes(range(256)) * 29
    header = struct.pack("<IHHHH", 12, 100, 24, 1, 24)
    return struct.pack("<2sIHHI", b"BM", 26 + 7200, 0, 0, 26) + header + pixels[:7200]


def gif_in_blocks(count, extensions=b""):
    """A GIF of 40 x 30 noisy pixels whose blocks have `count` bytes, after the extensions."""
    noise = np.random.default_rng(9).integers(0, 256, (30, 40)).astype(np.uint8)
    gif = encoded(noise, "GIF")
    start = 13 + 768
    assert gif[10] == 0x87 and gif[start] == ord(","), "no palette of 256, or not the picture next"
    at, pixels = start + 11, b""
    while gif[at]:
        pixels += gif[at + 1 : at + 1 + gif[at]]
        at += gif[at] + 1
    parts = [pixels[i : i + count] for i in range(0, len(pixels), count)]
    blocks = b"".join(bytes([len(part)]) + part for part in parts)
    return gif[:start] + extensions + gif[start : start + 11] + blocks + b"\0;"


def too_large_jpeg(jpeg, side):
    """Change the size that a baseline JPEG declares."""
    at = jpeg.index(b"\xff\xc0") + 5
    return jpeg[:at] + struct.pack(">HH", side, side) + jpeg[at + 4 :]
