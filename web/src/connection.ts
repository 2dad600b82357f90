import { ConnectionError } from './failures.ts';
import type { Transport } from './urls.ts';

/** An open stream of media bytes. */
export interface MediaConnection {
  /** The next piece, or null when the server ended the stream in order. Throws ConnectionError when it broke. */
  read(): Promise<Uint8Array | null>;
  /** Ends the connection now; a read under way may never finish. */
  close(): void;
}

const connectTimeoutMs = 10_000;

/** Opens a stream; throws ConnectionError that says why it could not. */
export function openMedia(url: string, transport: Transport, cancel: AbortSignal): Promise<MediaConnection> {
  return transport === 'ws' ? openWebSocket(url, cancel) : openHttp(url, cancel);
}

async function openHttp(url: string, cancel: AbortSignal): Promise<MediaConnection> {
  const abort = new AbortController();
  cancel.addEventListener('abort', () => abort.abort(), { once: true, signal: abort.signal });
  const timeout = setTimeout(() => abort.abort(), connectTimeoutMs);
  let response: Response;
  try {
    response = await fetch(url, { signal: abort.signal, cache: 'no-store' });
  } catch {
    throw new ConnectionError({ kind: 'unreachable' });
  } finally {
    clearTimeout(timeout);
  }
  if (!response.ok || response.body === null) {
    abort.abort();
    throw new ConnectionError({ kind: 'status', status: response.status });
  }
  const reader = response.body.getReader();
  return {
    async read() {
      try {
        const { value, done } = await reader.read();
        return done ? null : value;
      } catch {
        throw new ConnectionError({ kind: 'lost' });
      }
    },
    close: () => abort.abort(),
  };
}

/** Status codes of the WebSocket protocol that mean "the stream is over", not "the connection broke". */
const orderlyCloseCodes = [1000, 1001];

async function openWebSocket(url: string, cancel: AbortSignal): Promise<MediaConnection> {
  const socket = new WebSocket(url);
  socket.binaryType = 'arraybuffer';
  cancel.addEventListener('abort', () => socket.close(), { once: true });

  const arrived: Uint8Array[] = [];
  let finish: 'ended' | 'lost' | null = null;
  let wake: () => void = () => undefined;
  socket.onmessage = event => {
    if (event.data instanceof ArrayBuffer) arrived.push(new Uint8Array(event.data));
    wake();
  };
  const opened = await new Promise<boolean>(resolve => {
    const timeout = setTimeout(() => socket.close(), connectTimeoutMs);
    socket.onopen = () => {
      clearTimeout(timeout);
      resolve(true);
    };
    socket.onclose = event => {
      clearTimeout(timeout);
      finish = orderlyCloseCodes.includes(event.code) ? 'ended' : 'lost';
      resolve(false);
      wake();
    };
  });
  if (!opened) throw await whyRefused(url, cancel);

  return {
    async read() {
      while (arrived.length === 0 && finish === null) await new Promise<void>(resolve => (wake = resolve));
      const piece = arrived.shift();
      if (piece !== undefined) return piece;
      if (finish === 'lost') throw new ConnectionError({ kind: 'lost' });
      return null;
    },
    close: () => socket.close(),
  };
}

/** A browser does not tell a page why a WebSocket was refused; the same address over HTTP does. */
async function whyRefused(url: string, cancel: AbortSignal): Promise<ConnectionError> {
  try {
    const overHttp = await openHttp(url.replace(/^ws/, 'http'), cancel);
    overHttp.close();
    return new ConnectionError({ kind: 'websocket' });
  } catch (error) {
    return error instanceof ConnectionError ? error : new ConnectionError({ kind: 'unreachable' });
  }
}
