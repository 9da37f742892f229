"""How often, how large and how turned figures are drawn, wherever they are learnt from."""

ZOOMS = {  # the long side, as a part of the square's
    "figure": (0.5, 1.6),
    "head": (0.45, 1.15),
    "doll": (0.55, 2.3),
    "seeded": (0.5, 1.6),
    "face": (0.3, 1.25),
    "sown": (0.3, 1.25),
}
TURN, STRETCH = 10.0, 1.12  # degrees at most; width by height, or height by width, at most
FLYING, FALL = 0.25, 60.0  # of figures that show all of them are turned so many degrees at most
BENT = 0.7  # of figures are bent (`warps.py`)
AS_DRAWN = 0.6  # of the sketches are of the picture as drawn, the others of one of the nine
STANDING = 0.7  # of figures that are cut off below have no paper there
HOLLOW = 0.35  # of the sketches have empty eyes, as many have that are drawn by hand
WHITE = 250  # grey level from which all that a truth shows is paper
