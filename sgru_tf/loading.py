"""Finds and loads a model: the shipped one, a `.keras` file, a training run, a checkpoint."""

from importlib import resources
from pathlib import Path

from sgru_tf.errors import SgruError, one_line

SHIPPED, SHIPPED_TFLITE = "sgru-small.keras", "sgru-small.tflite"


def shipped_model() -> Path:
    """Give the path of the weights that come with the package."""
    return _shipped(SHIPPED)


def shipped_tflite() -> Path:
    """Give the path of the same weights as a TFLite file, which needs no TensorFlow."""
    return _shipped(SHIPPED_TFLITE)


def _shipped(name: str) -> Path:
    return Path(str(resources.files("sgru_tf") / "pretrained" / name))


def load_model(path=None):
    """Load a network for inference.

    Args:
        path: None for the shipped weights; else a `.keras` file, the folder of a training run
            (its `best.keras`, or `last.keras` before the first validation), or the prefix of a
            published TensorFlow 1 checkpoint.

    Returns:
        An uncompiled `keras.Model`; see `sgru_tf.model`.

    Raises:
        SgruError: there is no such file, or it is none of these.
    """
    path = shipped_model() if path is None else Path(path)
    if path.is_dir():
        return _load_run(path)
    if path.suffix == ".keras":
        return _load_keras(path)
    if path.suffix.lower() == ".tflite" and path.exists():
        raise SgruError(
            f"{path}: a TFLite file can colour (infer.py, Colorizer), not be trained or exported"
        )
    from sgru_tf.reference import is_published_checkpoint, load_published

    if is_published_checkpoint(path):
        return load_published(path)
    if path.exists():
        problem = "not a model; give a .keras or .tflite file, a run folder or a TF1 prefix"
    else:
        problem = "no such model"
    raise SgruError(f"{path}: {problem}")


def _load_run(folder: Path):
    for name in ("best.keras", "last.keras"):
        if (folder / name).is_file():
            return _load_keras(folder / name)
    raise SgruError(
        f"{folder}: holds neither best.keras nor last.keras; "
        "is it the folder of a training run that has saved something?"
    )


def _load_keras(path: Path):
    if not path.is_file():
        raise SgruError(f"{path}: no such model")
    import keras

    from sgru_tf.model import SwishGatedUNet

    try:
        model = keras.saving.load_model(path, compile=False)
    except Exception as error:
        # Keras raises anything from KeyError to zipfile's own for a damaged or foreign file.
        raise SgruError(f"{path}: cannot be loaded as a Keras model; {one_line(error)}") from error
    if not isinstance(model, SwishGatedUNet):
        raise SgruError(f"{path}: is a Keras model, but not one of sgru_tf")
    return model
