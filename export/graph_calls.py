"""How parts of a serving graph are called: once traced for all signatures, and one by one."""

from __future__ import annotations

import tensorflow as tf


def traced_once(function, *specs):
    """Make a part that all signatures call: one copy in the graph, however many there are.

    The result is no `tf.function`, which a module would track, and store for Python besides.
    """
    traced = tf.function(function, specs, autograph=False)
    return lambda *given: traced(*given)


def one_by_one(function, elements, signature):
    """Apply a function to the elements, never to two of them at once: that would double memory."""
    return tf.map_fn(function, elements, parallel_iterations=1, fn_output_signature=signature)
