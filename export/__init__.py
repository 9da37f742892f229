"""Exporters: a SavedModel for TF Serving, TFLite files for phones and browsers, and their report.

Imported as `sgru_tf.export`; nothing in `sgru_tf` itself imports it. Needs the extras [tf] and
[export].
"""
