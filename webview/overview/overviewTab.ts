import {nextAction, type NextAction} from '../../trainer/contract/overview/nextAction.ts';
import type {Report} from '../../trainer/contract/run/report.ts';
import type {ImageView, RunView} from '../../trainer/contract/panel/panelViews.ts';
import {element, message, Region} from '../dom.ts';
import type {Panel, Tab} from '../panel.ts';
import {samplesAlt, updateText} from '../samples/samplesText.ts';
import {selectedRun, stageKey, type PanelState} from '../state.ts';
import {button} from '../toolkit.ts';
import {beforeAfter, type BeforeAfter} from './beforeAfter.ts';
import {pipelineStages, type PipelineStage} from './pipelineStages.ts';
import {heldOutPicture, trainingPicture, type TimestepPicture} from './timestepPicture.ts';
import {TimestepView} from './timestepView.ts';

/** The first page: how the run went in a sentence, what to do next, its stages, where in the noise it learns, and images before and after. */
export class OverviewTab implements Tab {
  readonly root: HTMLElement;
  readonly #panel: Panel;
  readonly #empty = new Region(element('div'));
  readonly #content: HTMLElement;
  readonly #verdict = new Region(element('div', {class: 'verdict'}));
  readonly #next = new Region(element('div', {class: 'next'}));
  readonly #studies = new Region(element('p', {class: 'member-of'}));
  readonly #stages = new Region(element('ol', {class: 'pipeline', 'aria-label': 'Stages of the run'}));
  readonly #timesteps: TimestepView;
  readonly #noTimesteps = new Region(element('div'));
  readonly #images = new Region(element('div', {class: 'before-after'}));
  #known: {run: string; report: Report | null} = {run: '', report: null};
  /** What was last computed, and of what: heat maps change more often than they are drawn. */
  #picture: {of: readonly unknown[]; picture: TimestepPicture | null} = {of: [], picture: null};

  constructor(panel: Panel) {
    this.#panel = panel;
    this.#timesteps = new TimestepView(panel);
    const learning = element(
      'section',
      {},
      element('h2', {}, 'Where in the noise it learns'),
      this.#noTimesteps.root,
      this.#timesteps.root,
    );
    const images = element('section', {}, element('h2', {}, 'Images before and after'), this.#images.root);
    const pipeline = element('section', {}, element('h2', {}, 'Pipeline'), this.#stages.root);
    const summary = element(
      'section',
      {class: 'summary', 'aria-label': 'Verdict'},
      this.#verdict.root,
      this.#next.root,
      this.#studies.root,
    );
    this.#content = element(
      'div',
      {},
      summary,
      pipeline,
      element('div', {class: 'overview-figures'}, learning, images),
    );
    this.root = element('div', {}, this.#empty.root, this.#content);
  }

  update(state: PanelState): void {
    const run = selectedRun(state);
    this.#empty.show([run === undefined], () => (run === undefined ? [message(noRuns)] : []));
    this.#content.hidden = run === undefined;
    if (run === undefined) return;
    this.#panel.needDetails(run.path);
    this.#showVerdict(run);
    this.#showNext(run, state.trusted);
    this.#showStudies(run, state);
    const stages = pipelineStages(run.stages, run.ranges, Date.now());
    this.#stages.show([stages], () => stages.map(stageItem));
    this.#showTimesteps(run, state);
    const shown = beforeAfter(run.images);
    this.#images.show([shown], () => imageParts(shown));
  }

  restyle(): void {
    this.#timesteps.restyle();
  }

  #showVerdict({headline, state}: RunView): void {
    this.#verdict.show([headline, state], () => [
      element('span', {class: `codicon codicon-${iconOf(headline.outcome ?? state)}`, 'aria-hidden': 'true'}),
      element('p', {class: 'headline'}, headline.text),
    ]);
    this.#verdict.root.dataset.outcome = headline.outcome ?? state;
  }

  #showNext(run: RunView, trusted: boolean): void {
    const {state, error, headline, evaluates, merges, settings, ranges, path} = run;
    const base = settings['base'] ?? null;
    const action = nextAction({
      state,
      error,
      outcome: headline.outcome,
      base,
      experts: ranges.length,
      evaluates,
      merges,
      objective: settings['merge.search.objective'] ?? null,
    });
    const isRefused = !trusted && action.does.kind !== 'tab';
    this.#next.show([action, isRefused, path], () => [
      button(action.label, () => void this.#act(run, action), {
        appearance: 'primary',
        disabled: isRefused,
        ...(isRefused && {title: `${action.label} (needs a trusted workspace)`}),
      }),
      element('span', {class: 'next-reason'}, action.reason),
    ]);
  }

  /** What the run is a part of, to go there. */
  #showStudies({path}: RunView, {studies, page}: PanelState): void {
    const own = studies.filter(({runs}) => runs.includes(path));
    this.#studies.root.hidden = own.length === 0;
    this.#studies.show([own.map((study) => [study.path, study.name, study.kind, study.text])], () => [
      'Part of ',
      ...own.flatMap(({path: file, kind, name, text}, i) => {
        const show = () => this.#panel.setPage({tab: 'studies', studies: {...page.studies, path: file, order: null}});
        const label = `the ${kind} of ${name}`;
        const link = element('button', {class: 'link', 'data-key': `study ${file}`, onclick: show}, label);
        return [i === 0 ? '' : ', ', link, ` (${text})`];
      }),
    ]);
  }

  async #act({path, id}: RunView, {does, label}: NextAction): Promise<void> {
    if (does.kind === 'tab') return this.#panel.setPage({tab: does.tab});
    const request =
      does.kind === 'resume'
        ? ({kind: 'control', run: path, command: 'resume'} as const)
        : ({kind: 'command', run: path, command: does.command} as const);
    const reply = await this.#panel.request(request, `Could not do "${label}"`);
    if (reply) this.#panel.dispatch({type: 'notice', text: `${label}: asked for run ${id}`});
  }

  /** The report of a run; the last known one while it is asked for again, as after every stage that ends. */
  #reportOf(run: string, details: PanelState['details']): Report | null {
    const known = details.get(run);
    if (known?.kind === 'there') this.#known = {run, report: known.details.report};
    return this.#known.run === run ? this.#known.report : null;
  }

  #showTimesteps(run: RunView, {details, heatMaps}: PanelState): void {
    const report = this.#reportOf(run.path, details);
    const maps = run.stages.map(({name}) => heatMaps.get(stageKey(run.path, name)));
    const of = [run.path, report, run.ranges.join(), run.timesteps, ...maps];
    if (of.length !== this.#picture.of.length || of.some((part, i) => part !== this.#picture.of[i])) {
      this.#picture = {of, picture: pictureOf(run, report, heatMaps)};
    }
    const {picture} = this.#picture;
    this.#timesteps.root.hidden = picture === null;
    this.#noTimesteps.show([picture === null, run.state], () => (picture === null ? [message(noLosses(run))] : []));
    if (picture !== null) this.#timesteps.show(picture);
  }
}

