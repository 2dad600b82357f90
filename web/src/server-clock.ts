interface Sample {
  readonly delay: number;
  readonly offset: number;
}

const samplesMax = 16;

/** The server's clock as pings tell it (docs/wire/audio.md): the quickest answer of late is believed. All times in microseconds. */
export class ServerClock {
  readonly #samples: Sample[] = [];

  /** An answer: when we sent, when the server got and answered it, when it was home. */
  add(sent: number, received: number, answered: number, home: number): void {
    this.#samples.push({ delay: home - sent - (answered - received), offset: (received - sent + (answered - home)) / 2 });
    if (this.#samples.length > samplesMax) this.#samples.shift();
  }

  /** The server's time at a time of ours; null before the first answer. */
  at(local: number): number | null {
    const best = this.#best();
    return best === null ? null : local + best.offset;
  }

  /** The round trip of the answer that is believed. */
  get delay(): number | null {
    return this.#best()?.delay ?? null;
  }

  #best(): Sample | null {
    return this.#samples.reduce<Sample | null>((best, one) => (best === null || one.delay <= best.delay ? one : best), null);
  }
}
