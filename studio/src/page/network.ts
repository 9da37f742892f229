// The network as the page knows it: being loaded, ready, or missing and why.

import { Client } from '../client';
import { failureOf, StudioError } from '../errors';
import type { Opened } from '../protocol';
import { alarm, background, calm, status, told } from './notices';

/** How often a lost worker is replaced without being asked. */
const MOST_LOSSES = 3;

/** Loads the network into a worker, and into another one when that was lost. */
export class Network {
  readonly client = new Client(() => this.lost());
  private state: 'loading' | 'ready' | StudioError = 'loading';
  private attempt = 0;
  private losses = 0;

  /**
   * @param opened Called when the network is ready.
   * @param emptied Called after another worker was begun, which knows no sketch yet: because it was asked for, or
   *   because the one before was lost.
   */
  constructor(
    private readonly opened: (network: Opened) => void,
    private readonly emptied: (asked: boolean) => void,
  ) {}

  /** Loads it, and says how far that is and whether it failed. */
  async open(): Promise<void> {
    calm(true);
    const attempt = ++this.attempt;
    this.state = 'loading';
    const asked = new URLSearchParams(location.search);
    const given = { base: document.baseURI, threads: asked.get('threads') !== '0', webgpu: asked.get('webgpu') === '1' };
    const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
    const progress = (loaded: number, total: number) => {
      if (loaded < total) background('loading', { loaded: megabytes(loaded), total: megabytes(total) }, loaded / total);
      else background('preparing', {}, null);
    };
    background('preparing', {}, null);
    try {
      const network = await this.client.call('open', given, progress);
      this.state = 'ready';
      document.body.dataset.engine = network.engine;
      document.body.dataset.loadTime = network.time.toFixed(0);
      background(null);
      status('ready');
      this.opened(network);
    } catch (error) {
      if (attempt === this.attempt) this.fail(failureOf(error, 'noRuntime'));
    }
  }

  /** Whether a sketch can be coloured now. Says why it never can, to whoever has not heard or has dismissed it. */
  ready(): boolean {
    if (this.state instanceof StudioError && !told()) alarm(this.state, () => this.anew(true), true);
    return this.state === 'ready';
  }

  private fail(failure: StudioError): void {
    this.attempt++;
    this.state = failure;
    background(null);
    status(null);
    calm(true);
    this.ready();
  }

  private lost(): void {
    if (this.losses++ < MOST_LOSSES) {
      this.anew(false);
      alarm('lost');
    } else {
      calm();
      this.fail(new StudioError('lostAgain'));
    }
  }

  private anew(asked: boolean): void {
    this.client.stop();
    void this.open();
    this.emptied(asked);
  }
}
