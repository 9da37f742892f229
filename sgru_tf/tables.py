"""Tables in Markdown, aligned so that they can be read as text too."""

from __future__ import annotations


def markdown_table(titles: list[str], rows: list[list[str]]) -> str:
    """Lay out a table; all columns but the first are set to the right."""
    widths = [max(3, *map(len, column)) for column in zip(titles, *rows, strict=True)]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    lines = []
    for cells in (titles, rule, *rows):
        rest = [cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)]
        lines.append(f"| {' | '.join([cells[0].ljust(widths[0]), *rest])} |")
    return "\n".join(lines)


def plain(text: str) -> str:
    """Give text, as in the name of a file, without what would break a table's row."""
    return " ".join(text.split()).replace("|", "/").replace("`", "'")
