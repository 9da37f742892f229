"""`sgru_tf.linework` in JAX: line art of a colour picture, drawn on the GPU that trains.

One picture at a time, for `jax.vmap`: colours (H, W, 3) float32 RGB 0..255 in, a sketch (H, W, 1)
float32 out, 0 ink, 255 paper. Lines of one style differ from those of `sgru_tf.linework` by
rounding, until something random is in it.
"""

import jax
import jax.numpy as jnp

from sgru_tf.line_style import DRAWS, GREY_OFFSET, LUMA, SURROUND_LIMIT, LineStyle, style_of

# In pixels, for the widest Gaussians of `draw_style` at three standard deviations.
PEN, SURROUND, SOLID, SOFTEN = 3, 8, 5, 2


def draw_style(key) -> LineStyle:
    """Draw a style (`style_of`), its fields scalar float32."""
    return style_of(jax.random.uniform(key, (DRAWS,)), jnp.where, jnp.minimum, jnp.maximum)


def line_art(rgb, style: LineStyle, key):
    """Draw the lines of one picture in a style; see `sgru_tf.linework.line_art`."""
    image, keys = rgb / 255.0, jax.random.split(key, 4)
    sides = image.shape[:2]
    ink = _ink(image, style)
    ink = jnp.where(style.despeckle > 0.5, _median(ink), ink)
    flow = (smooth_noise(keys[0], sides, 9.0, 2) * 2.0 - 1.0) * style.wobble
    ink = jnp.where(style.wobble > 0.001, _warp(ink, flow), ink)
    ink = ink * (1.0 - style.pressure * smooth_noise(keys[1], sides, 14.0, 1))
    kept = _smoothstep(
        smooth_noise(keys[2], sides, 11.0, 1), style.dropout - 0.1, style.dropout + 0.1
    )
    ink = jnp.where(style.dropout > 0.001, ink * kept, ink)
    ink = jnp.where(style.fill > 0.001, jnp.maximum(ink, _solid(image, style)), ink)
    ink = jnp.where(style.soften > 0.1, _gaussian(ink, style.soften, SOFTEN), ink)
    art = style.paper * (1.0 - style.ink * ink)
    art = art + style.noise * jax.random.normal(keys[3], art.shape)
    return jnp.clip(art, 0.0, 255.0)


def random_line_art(rgb, key, drawn=1.0):
    """Draw the lines of one picture in a style of its own: what the training sees.

    drawn: (H, W, 1), 1 where lines are drawn and 0 where the paper is left bare.
    """
    style_key, line_key = jax.random.split(key)
    style = draw_style(style_key)
    art = line_art(rgb, style, line_key)
    return style.paper + (art - style.paper) * drawn


def smooth_noise(key, sides, cell: float, channels: int):
    """Draw smooth noise (H, W, channels) within 0..1, of features about `cell` pixels wide."""
    grid = [int(-(-side // cell)) + 1 for side in sides]
    noise = jax.random.uniform(key, (*grid, channels))
    return jnp.clip(jax.image.resize(noise, (*sides, channels), "cubic"), 0.0, 1.0)


def _ink(image, style):
    sigma = style.sigma
    inner = _gaussian(image, sigma, PEN)
    outer = _gaussian(image, jnp.minimum(sigma * style.k, SURROUND_LIMIT), SURROUND)
    dark, around = inner @ jnp.array(LUMA), outer @ jnp.array(LUMA)
    contrast = (around - dark) / (around + GREY_OFFSET)
    colour = jnp.max((outer - inner) / (outer + GREY_OFFSET), axis=-1)
    contrast = jnp.maximum(contrast, style.chroma * colour)[..., None]
    below = jax.nn.relu(style.epsilon - (1.0 - style.p * contrast))
    return jnp.tanh(style.phi * below)


def _solid(image, style):
    level = (_gaussian(image, 1.5, SOLID) @ jnp.array(LUMA))[..., None]
    # Where nothing is filled the value is not used, and may not be a division by zero.
    fill = jnp.maximum(style.fill, 1e-3)
    return 1.0 - _smoothstep(level, 0.9 * fill, 1.05 * fill)


def _smoothstep(value, low, high):
    t = jnp.clip((value - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def _gaussian(image, sigma, radius: int):
    """Blur, with the picture's mirror image beyond its border; sigma may be traced."""
    x = jnp.arange(-radius, radius + 1)
    kernel = jax.nn.softmax(-(x.astype("float32") ** 2) / (2.0 * jnp.maximum(sigma, 0.03) ** 2))
    # As the other one ends at three standard deviations.
    kernel = jnp.where(jnp.abs(x) <= jnp.ceil(3.0 * sigma), kernel, 0.0)
    kernel = kernel / kernel.sum()
    height, width = image.shape[:2]
    padded = jnp.pad(image, ((radius, radius), (0, 0), (0, 0)), mode="symmetric")
    image = sum(kernel[i] * padded[i : i + height] for i in range(2 * radius + 1))
    padded = jnp.pad(image, ((0, 0), (radius, radius), (0, 0)), mode="symmetric")
    return sum(kernel[i] * padded[:, i : i + width] for i in range(2 * radius + 1))


def _median(image):
    """Median of 3 x 3 pixels, by the exchange network of Paeth (Graphics Gems, 1990)."""
    height, width = image.shape[:2]
    padded = jnp.pad(image, ((1, 1), (1, 1), (0, 0)), mode="symmetric")
    v = [padded[y : y + height, x : x + width] for y in range(3) for x in range(3)]
    for a, b in (
        *((1, 2), (4, 5), (7, 8), (0, 1), (3, 4), (6, 7), (1, 2), (4, 5), (7, 8)),
        *((0, 3), (5, 8), (4, 7), (3, 6), (1, 4), (2, 5), (4, 7), (4, 2), (6, 4), (4, 2)),
    ):
        v[a], v[b] = jnp.minimum(v[a], v[b]), jnp.maximum(v[a], v[b])
    return v[4]


def _warp(image, flow):
    """Give ``image[y - flow[y, x, 0], x - flow[y, x, 1]]``, bilinear."""
    height, width = image.shape[:2]
    places = [
        jnp.clip(jnp.arange(height)[:, None] - flow[..., 0], 0, height - 1),
        jnp.clip(jnp.arange(width)[None, :] - flow[..., 1], 0, width - 1),
    ]
    return jax.scipy.ndimage.map_coordinates(image[..., 0], places, order=1)[..., None]
