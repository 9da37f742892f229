// A model file as those are that were not trained in schemes.

/** A copy of a TFLite file whose schemes go by a name of the same length that nothing looks for. */
export function withoutSchemes(file) {
  const copy = Buffer.from(file);
  const at = copy.indexOf('"schemes"');
  if (at >= 0) copy.write('"nothing"', at);
  return copy;
}
