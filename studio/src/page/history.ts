// Undo and redo for anything that is replaced as a whole.

/** Keeps the states of something; `changed` is called after every change. */
export class History<T> {
  private past: T[] = [];
  private future: T[] = [];

  constructor(
    private state: T,
    private readonly changed: () => void,
  ) {}

  /** The present state. */
  get now(): T {
    return this.state;
  }

  /** There is a step to go back. */
  get canUndo(): boolean {
    return this.past.length > 0;
  }

  /** There is a step to go forward again. */
  get canRedo(): boolean {
    return this.future.length > 0;
  }

  /** Goes on to another state. */
  set(state: T): void {
    this.past.push(this.state);
    this.future = [];
    this.state = state;
    this.changed();
  }

  /** Begins anew with a state; nothing can be undone then. */
  reset(state: T): void {
    [this.past, this.future, this.state] = [[], [], state];
    this.changed();
  }

  /** Goes back by a step. */
  undo(): void {
    const before = this.past.pop();
    if (before === undefined) return;
    this.future.push(this.state);
    this.state = before;
    this.changed();
  }

  /** Goes forward again. */
  redo(): void {
    const after = this.future.pop();
    if (after === undefined) return;
    this.past.push(this.state);
    this.state = after;
    this.changed();
  }
}
