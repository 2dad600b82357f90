/** A rate over a sliding window of time. */
export class Rate {
  readonly #points: { at: number; total: number }[] = [];
  #total = 0;

  constructor(private readonly windowMs: number) {}

  /** Counts `amount` at `now` (milliseconds of a steady clock). */
  add(amount: number, now: number): void {
    this.sample(this.#total + amount, now);
  }

  /** Notes a running total at `now`. */
  sample(total: number, now: number): void {
    if (total < this.#total) this.clear();
    this.#total = total;
    this.#points.push({ at: now, total });
    while (this.#points.length > 2 && this.#points[1]!.at <= now - this.windowMs) this.#points.shift();
  }

  /** Amount per second, or null before there is half a second to judge by. */
  perSecond(now: number): number | null {
    const first = this.#points[0];
    if (first === undefined || now - first.at < 500) return null;
    const since = Math.max(first.at, now - this.windowMs);
    const before = this.#points.findLast(point => point.at <= since) ?? first;
    return ((this.#total - before.total) * 1000) / (now - before.at);
  }

  clear(): void {
    this.#points.length = 0;
    this.#total = 0;
  }
}
