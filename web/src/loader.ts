import mpegts from 'mpegts.js';
import type { MediaConnection } from './connection.ts';
import { ConnectionError, type ConnectionFailure } from './failures.ts';
import type { FlvStream } from './flv-stream.ts';

/**
 * Feeds the demuxer from a connection that is already open. Our own loader, because the library's leaves a request that
 * is cancelled between two pieces open until the next piece arrives, and cannot say which HTTP status it met.
 */
export function startLoader(
  connection: MediaConnection,
  first: Uint8Array,
  stream: FlvStream,
  onBytes: (count: number) => void,
  onEnd: (outcome: ConnectionFailure) => void,
): mpegts.CustomLoaderConstructor {
  class ConnectionLoader extends mpegts.BaseLoader {
    #open = true;

    constructor() {
      super('quickwater');
    }

    override open(): void {
      this._status = mpegts.LoaderStatus.kBuffering;
      void this.#pump();
    }

    override abort(): void {
      this.#open = false;
      this._status = mpegts.LoaderStatus.kComplete;
      connection.close();
    }

    async #pump(): Promise<void> {
      let delivered = 0;
      try {
        for (let piece: Uint8Array | null = first; piece !== null && this.#open; piece = await connection.read()) {
          onBytes(piece.length);
          const whole = stream.push(piece, performance.now());
          if (whole !== null) {
            delivered += whole.length;
            this.onDataArrival(whole.buffer, delivered - whole.length, delivered);
          }
          if (stream.end !== null) return this.#finish(delivered, { kind: stream.end });
        }
        this.#finish(delivered, { kind: 'ended' });
      } catch (error) {
        this.#finish(delivered, error instanceof ConnectionError ? error.failure : { kind: 'lost' });
      }
    }

    /** For the demuxer both ends are alike: play out what is there. The outcome tells the difference. */
    #finish(delivered: number, outcome: ConnectionFailure): void {
      if (!this.#open) return;
      this.#open = false;
      this._status = mpegts.LoaderStatus.kComplete;
      onEnd(outcome);
      this.onComplete(0, delivered - 1);
    }
  }
  return ConnectionLoader;
}
