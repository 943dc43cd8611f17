import {durationText, estimatedLeftText} from '../../trainer/contract/durationText.ts';
import {stageTitle, type Ranges} from '../../trainer/contract/overview/stageTitle.ts';
import type {RunDetails, RunView, StageView, SystemUsage} from '../../trainer/contract/panel/panelViews.ts';
import {element, message, Region, table} from '../dom.ts';
import {countText} from '../../trainer/chart/tickText.ts';
import {bytesText, numberText, percentText} from '../numberText.ts';
import type {Panel, Tab} from '../panel.ts';
import {selectedRun, type PanelState} from '../state.ts';

const sparkWidth = 160;
const sparkHeight = 24;
const svgNamespace = 'http://www.w3.org/2000/svg';

/** Time and memory of each stage, the load of the machine, and the messages of the run. */
export class SystemTab implements Tab {
  readonly root: HTMLElement;
  readonly #stages = new Region(element('div'));
  readonly #usage = new Region(element('div', {class: 'usage'}));
  readonly #messages = new Region(element('div'));
  readonly #panel: Panel;
  /** The newest message that was asked for, so that it is asked for once. */
  #asked: string | null = null;

  constructor(panel: Panel) {
    this.#panel = panel;
    this.root = element(
      'div',
      {},
      element('h2', {}, 'Stages'),
      this.#stages.root,
      element('h2', {}, 'This machine'),
      this.#usage.root,
      element('h2', {}, 'Messages'),
      this.#messages.root,
    );
  }

  update(state: PanelState): void {
    const run = selectedRun(state);
    this.#stages.show([run?.stages, run?.ranges, run?.engine, run?.left], () =>
      run ? stageParts(run) : [message('This experiment has no runs yet.')],
    );
    this.#usage.show([state.usage.at(-1)?.time], () => usageParts(state.usage));
    const messages = run === undefined ? [] : this.#messagesOf(run, state);
    const ranges = run?.ranges ?? [];
    this.#messages.show([messages, ranges], () => [messageTable(messages, ranges)]);
  }

  /** Those that are known. Where the run has said more since, all are asked for again. */
  #messagesOf({path, said}: RunView, {details}: PanelState): RunDetails['messages'] {
    this.#panel.needDetails(path);
    const known = details.get(path);
    if (known?.kind !== 'there') return [];
    const {messages} = known.details;
    const news = said === null || said === messages.at(-1)?.time ? null : `${path} ${said}`;
    if (news !== null && news !== this.#asked) this.#panel.refreshDetails(path);
    this.#asked = news;
    return messages;
  }

  restyle(): void {
    // Style sheets restyle everything here.
  }
}

function stageParts(run: RunView): HTMLElement[] {
  const rows = run.stages.map(({name, state, update, updates, memory, ...seconds}) => [
    stageTitle(name, run.ranges),
    state,
    seconds.started === null ? '–' : new Date(seconds.started).toLocaleString(),
    tookText(seconds),
    updates === 0 ? '–' : `${countText(update)} of ${countText(updates)}`,
    seconds.secondsPerUpdate === null ? '–' : `${numberText(seconds.secondsPerUpdate)} s`,
    waitedText(seconds),
    leftText(seconds.secondsLeft),
    memory === null ? '–' : bytesText(memory.host),
    memory?.device === undefined ? '–' : bytesText(memory.device),
  ]);
  const times = ['Time per update', waited, 'Time left'];
  const head = ['Stage', 'State', 'Started', 'Took', 'Updates', ...times, 'Peak memory', deviceMemory];
  // What no stage has, as the memory of a GPU where there is none, only takes room.
  const columns = head.flatMap((title, i) =>
    [waited, deviceMemory].includes(title) && rows.every((row) => row[i] === '–') ? [] : [i],
  );
  const shown = <T>(cells: readonly T[]) => columns.flatMap((i) => cells[i] ?? []);
  return [
    element('p', {}, `Engine: ${run.engine}.${run.left ? ` Time for all: ${estimatedLeftText(run.left)}.` : ''}`),
    table('Stages of the run', shown(head), rows.map(shown)),
  ];
}

