"""Whether a model can be exported at all, whatever the exporter."""

from sgru_tf.errors import SgruError


def check_model(model) -> None:
    """Refuse what is no network of this project, and Keras on another backend than TensorFlow.

    Raises:
        SgruError: the model cannot be exported.
    """
    if not hasattr(model, "sgru_config"):
        raise SgruError(
            f"cannot export a {type(model).__name__}: give a model from sgru_tf.load_model"
        )
    import keras

    if keras.backend.backend() != "tensorflow":
        raise SgruError("the export needs Keras on TensorFlow: set KERAS_BACKEND=tensorflow")
