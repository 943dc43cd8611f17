import {Writable} from 'node:stream';
import type {WriteStream} from 'node:tty';
import {describe, expect, it} from 'vitest';
import type {RunEvent} from '../../../../trainer/contract/run/events.ts';
import {textView} from '../../../../trainer/cli/view/progressView.ts';
import {stepEvent} from '../../../helpers/runs/knownRun.ts';
import {SmallTerminal} from '../../../helpers/machine/smallTerminal.ts';

function collected(): {readonly out: Writable; readonly text: () => string} {
  let text = '';
  const out = new Writable({
    write(chunk: Buffer, _, done) {
      text += chunk.toString();
      done();
    },
  });
  return {out, text: () => text};
}

/** What a view prints of some events. */
function printed(events: readonly RunEvent[], terminal = false): string {
  const {out, text} = collected();
  const view = textView(Object.assign(out, {isTTY: terminal, columns: 100}) as Partial<WriteStream> & Writable);
  events.forEach((event) => view.show(event));
  return text();
}

const started: RunEvent = {type: 'stage', time: 0, stage: 'expert-0', state: 'started'};
const steps = [1, 2, 3, 4, 5, 6].map((update) => stepEvent(update, {losses: {denoise: 0.0125}, secondsPerUpdate: 1}));

describe('the progress of a run in a shell', () => {
  it('is a line for the first step of a training, and no more for a while', () => {
    expect(printed([started, ...steps])).toBe(
      'expert-0           ░░░░░░░░░░░░░░░░░░░░░░░░   1 %  --:-- left  update 1/100, loss 0.01250, 1.00 s/update\n',
    );
  });

  it('counts what a stage without updates does', () => {
    const event: RunEvent = {type: 'progress', time: 0, stage: 'search', done: 15, total: 60, what: 'merge candidates'};
    expect(printed([event])).toContain('25 %  --:-- left  merge candidates 15/60');
  });

  it('says how many things a second a stage without updates does', () => {
    const events = [1, 2, 3, 4, 5, 6].map((n): RunEvent => ({
      type: 'progress',
      time: n * 2000,
      stage: 'draw-base-0',
      done: n * 25,
      total: 500,
      what: 'samples',
    }));
    const warning: RunEvent = {type: 'log', time: 13_000, stage: 'draw-base-0', level: 'warning', message: 'is slow'};
    expect(
      printed([...events, warning], true)
        .split('\u001b[0J')
        .at(-1),
    ).toContain('0:28 left  samples 150/500, 13 a');
    expect(printed([...events.slice(0, 1), warning], true)).toMatch(/samples 25\/500$/m);
  });

  it('says how long updates wait for images, where that is much', () => {
    const of = (secondsWaited: number) => printed([stepEvent(1, {secondsPerUpdate: 2, secondsWaited})]);
    expect(of(0.5)).toContain('2.00 s/update, 0.50 s of it waiting for images');
    expect(of(0.05)).toMatch(/2.00 s\/update$/m);
  });

  it('says that a loss is not finite', () => {
    expect(printed([stepEvent(1, {losses: {denoise: null}})])).toContain('loss not finite');
  });

  it('has a bar for each running stage on a terminal, with the time that is left', () => {
    const warning: RunEvent = {type: 'log', time: 7000, stage: 'expert-0', level: 'warning', message: 'is slow'};
    const text = printed([started, ...steps, warning], true);
    // One update a second, 94 to go; the line of the warning has the bars drawn anew at once.
    expect(text.split('\u001b[0J').at(-1)).toBe(
      `expert-0: warning: is slow\nexpert-0           █░░░░░░░░░░░░░░░░░░░░░░░   6 %  1:34 left  update 6/100, loss 0.01250, 1.00 s/update\n`.replaceAll(
        /^.{99}(.+)$/gm,
        (line) => line.slice(0, 99),
      ),
    );
  });

  it('has no bar for a stage that has ended', () => {
    const done: RunEvent = {type: 'stage', time: 8000, stage: 'expert-0', state: 'done'};
    expect(
      printed([started, ...steps, done], true)
        .split('\u001b[0J')
        .at(-1),
    ).toBe('expert-0           done\n');
  });

  it('says that a stage has failed while others go on', () => {
    const error = {code: 'diverged', message: 'The loss is not finite.'};
    expect(printed([started, {type: 'failed', time: 1, stage: 'expert-0', error}])).toBe(
      'expert-0           failed: The loss is not finite.\n',
    );
  });

  it('says elsewhere than on a terminal how the run goes where that is news, and not again and again', () => {
    const {out, text} = collected();
    const view = textView(out);
    for (const percent of [1, 2, 3]) view.say({text: `The run is at ${percent} %`, news: 'running'});
    view.say({text: 'The run is paused at 3 %', news: 'paused'});
    expect(text()).toBe('The run is at 1 %\nThe run is paused at 3 %\n');
  });

  it.each([
    ['of any size, however many stages run', 40, 1],
    ['that becomes narrower', 2, 0.5],
  ])('leaves nothing behind on a terminal %s', (_, count, narrower) => {
    const warning: RunEvent = {type: 'log', time: 50, stage: 'run', level: 'info', message: 'a word'};
    const running = Array.from({length: count}, (_, i): RunEvent => {
      return {type: 'progress', time: i, stage: `draw-merged-${i}`, done: i, total: count, what: 'samples'};
    });
    for (const columns of [20, 39, 60, 81, 200]) {
      for (const rows of [8, 25, 60]) {
        const terminal = new SmallTerminal(columns, rows);
        const view = textView(terminal.out);
        running.forEach((event) => view.show(event));
        view.say({text: 'The run is at 42 %, and will be for a long time yet, it seems', news: 'running'});
        view.show(warning);
        terminal.columns = Math.ceil(columns * narrower);
        view.show(warning);
        view.close();
        expect(terminal.rest(), `${columns} x ${rows}`).toEqual(['run: a word', 'run: a word']);
      }
    }
  });

  it('shows percent and time left in a terminal of 40 columns', () => {
    const terminal = new SmallTerminal(40, 10);
    const view = textView(terminal.out);
    [started, ...steps].forEach((event) => view.show(event));
    view.say({text: 'The run is at 3 %, 12 min left', news: 'running'});
    expect(terminal.rest()).toEqual([
      expect.stringMatching(/^expert-0 .+6 % {2}1:34 left/),
      'The run is at 3 %, 12 min left',
    ]);
  });
});