const waited = 'of it waiting for data';
const deviceMemory = 'Peak GPU memory';

/** How long a stage worked, or from which run its result is. */
function tookText({seconds, from}: Pick<StageView, 'seconds' | 'from'>): string {
  if (from !== null) return `taken over from ${from}`;
  return seconds === null ? '–' : durationText(seconds);
}

function leftText(seconds: number | null): string {
  return seconds === null ? '–' : durationText(seconds);
}

/** `0.12 s (4 %)` */
function waitedText({secondsPerUpdate, secondsWaited}: Pick<StageView, 'secondsPerUpdate' | 'secondsWaited'>): string {
  if (secondsPerUpdate === null || secondsWaited === null) return '–';
  const share = secondsPerUpdate === 0 ? 0 : secondsWaited / secondsPerUpdate;
  return `${numberText(secondsWaited)} s (${percentText(share)})`;
}

function usageParts(usage: readonly SystemUsage[]): HTMLElement[] {
  const now = usage.at(-1);
  if (now === undefined) return [message('Measuring …')];
  const line = (label: string, text: string, values: readonly (number | null)[]) =>
    element(
      'div',
      {class: 'usage-line'},
      element('span', {class: 'label'}, label),
      sparkline(values),
      element('span', {}, text),
    );
  const cpu = now.cpuShare === null ? '–' : percentText(now.cpuShare);
  const parts = [
    line(
      `CPU (${now.cores} cores)`,
      cpu,
      usage.map(({cpuShare}) => cpuShare),
    ),
    line(
      'Memory',
      `${bytesText(now.memoryUsed)} of ${bytesText(now.memoryTotal)}`,
      usage.map(({memoryUsed, memoryTotal}) => memoryUsed / memoryTotal),
    ),
  ];
  if (now.runMemory !== null) {
    parts.push(
      line(
        'Memory of this run',
        bytesText(now.runMemory),
        usage.map(({runMemory, memoryTotal}) => runMemory && runMemory / memoryTotal),
      ),
    );
  }
  const gpus = now.gpus.map(({name, share, memoryUsed, memoryTotal}, i) => {
    const text = `${share === null ? '–' : percentText(share)}, ${bytesText(memoryUsed)} of ${bytesText(memoryTotal)}`;
    return line(
      name,
      text,
      usage.map((sample) => sample.gpus[i]?.share ?? null),
    );
  });
  return [...parts, ...gpus, ...(gpus.length === 0 ? [message('No GPU found whose load can be read.')] : [])];
}

function messageTable(messages: RunDetails['messages'], ranges: Ranges): HTMLElement {
  if (messages.length === 0) return message('No messages yet.');
  const rows = [...messages]
    .reverse()
    .map(({time, stage, level, text}) => [new Date(time).toLocaleTimeString(), stageTitle(stage, ranges), level, text]);
  return table('Messages of the run, newest first', ['Time', 'Stage', 'Level', 'Message'], rows);
}

/** A small chart of the latest values (shares from 0 to 1). The text beside it gives the last value. */
function sparkline(values: readonly (number | null)[]): SVGElement {
  const svg = document.createElementNS(svgNamespace, 'svg');
  svg.setAttribute('viewBox', `0 0 ${sparkWidth} ${sparkHeight}`);
  svg.setAttribute('class', 'sparkline');
  svg.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS(svgNamespace, 'path');
  const step = sparkWidth / Math.max(1, values.length - 1);
  let d = '';
  values.forEach((value, i) => {
    if (value === null) return;
    const isFirst = i === 0 || values[i - 1] === null;
    d += `${isFirst ? 'M' : 'L'}${(i * step).toFixed(1)} ${(sparkHeight - 1 - value * (sparkHeight - 2)).toFixed(1)}`;
  });
  line.setAttribute('d', d);
  svg.append(line);
  return svg;
}
