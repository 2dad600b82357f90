import type { Level } from './levels.ts';

/** To the sound thread. */
export type PlayoutCommand =
  | { readonly type: 'format'; readonly rate: number }
  | { readonly type: 'chunk'; readonly planes: Float32Array[]; readonly micros: number };

/** From the sound thread. */
export interface PlayoutReport {
  readonly levels: readonly Level[];
  /** When the sample that goes out at `contextTime` was due on the server's clock, in microseconds; null when none does. */
  readonly micros: number | null;
  readonly contextTime: number;
  readonly bufferedSeconds: number;
  readonly targetSeconds: number;
  readonly playedSeconds: number;
  readonly underruns: number;
  readonly jumpedSeconds: number;
  readonly playing: boolean;
}

export const processorName = 'playout';
