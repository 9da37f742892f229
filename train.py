"""Train a colouriser on your own art.

python train.py ART RUN --preset small      a folder of pictures in, a folder with the model out
python train.py ART RUN                     the same command goes on where it was stopped
python infer.py sketch.png --model RUN      colour with what it has learnt so far
python train.py --help                      all options
"""

from sgru_tf.cli import train

if __name__ == "__main__":
    train(prog_name="train.py")
