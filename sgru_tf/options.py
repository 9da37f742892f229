"""Options that several commands share."""

from pathlib import Path

import click

from sgru_tf.errors import SgruError

lines_option = click.option(
    "--lines",
    type=click.Choice(["sharp", "network"]),
    default="sharp",
    show_default=True,
    help="The sketch's own lines at full size, or the picture as the network drew it, resized.",
)
"""`--lines`, as `Colorizer` takes it."""

surfaces_option = click.option(
    "--surfaces",
    type=click.Choice(["whole", "network"]),
    default="whole",
    show_default=True,
    help="Settle what the network was unsure of, a sleeve that is half skin: surfaces then have "
    "one colour each; or leave the colours as it painted them.",
)
"""`--surfaces`, as `Colorizer` takes it."""

looks_option = click.option(
    "--looks",
    type=click.IntRange(1, 2),
    default=2,
    show_default=True,
    help="How often the network looks at a sketch before surfaces are settled: a second time, "
    "larger, or once, which is a third of the network's work.",
)
"""`--looks`, as `Colorizer` takes it."""

level_option = click.option(
    "--level/--no-level",
    default=True,
    show_default=True,
    help="Make tinted or photographed paper white first.",
)
"""`--level`, as `Colorizer` takes it."""


class _Dab(click.ParamType):
    """A hint, as in 120,80,#ffcc88."""

    name = "X,Y,#RRGGBB"

    def convert(self, value, param, ctx):
        # Imported late: most commands that share these options know no hints.
        from sgru_tf.hints import Hint, parse_hint

        try:
            return value if isinstance(value, Hint) else parse_hint(value)
        except SgruError as error:
            self.fail(str(error), param, ctx)


hint_option = click.option(
    "--hint",
    "dabs",
    type=_Dab(),
    multiple=True,
    help="A dab of colour at a pixel of the sketch, as in 120,80,#ffcc88. Repeatable.",
)
"""`--hint`, a tuple of `sgru_tf.hints.Hint`s."""

hint_file_option = click.option(
    "--hints",
    "hint_file",
    type=click.Path(path_type=Path),
    help="A transparent picture of the sketch's size with dabs of the colours that you want there. "
    "infer.py takes NAME_hints.png beside NAME.png by itself.",
)
"""`--hints`, the path of a hint picture."""
