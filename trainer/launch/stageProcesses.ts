import type {StageLaunch, StageProcess} from './stageProcess.ts';
import {settingOf, TrainerProcess} from './trainerProcess.ts';

/**
 * Starts the stages of a run in child processes. One that has done a small stage does the next: with a small model, Node and the engine take
 * longer to start than the stage itself.
 */
export class StageProcesses {
  #idle: TrainerProcess[] = [];
  readonly #ending = new Set<Promise<void>>();

  /** Starts a stage. */
  launch(launch: StageLaunch): StageProcess {
    const setting = settingOf(launch);
    const found = this.#idle.find((process) => process.isIdle && process.setting === setting);
    // There are never more processes than stages at once.
    if (found === undefined) this.#idle.splice(0).forEach((process) => this.#release(process));
    this.#idle = this.#idle.filter((process) => process !== found);
    const process = found ?? new TrainerProcess(launch);
    const running = process.run(launch);
    return {...running, finished: running.finished.finally(() => this.#keep(process, launch))};
  }

  #keep(process: TrainerProcess, {gpu}: StageLaunch): void {
    if (!process.isIdle) return;
    // What it holds of a GPU, others may need.
    if (gpu !== undefined) this.#release(process);
    else this.#idle.push(process);
  }

  /** Lets the processes go that are idle; resolves when all of them have ended, this time or before. */
  async end(): Promise<void> {
    this.#idle.splice(0).forEach((process) => this.#release(process));
    await Promise.all(this.#ending);
  }

  #release(process: TrainerProcess): void {
    const ended = process.end().finally(() => this.#ending.delete(ended));
    this.#ending.add(ended);
  }
}
