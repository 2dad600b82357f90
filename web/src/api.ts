/** The admin listener's answers, as the status page reads them. */

import type { PcmEncoding } from './pcm.ts';

/** How often each reason (its metric tag) occurred. */
export type ReasonCounts = Readonly<Record<string, number>>;

export interface StreamInfo {
  readonly name: string;
  readonly state: 'live' | 'waiting';
  readonly publisher: { readonly connection: number; readonly remote: string } | null;
  readonly video: { readonly codec: string; readonly width: number; readonly height: number } | null;
  readonly audio: { readonly codec: string; readonly sampleRate: number; readonly channels: number } | null;
  readonly bitrateBps: number;
  readonly framesIn: number;
  readonly frames: { readonly audio: number; readonly video: number; readonly keys: number; readonly data: number };
  readonly bytesIn: number;
  readonly viewers: number;
  readonly bytesOut: number;
  readonly gopMilliseconds: number;
  readonly drops: ReasonCounts;
}

export interface StreamsAnswer {
  readonly streams: readonly StreamInfo[];
  /** The viewers' HTTP port, for links; 8080 when the server does not say. */
  readonly playerPort?: number;
}

export interface ConnectionInfo {
  readonly id: number;
  readonly protocol: string;
  readonly remote: string;
  readonly role: 'publisher' | 'viewer' | 'none';
  readonly stream: string | null;
  readonly state: string;
  readonly openSeconds: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly bitrateInBps: number;
  readonly bitrateOutBps: number;
  readonly lagMilliseconds: number;
  readonly lagBytes: number;
  readonly framesDelivered: number;
  readonly framesDropped: number;
  readonly drops: ReasonCounts;
}

export interface StationInfo {
  readonly name: string;
  readonly state: 'live' | 'off' | 'ended';
  readonly title: string;
  readonly encoding: PcmEncoding;
  /** 0 before the station was first on the air. */
  readonly sampleRate: number;
  readonly channels: number;
  readonly starved: number;
  readonly flushMilliseconds: number;
  readonly late99Milliseconds: number;
  readonly framesDelivered: number;
  readonly drops: ReasonCounts;
  readonly listeners: readonly ListenerInfo[];
}

export interface ListenerInfo {
  readonly id: number;
  readonly protocol: string;
  readonly remote: string;
  readonly agent: string;
  readonly openSeconds: number;
  readonly lagMilliseconds: number;
  readonly lagBytes: number;
  readonly framesDelivered: number;
  readonly framesDropped: number;
}

export interface StationsAnswer {
  readonly stations: readonly StationInfo[];
}

export interface ConnectionsAnswer {
  readonly connections: readonly ConnectionInfo[];
  readonly closed: ReasonCounts;
}

/** `peer_closed` → `peer closed`: the metric tag as words. */
export const reasonText = (tag: string): string => tag.replaceAll('_', ' ');

/** The most frequent first; equal counts by name, so that rows do not change places. */
export function sortedReasons(counts: ReasonCounts | undefined): readonly (readonly [string, number])[] {
  return Object.entries(counts ?? {})
    .filter(([, count]) => count > 0)
    .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1));
}

export function totalOf(counts: ReasonCounts | undefined): number {
  return Object.values(counts ?? {}).reduce((sum, count) => sum + count, 0);
}
