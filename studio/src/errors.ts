// What can go wrong, by name: the page says it in the reader's language.

/** Names of the sentences in `page/texts.ts` that tell of a failure. */
export type Failure =
  | 'notPicture'
  | 'emptyFile'
  | 'tooLarge'
  | 'transparent'
  | 'damaged'
  | 'noMemory'
  | 'noRuntime'
  | 'noModel'
  | 'badModel'
  | 'networkFailed'
  | 'oldBrowser'
  | 'lost'
  | 'lostAgain';

/** A failure that the artist is told about. `values` are put into its sentence. */
export class StudioError extends Error {
  constructor(
    readonly failure: Failure,
    readonly values: Record<string, string | number> = {},
  ) {
    super(failure);
  }
}

/** Gives what was thrown as a StudioError: `otherwise`, unless memory was refused. */
export function failureOf(thrown: unknown, otherwise: Failure): StudioError {
  if (thrown instanceof StudioError) return thrown;
  const text = String(thrown);
  const memory = thrown instanceof RangeError || /out of memory|allocation failed|could not allocate|\boom\b/i.test(text);
  console.warn(thrown);
  return new StudioError(memory ? 'noMemory' : otherwise);
}
