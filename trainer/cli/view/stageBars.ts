import {printable} from '../../contract/printable.ts';
import {sharePerSecond} from '../../contract/run/pace.ts';
import type {StageProgress} from '../../contract/run/runProgress.ts';
import {clockText} from './clockText.ts';
import {progressBar} from './progressBar.ts';

/** Letters of a bar, and as few of them as still show something. */
const [usualBar, shortestBar] = [24, 4];
/** Letters of a name, so that bars stand below each other. */
const usualName = 18;

/** Size of a terminal in letters. */
interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** A bar for each stage, and below them how the run goes; no more and no longer lines than the terminal has place for. */
export function stageBars(
  stages: readonly StageProgress[],
  status: string | null,
  {columns, rows}: TerminalSize,
): readonly string[] {
  const last = status === null ? [] : [printable(status)];
  // Where the cursor is has to be there, too.
  const most = Math.max(1, rows - 1 - last.length);
  const shown = stages.length > most ? stages.slice(0, Math.max(0, most - 1)) : stages;
  const more = stages.length - shown.length;
  const bars = shown.map((stage) => stageBar(stage, columns - 1));
  const lines = [...bars, ...(more > 0 ? [`and ${more} more ${more === 1 ? 'stage' : 'stages'}`] : []), ...last];
  return lines.map((line) => line.slice(0, Math.max(1, columns - 1)));
}

/** Name, bar, percent and time left of a stage, and then what it does: what is cut in a narrow terminal comes last, and the bar is shorter. */
export function stageBar(stage: StageProgress, columns = Infinity): string {
  const left = `  ${clockText(stage.secondsLeft ?? NaN)} left`;
  const isNarrow = columns < usualName + 1 + usualBar + 6 + left.length;
  const name = isNarrow ? stage.stage : stage.stage.padEnd(usualName);
  const room = columns - name.length - 1 - 6 - left.length;
  const width = room < shortestBar ? 0 : Math.min(usualBar, room);
  return printable(`${name} ${progressBar(stage.share, width)}${left}  ${workText(stage)}`);
}

/** What a stage is doing, and its newest number. */
export function workText(progress: StageProgress): string {
  const {update, updates, losses, secondsPerUpdate, secondsWaited, work, pace} = progress;
  if (update !== null) {
    const loss = losses.denoise?.toFixed(5) ?? 'not finite';
    const waited = waitedText(secondsPerUpdate ?? 0, secondsWaited ?? 0);
    return `update ${update}/${updates}, loss ${loss}, ${secondsPerUpdate?.toFixed(2)} s/update${waited}`;
  }
  if (work === null) return 'starting';
  const rate = (sharePerSecond(pace) ?? 0) * work.total;
  const rateText = rate === 0 || rate === Infinity ? '' : `, ${rate.toFixed(rate < 10 ? 2 : 0)} a second`;
  return `${work.what} ${Math.floor(work.done)}/${work.total}${rateText}`;
}

/** A share of an update that is worth a word. */
const longWait = 0.05;

function waitedText(seconds: number, waited: number): string {
  return waited > longWait * seconds ? `, ${waited.toFixed(2)} s of it waiting for images` : '';
}
