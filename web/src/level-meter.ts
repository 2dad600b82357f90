import { floorDb, MeterBar, toDb, type Level } from './levels.ts';

const channelsMax = 8;
const historySeconds = 12;
const ticks = [-60, -48, -36, -24, -18, -12, -6, 0];
const barGap = 6;
const scaleHeight = 18;
const historyHeight = 92;

interface Past {
  readonly at: number;
  readonly peak: number;
  readonly rms: number;
}

/** A bar a channel with peak, RMS and the highest of late, and the last seconds of all channels as a trace. */
export class LevelMeter {
  readonly #canvas: HTMLCanvasElement;
  readonly #past: Past[] = [];
  #bars: MeterBar[] = [];
  #levels: readonly Level[] = [];
  #drawnAt = 0;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    const draw = (): void => {
      this.#draw(performance.now() / 1000);
      requestAnimationFrame(draw);
    };
    requestAnimationFrame(draw);
  }

  /** The peak of each channel as its bar shows it. */
  get peaksDb(): number[] {
    return this.#bars.map(bar => bar.peakDb);
  }

  /** The latest levels; none while nothing plays. */
  show(levels: readonly Level[]): void {
    if (levels === this.#levels) return;
    this.#levels = levels;
    if (levels.length === 0) return;
    const now = performance.now() / 1000;
    this.#past.push({ at: now, peak: Math.max(...levels.map(one => one.peak)), rms: Math.max(...levels.map(one => one.rms)) });
    while (this.#past[0]!.at < now - historySeconds - 1) this.#past.shift();
  }

  #draw(now: number): void {
    const canvas = this.#canvas;
    const scale = window.devicePixelRatio;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (width === 0 || height === 0) return;
    if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
    }
    const context = canvas.getContext('2d');
    if (context === null) return;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    const style = getComputedStyle(canvas);
    const colour = (name: string): string => style.getPropertyValue(name);
    this.#step(now);
    this.#drawPast(context, width, now, colour);
    this.#drawBars(context, width, height, colour);
  }

  #step(now: number): void {
    const seconds = Math.min(0.5, now - this.#drawnAt);
    this.#drawnAt = now;
    const count = Math.min(channelsMax, this.#levels.length);
    if (count > 0 && count !== this.#bars.length) this.#bars = Array.from({ length: count }, () => new MeterBar());
    this.#bars.forEach((bar, i) => bar.step(toDb(this.#levels[i]?.peak ?? 0), seconds, now));
  }

  #drawPast(context: CanvasRenderingContext2D, width: number, now: number, colour: (name: string) => string): void {
    const middle = historyHeight / 2;
    context.fillStyle = colour('--line');
    context.fillRect(0, middle - 0.5, width, 1);
    const x = (past: Past): number => width - ((now - past.at) / historySeconds) * width;
    const points = this.#past.filter(past => x(past) > -20);
    const height = (linear: number): number => Math.sqrt(Math.min(1, linear)) * (middle - 2); // soft sounds are seen too
    for (const [of, alpha] of [[(past: Past) => past.peak, 0.35], [(past: Past) => past.rms, 0.9]] as const) {
      context.globalAlpha = alpha;
      context.fillStyle = colour('--accent');
      context.beginPath();
      points.forEach((past, i) => context[i === 0 ? 'moveTo' : 'lineTo'](x(past), middle - height(of(past))));
      points.toReversed().forEach(past => context.lineTo(x(past), middle + height(of(past))));
      context.fill();
    }
    context.globalAlpha = 1;
  }

  #drawBars(context: CanvasRenderingContext2D, width: number, height: number, colour: (name: string) => string): void {
    const count = Math.max(1, this.#bars.length);
    const top = historyHeight + 12;
    const barHeight = (height - top - scaleHeight - barGap * (count - 1)) / count;
    const x = (db: number): number => ((Math.max(floorDb, Math.min(0, db)) - floorDb) / -floorDb) * width;
    const fill = context.createLinearGradient(0, 0, width, 0);
    fill.addColorStop(0, colour('--good'));
    fill.addColorStop(x(-18) / width, colour('--good'));
    fill.addColorStop(x(-9) / width, colour('--warn'));
    fill.addColorStop(x(-2) / width, colour('--bad'));
    fill.addColorStop(1, colour('--bad'));
    for (let i = 0; i < count; i++) {
      const y = top + i * (barHeight + barGap);
      context.fillStyle = colour('--ground');
      roundBar(context, 0, y, width, barHeight);
      const bar = this.#bars[i];
      if (bar === undefined) continue;
      context.fillStyle = fill;
      context.globalAlpha = 0.4;
      roundBar(context, 0, y, x(bar.peakDb), barHeight);
      context.globalAlpha = 1;
      roundBar(context, 0, y, Math.min(x(bar.peakDb), x(toDb(this.#levels[i]?.rms ?? 0))), barHeight);
      if (bar.heldDb > floorDb) context.fillRect(x(bar.heldDb) - 2, y, 2, barHeight);
    }
    context.fillStyle = colour('--soft');
    context.font = `11px ${getComputedStyle(this.#canvas).fontFamily}`;
    context.textBaseline = 'bottom';
    // On a narrow screen there is no room for all of them; the loudest is said in any case.
    let free = width - context.measureText('0 dBFS').width;
    for (const db of ticks.toReversed()) {
      const half = context.measureText(String(db)).width / 2 + 5;
      if (db !== 0 && x(db) + (db === floorDb ? 2 * half : half) > free) continue;
      if (db !== 0) free = x(db) - half;
      context.textAlign = db === floorDb ? 'left' : db === 0 ? 'right' : 'center';
      context.fillText(db === 0 ? '0 dBFS' : String(db), x(db), height);
    }
  }
}

function roundBar(context: CanvasRenderingContext2D, x: number, y: number, width: number, height: number): void {
  if (width <= 0) return;
  context.beginPath();
  context.roundRect(x, y, width, height, Math.min(4, width / 2));
  context.fill();
}
