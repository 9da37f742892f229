"""Make the sample sketches from the sprites of "The Question", as LICENSES.md tells.

python examples/make_sketches.py IMAGES     the folder with "sylvie blue normal.png" and others
"""

import sys
import tempfile
from pathlib import Path

from PIL import Image

from sgru_tf.cli_prepare import prepare

# Sprites are enlarged before they are drawn, which gives finer lines than enlarging the lines.
SKETCHES = {
    # name: (sprite, box cut out of it: left, top, right, bottom; enlargement; alpha is kept)
    "scarf": ("sylvie blue normal", (0, 0, 334, 470), 1.7, False),
    "notebook": ("sylvie green smile", (36, 0, 396, 440), 1.8, False),
    "surprised": ("sylvie green surprised", (0, 0, 456, 700), 1.25, True),
}


def cut(images: Path, sprite: str, box, scale: float) -> Image.Image:
    """Cut a part out of a sprite and enlarge it; RGBA."""
    with Image.open(images / f"{sprite}.png") as picture:
        part = picture.convert("RGBA").crop(box)
    size = (round(part.width * scale), round(part.height * scale))
    return part.resize(size, Image.Resampling.LANCZOS)


def main(images: Path, out: Path) -> None:
    """Write the three sketches."""
    with tempfile.TemporaryDirectory() as folder:
        parts, lines = Path(folder, "parts"), Path(folder, "lines")
        parts.mkdir()
        for name, (sprite, box, scale, _) in SKETCHES.items():
            cut(images, sprite, box, scale).save(parts / f"{name}.png")
        prepare([str(parts), "--out", str(lines)], standalone_mode=False)
        for name, (*_, keeps_alpha) in SKETCHES.items():
            with Image.open(lines / f"{name}.png") as sketch:
                # 33 greys look the same and take a third less space.
                sketch = sketch.point(lambda value: min(255, (value + 4) // 8 * 8))
                if keeps_alpha:
                    with Image.open(parts / f"{name}.png") as part:
                        sketch.putalpha(part.getchannel("A"))
                sketch.save(out / f"{name}.png", optimize=True)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(__file__).parent)