const noRuns = 'This experiment has no runs yet. Press "Run pipeline" above its config to start one.';

/** By the evaluation where there is one; by the training where there is none, and while something is trained again. */
function pictureOf(run: RunView, report: Report | null, heatMaps: PanelState['heatMaps']): TimestepPicture | null {
  const isTraining = run.stages.some(({state, updates}) => state === 'running' && updates > 0);
  const measured = report && !isTraining ? heldOutPicture(report, run.timesteps) : null;
  if (measured) return measured;
  const stages = run.stages.flatMap(({name}) => {
    const bins = heatMaps.get(stageKey(run.path, name));
    return bins === undefined ? [] : [{name, bins}];
  });
  return trainingPicture(stages, run.ranges, run.timesteps);
}

function noLosses({state}: RunView): string {
  const isActive = state === 'new' || state === 'running' || state === 'paused';
  return isActive
    ? 'Losses by timestep appear with the first logged updates.'
    : 'This run has logged no losses by timestep.';
}

function stageItem({name, state, text}: PipelineStage): HTMLElement {
  const icon = element('span', {class: `codicon codicon-${stageIcons[state]}`, 'aria-hidden': 'true'});
  const parts = [element('span', {class: 'stage-name'}, name), element('span', {class: 'stage-text'}, text)];
  return element('li', {class: 'stage', 'data-state': state}, icon, element('span', {class: 'stage-parts'}, ...parts));
}

const stageIcons: Readonly<Record<PipelineStage['state'], string>> = {
  waiting: 'circle-outline',
  running: 'sync',
  done: 'pass',
  stopped: 'debug-stop',
  failed: 'error',
  'taken over': 'references',
};

/** The icon of an outcome, or of the state of a run that has none. */
function iconOf(what: NonNullable<RunView['headline']['outcome']> | RunView['state']): string {
  switch (what) {
    case 'better':
    case 'done':
      return 'pass';
    case 'worse':
      return 'arrow-up';
    case 'failed':
    case 'lost':
      return 'error';
    case 'mixed':
      return 'warning';
    case 'noise':
    case 'base':
    case 'unmeasured':
      return 'info';
    case 'new':
    case 'running':
    case 'stopping':
      return 'sync';
    case 'queued':
      return 'watch';
    case 'paused':
      return 'debug-pause';
    case 'stopped':
      return 'debug-stop';
  }
}

function imageParts({before, after}: BeforeAfter): HTMLElement[] {
  const figures = [before && figureOf('Before', before), after && figureOf('After', after)];
  const shown = figures.filter((part) => part !== null);
  return shown.length > 0 ? shown : [message('No samples have been drawn yet.')];
}

function figureOf(when: string, image: ImageView): HTMLElement {
  const caption = element('figcaption', {}, `${when}: ${image.title}${updateText(image)}`);
  return element('figure', {}, caption, element('img', {src: image.source, alt: samplesAlt(image)}));
}
