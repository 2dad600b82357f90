import { byId, make, setText } from './dom.ts';
import { codecName, formatCount, naturalOrder } from './format.ts';
import { watchQuery, type Transport } from './urls.ts';

/** The answer of `streams.json`. */
export interface LiveStreams {
  /** Whether the server tells which streams are live. */
  readonly listed: boolean;
  readonly total: number;
  readonly streams: readonly LiveStream[];
}

export interface LiveStream {
  readonly name: string;
  readonly viewers: number;
  readonly video: string | null;
  readonly width: number;
  readonly height: number;
  readonly audio: string | null;
}

/** Asks which streams are live; null when the server does not say. */
export async function fetchStreams(): Promise<LiveStreams | null> {
  try {
    const response = await fetch(new URL('streams.json', document.baseURI), { cache: 'no-store', signal: AbortSignal.timeout(5000) });
    return response.ok ? ((await response.json()) as LiveStreams) : null;
  } catch {
    return null;
  }
}

/** What a stream is made of: `H.264 640 × 360, AAC`. */
export function describeTracks(stream: LiveStream): string {
  const size = stream.width > 0 && stream.height > 0 ? ` ${stream.width} × ${stream.height}` : '';
  const parts = [stream.video === null ? '' : codecName(stream.video) + size, stream.audio === null ? '' : codecName(stream.audio)];
  return parts.filter(part => part !== '').join(', ') || 'nothing yet';
}

/** Shows them as links, in the order in which people count; the one that plays is marked. */
export function showStreams(answer: LiveStreams, current: string | null, transport: Transport): void {
  const list = byId('streams', HTMLUListElement);
  const streams = [...answer.streams].sort((a, b) => naturalOrder(a.name, b.name));
  streams.forEach((stream, i) => {
    const link = (list.children[i] ?? list.appendChild(item())).firstElementChild as HTMLAnchorElement;
    const href = watchQuery(stream.name, transport);
    if (link.getAttribute('href') !== href) link.setAttribute('href', href);
    if (stream.name === current) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
    const [name, tracks, viewers] = link.children;
    setText(name!, stream.name);
    setText(tracks!, describeTracks(stream));
    setText(viewers!, stream.viewers === 1 ? '1 viewer' : `${formatCount(stream.viewers)} viewers`);
  });
  [...list.children].slice(streams.length).forEach(gone => gone.remove());
  const more = byId('more-streams', HTMLElement);
  more.hidden = answer.total <= streams.length;
  setText(more, `${formatCount(answer.total - streams.length)} more with fewer viewers are not shown.`);
}

function item(): HTMLLIElement {
  const element = make('li');
  const link = make('a');
  link.append(make('b'), make('span'), make('span'));
  element.append(link);
  return element;
}
