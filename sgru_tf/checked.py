"""Settings that check themselves: types, limits and choices, and JSON in and out.

Nothing here imports TensorFlow or Keras.
"""

import dataclasses
import typing

from sgru_tf.errors import SgruError


class Config:
    """What the settings classes share: checking, and JSON in and out."""

    def __post_init__(self):
        """Check every field.

        Raises:
            SgruError: a field has the wrong type, or a value outside its limits.
        """
        hints = typing.get_type_hints(type(self))
        for field in dataclasses.fields(self):
            value = _coerce(getattr(self, field.name), hints[field.name])
            if value is _WRONG:
                self._refuse(field.name, f"must be of type {_type_name(hints[field.name])}")
            object.__setattr__(self, field.name, value)
            low, high = field.metadata.get("limits", (None, None))
            numbers = value if isinstance(value, tuple) else (value,)
            if low is not None and not all(low <= number <= high for number in numbers):
                self._refuse(field.name, f"must lie between {low} and {high}")
            choices = field.metadata.get("choices")
            if choices and value not in choices:
                self._refuse(field.name, f"must be one of {', '.join(choices)}")

    def to_dict(self) -> dict:
        """Give the settings as a dictionary that JSON can hold."""
        return {key: _as_json(value) for key, value in dataclasses.asdict(self).items()}

    @classmethod
    def from_dict(cls, values: dict):
        """Make the settings from what `to_dict` gave.

        Raises:
            SgruError: an unknown field, a wrong type, or a value outside its limits.
        """
        if not isinstance(values, dict):
            raise SgruError(f"{cls.__name__}: expected a table of settings, got {values!r}")
        unknown = sorted(set(values) - {field.name for field in dataclasses.fields(cls)})
        if unknown:
            raise SgruError(
                f"{cls.__name__}: unknown setting {', '.join(unknown)}; "
                "it may come from another version of sgru_tf"
            )
        return cls(**values)

    def _refuse(self, name: str, problem: str):
        raise SgruError(f"{type(self).__name__}.{name} {problem}, not {getattr(self, name)!r}")


_WRONG = object()


def _as_json(value):
    return [_as_json(item) for item in value] if isinstance(value, tuple) else value


def _type_name(kind) -> str:
    return kind.__name__ if isinstance(kind, type) else str(kind)


def _coerce(value, kind):
    """Bring JSON's lists and whole numbers to the declared type, or give `_WRONG`."""
    if typing.get_origin(kind) is tuple:
        inner = typing.get_args(kind)
        if not isinstance(value, (list, tuple)):
            return _WRONG
        if inner[-1] is Ellipsis:
            inner = inner[:1] * len(value)
        if len(value) != len(inner):
            return _WRONG
        items = tuple(_coerce(*pair) for pair in zip(value, inner, strict=True))
        return _WRONG if _WRONG in items else items
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if kind is int and isinstance(value, bool):
        return _WRONG
    return value if isinstance(value, kind) else _WRONG


def setting(default, *, low=None, high=None, choices=None):
    """Declare a field with its limits, which hold for each number of a tuple, or its choices."""
    metadata = {"limits": (low, high)} if low is not None else {}
    if choices:
        metadata["choices"] = choices
    return dataclasses.field(default=default, metadata=metadata)
