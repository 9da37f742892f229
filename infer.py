"""Colour sketches.

python infer.py sketch.png                     nine colourings and a sheet in colored/
python infer.py sketches/                      a folder; results in sketches_colored/
python infer.py sketch.png --pick 2,5          these proposals only
python infer.py sketch.png --model runs/mine   a model of your own
python infer.py --help                         all options
"""

from sgru_tf.cli import infer

if __name__ == "__main__":
    infer(prog_name="infer.py")
