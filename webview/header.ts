import {exportFormats} from '../trainer/contract/panel/panel.ts';
import type {RunView} from '../trainer/contract/panel/panelViews.ts';
import {estimatedLeftText} from '../trainer/contract/durationText.ts';
import {element, message, Region, setText} from './dom.ts';
import {percentText, stateText} from './numberText.ts';
import type {Panel} from './panel.ts';
import {selectedRun, type PanelState} from './state.ts';
import {badge, button, dropdown} from './toolkit.ts';

type Command = 'pause' | 'resume' | 'stop';

const exportNames = {csv: 'CSV (all steps)', json: 'JSON (all steps)', tensorboard: 'TensorBoard event files'} as const;

/** The top of the page: the selected run with its progress, its commands and its errors. */
export class Header {
  readonly root: HTMLElement;
  readonly #panel: Panel;
  readonly #title = element('h1', {}, 'DeMe');
  readonly #chooser = new Region(element('div', {class: 'run-chooser'}));
  readonly #state = new Region(element('div', {class: 'run-state'}));
  readonly #actions = new Region(element('div', {class: 'actions'}));
  readonly #error = new Region(element('div', {class: 'errors'}));
  readonly #status = element('div', {class: 'visually-hidden', role: 'status', 'aria-live': 'polite'});
  #exportFormat: (typeof exportFormats)[number] = 'csv';

  constructor(panel: Panel, openGlossary: () => void) {
    this.#panel = panel;
    const glossary = button('Glossary', openGlossary, {icon: 'book'});
    const top = element('div', {class: 'header-top'}, this.#title, glossary);
    const bar = element('div', {class: 'bar'}, this.#chooser.root, this.#state.root, this.#actions.root);
    this.root = element('header', {}, top, bar, this.#error.root, this.#status);
  }

  update(state: PanelState): void {
    setText(this.#title, state.title || 'DeMe');
    const run = selectedRun(state);
    this.#showChooser(state, run);
    this.#state.show([run?.state, run && percentText(run.progress), run && leftText(run), state.isReady], () =>
      run
        ? stateParts(run)
        : [message(state.isReady ? 'This experiment has no runs yet.' : 'Waiting for the extension.')],
    );
    this.#actions.show([run?.path, run?.state, state.trusted], () =>
      run ? this.#actionParts(run, state.trusted) : [],
    );
    this.#showError(state, run);
    setText(this.#status, state.notice || (run ? `Run ${run.id} is ${stateText(run.state)}` : ''));
  }

  #showChooser({runs}: PanelState, run: RunView | undefined): void {
    const choices = [...runs].reverse().map(({path, id}) => ({value: path, label: id}));
    this.#chooser.show([choices, run?.path], () =>
      run ? [dropdown('Run', choices, run.path, (selected) => this.#panel.setPage({selected, range: null}))] : [],
    );
  }

  #showError({error}: PanelState, run: RunView | undefined): void {
    const failure = run?.state === 'failed' ? run.error : null;
    this.#error.show([error, failure], () => [
      failure && message(`The run failed: ${failure.message} ${failure.hint ?? ''}`, 'error'),
      error && message(`${error.message} ${error.hint ?? ''}`, 'error'),
      error && button('Dismiss', () => this.#panel.dispatch({type: 'closeError'})),
    ]);
  }

  #actionParts(run: RunView, trusted: boolean): HTMLElement[] {
    const commands = commandsFor(run).map(({command, label, icon}) =>
      button(label, () => void this.#control(run, command), {
        icon,
        disabled: !trusted,
        title: trusted ? label : `${label} (needs a trusted workspace)`,
      }),
    );
    const formats = exportFormats.map((format) => ({value: format, label: exportNames[format]}));
    const chooser = dropdown('Export as', formats, this.#exportFormat, (format) => {
      this.#exportFormat = exportFormats.find((known) => known === format) ?? 'csv';
    });
    return [...commands, chooser, button('Export', () => void this.#export(run))];
  }

  async #control(run: RunView, command: Command): Promise<void> {
    const reply = await this.#panel.request({kind: 'control', run: run.path, command}, `Could not ${command} the run`);
    if (reply) this.#panel.dispatch({type: 'notice', text: `Asked run ${run.id} to ${command}`});
  }

  /** Exports the compared runs on the Compare tab, and the selected run elsewhere. */
  async #export(run: RunView): Promise<void> {
    const format = this.#exportFormat;
    const {page, runs: known} = this.#panel.state;
    const compared = known.map(({path}) => path).filter((path) => page.compared.includes(path));
    const runs = page.tab === 'compare' && compared.length > 0 ? compared : [run.path];
    const reply = await this.#panel.request({kind: 'export', runs, format}, 'Could not export');
    if (reply?.kind === 'written' && reply.path) {
      this.#panel.dispatch({type: 'notice', text: `Exported to ${reply.path}`});
    }
  }
}

function stateParts(run: RunView): HTMLElement[] {
  const percent = percentText(run.progress);
  const bar = element('progress', {max: 1, value: run.progress, 'aria-label': 'Progress of the run'}, percent);
  const left = leftText(run);
  return [
    badge(stateText(run.state)),
    bar,
    element('span', {class: 'left'}, left === '' ? percent : `${percent}, ${left}`),
  ];
}

function leftText({state, left}: RunView): string {
  return state === 'running' && left !== null ? estimatedLeftText(left) : '';
}

function commandsFor({state}: RunView): {command: Command; label: string; icon: string}[] {
  const resume = {command: 'resume', label: 'Resume run', icon: 'debug-continue'} as const;
  const pause = {command: 'pause', label: 'Pause run', icon: 'debug-pause'} as const;
  const stop = {command: 'stop', label: 'Stop run at a checkpoint', icon: 'debug-stop'} as const;
  if (state === 'queued') return [stop];
  if (state === 'running') return [pause, stop];
  if (state === 'paused') return [resume, stop];
  return state === 'stopped' || state === 'failed' || state === 'lost' ? [resume] : [];
}
