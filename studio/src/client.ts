// The page's side of the worker: calls that give promises.

import { StudioError, type Failure } from './errors';
import type { CallName, Calls, Reply } from './protocol';

interface Waiting {
  resolve: (result: never) => void;
  reject: (error: StudioError) => void;
  progress?: (done: number, all: number) => void;
}

/** Calls the worker; starts another one if it dies, as browsers end those that want too much memory. */
export class Client {
  private worker: Worker | null = null;
  private waiting = new Map<number, Waiting>();
  private next = 1;

  /** @param died Called after the worker was lost; what it held is gone. */
  constructor(private readonly died: () => void) {}

  /** Asks for something. Throws StudioError. */
  call<N extends CallName>(
    call: N,
    given: Calls[N][0],
    progress?: (done: number, all: number) => void,
  ): Promise<Calls[N][1]> {
    const id = this.next++;
    this.worker ??= this.started();
    this.worker.postMessage({ id, call, given });
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject, progress }));
  }

  /** Ends the worker; the next call starts another one, and those that wait fail. */
  stop(failure: Failure = 'lost'): void {
    this.worker?.terminate();
    this.worker = null;
    for (const { reject } of this.waiting.values()) reject(new StudioError(failure));
    this.waiting.clear();
  }

  private started(): Worker {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { name: 'studio' });
    worker.onmessage = (event: MessageEvent<Reply>) => this.receive(event.data);
    worker.onerror = (event) => {
      console.warn(event.message ?? 'the worker could not be loaded');
      if (worker !== this.worker) return; // of one that is gone already
      // What goes wrong within a worker has a message; a script that cannot be fetched has none.
      if (!(event instanceof ErrorEvent)) return this.stop('noRuntime');
      this.stop();
      this.died();
    };
    return worker;
  }

  private receive(reply: Reply): void {
    const waiting = this.waiting.get(reply.id);
    if (!waiting) return;
    if ('progress' in reply) {
      waiting.progress?.(...reply.progress);
      return;
    }
    this.waiting.delete(reply.id);
    if ('failure' in reply) waiting.reject(new StudioError(reply.failure, reply.values));
    else waiting.resolve(reply.result as never);
  }
}
