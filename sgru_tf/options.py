"""Options that several commands share."""

import click

lines_option = click.option(
    "--lines",
    type=click.Choice(["sharp", "network"]),
    default="sharp",
    show_default=True,
    help="The sketch's own lines at full size, or the picture as the network drew it, resized.",
)
"""`--lines`, as `Colorizer` takes it."""

level_option = click.option(
    "--level/--no-level",
    default=True,
    show_default=True,
    help="Make tinted or photographed paper white first.",
)
"""`--level`, as `Colorizer` takes it."""
