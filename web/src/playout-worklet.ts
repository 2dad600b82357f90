/** The sound thread's end of a station: plays what arrives by message, and tells ten to twenty times a second how that goes. */

import { LevelGauge } from './levels.ts';
import { Playout } from './playout.ts';
import { processorName, type PlayoutCommand, type PlayoutReport } from './playout-report.ts';

// What the sound thread's global scope has; the DOM's types do not.
declare const currentTime: number;
declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, type: new () => AudioWorkletProcessor): void;

const reportSeconds = 0.06;

class PlayoutProcessor extends AudioWorkletProcessor {
  readonly #gauge = new LevelGauge();
  #playout: Playout | null = null;
  #playedFrames = 0;
  #reportedAt = 0;

  constructor() {
    super();
    this.port.onmessage = (event: MessageEvent<PlayoutCommand>) => {
      const command = event.data;
      if (command.type === 'format') this.#playout = new Playout(command.rate, sampleRate);
      else this.#playout?.push(command.planes, command.micros);
    };
  }

  process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const output = outputs[0] ?? [];
    const playout = this.#playout;
    if (playout === null) return true;
    playout.render(output, currentTime);
    const frames = output[0]?.length ?? 0;
    this.#gauge.add(output, frames);
    if (playout.playing) this.#playedFrames += frames;
    if (currentTime - this.#reportedAt >= reportSeconds) {
      this.#reportedAt = currentTime;
      const report: PlayoutReport = {
        levels: this.#gauge.take(),
        micros: playout.playing ? playout.micros : null,
        contextTime: currentTime + frames / sampleRate,
        bufferedSeconds: playout.bufferedSeconds,
        targetSeconds: playout.targetSeconds,
        playedSeconds: this.#playedFrames / sampleRate,
        underruns: playout.underruns,
        jumpedSeconds: playout.jumpedSeconds,
        playing: playout.playing,
      };
      this.port.postMessage(report);
    }
    return true;
  }
}

registerProcessor(processorName, PlayoutProcessor);
