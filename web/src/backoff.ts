/** Times between attempts to reconnect: they double up to a limit, and are spread so that viewers do not return as one. */
export class Backoff {
  #attempt = 0;

  constructor(
    private readonly firstMs = 400,
    private readonly limitMs = 5000,
    private readonly random: () => number = Math.random,
  ) {}

  /** The time to wait before the next attempt, in milliseconds: between 75 % and 125 % of its step. */
  next(): number {
    const step = Math.min(this.firstMs * 2 ** this.#attempt, this.limitMs);
    if (step < this.limitMs) this.#attempt += 1;
    return Math.round(step * (0.75 + this.random() * 0.5));
  }

  /** Called when media has flowed: the next loss is a new one. */
  reset(): void {
    this.#attempt = 0;
  }
}
