"""Bend pictures a little, so that few squares show a figure in the same pose.

Artists' pictures are few, and a network that sees each many times learns them by heart. Bent by
slow waves an arm is longer or more bowed, a skirt wider, a head narrower: what the surfaces are
stays, and lines are drawn of the bent picture. ("Elastic distortions": Simard, Steinkraus and
Platt, "Best practices for convolutional neural networks applied to visual document analysis",
2003.)
"""

from itertools import product

import numpy as np
from PIL import Image

NODES = 4  # of the waves, along each side
CELLS = 8  # of the mesh, along each side
REACH = 0.06  # of a side that something moves, at most


def bend(rng, reach: float = REACH):
    """Draw waves, and give what bends pictures by them; all sizes alike.

    Nothing crosses the edges: what is cut off by one still is.

    Args:
        rng: numpy Generator.
        reach: What part of a side something moves, at most.
    """
    waves = rng.uniform(-1, 1, (2, NODES, NODES))
    fine = CELLS + 1, CELLS + 1
    waves = [
        Image.fromarray(wave.astype("f4")).resize(fine, Image.Resampling.BICUBIC) for wave in waves
    ]
    moves = np.stack(waves, -1).clip(-1, 1) * reach  # to the right, and down
    moves[:, [0, -1], 0] = 0
    moves[[0, -1], :, 1] = 0
    steps = np.linspace(0, 1, CELLS + 1)

    def bent(picture: Image.Image) -> Image.Image:
        size = np.array(picture.size)
        across, down = np.rint(steps[:, None] * size).astype(int).T.tolist()
        corners = np.stack(np.meshgrid(across, down), -1)
        sources = corners + moves * size
        mesh = []
        for row, column in product(range(CELLS), repeat=2):
            box = (*corners[row, column].tolist(), *corners[row + 1, column + 1].tolist())
            around = (row, column), (row + 1, column), (row + 1, column + 1), (row, column + 1)
            if box[2] > box[0] and box[3] > box[1]:
                mesh.append((box, [one for place in around for one in sources[place].tolist()]))
        way, kernel = Image.Transform.MESH, Image.Resampling.BICUBIC
        return picture.transform(picture.size, way, mesh, kernel, fillcolor="white")

    return bent
