"""The sample sketches, installed as `sgru_tf.samples`, and examples of use."""
