import type {ErrorRecord} from '../errors.ts';
import type {SeenState} from '../run/records.ts';
import type {Headline} from './headline.ts';

/** Commands of the editor that the panel may ask for; each is about the shown run. */
export const panelCommands = ['extend', 'evaluate', 'openConfig', 'fetchBase'] as const;
export type PanelCommand = (typeof panelCommands)[number];

/** What a proposed action does: continues the run, opens another tab of the panel, or calls a command of the editor. */
export type ActionKind =
  | {readonly kind: 'resume'}
  | {readonly kind: 'tab'; readonly tab: 'losses' | 'samples' | 'merge' | 'evaluation'}
  | {readonly kind: 'command'; readonly command: PanelCommand};

export interface NextAction {
  /** Of the button. */
  readonly label: string;
  /** Why, in a sentence. */
  readonly reason: string;
  readonly does: ActionKind;
}

/** What the next step of a run depends on. */
export interface ActionRun {
  readonly state: SeenState;
  readonly error: Pick<ErrorRecord, 'code'> | null;
  readonly outcome: Headline['outcome'];
  /** The base as the config names it; null where it pretrains one. */
  readonly base: string | null;
  readonly experts: number;
  readonly evaluates: boolean;
  readonly merges: boolean;
  /** `merge.search.objective` of the config; null where it has none. */
  readonly objective: string | null;
}

/** The next sensible step for a run. */
export function nextAction(run: ActionRun): NextAction {
  switch (run.state) {
    case 'new':
    case 'queued':
    case 'running':
    case 'stopping':
      return toTab('losses', 'Watch the losses', 'The run is being carried out.');
    case 'paused':
      return {label: 'Resume', reason: 'The run is paused and goes on where it was.', does: {kind: 'resume'}};
    case 'stopped':
    case 'lost':
      return {
        label: 'Resume',
        reason: 'What is done stays done; trainings go on from their last checkpoint.',
        does: {kind: 'resume'},
      };
    case 'failed':
      return afterFailure(run);
    case 'done':
      return afterEnd(run);
  }
}

const hubName = /^[A-Za-z0-9][\w.-]*\/[\w.-]+$/;

function afterFailure({error, base}: ActionRun): NextAction {
  if (error?.code === 'base-missing' && base !== null && hubName.test(base)) {
    return toCommand('fetchBase', `Fetch ${base}`, 'The base is not on this machine yet. Resume the run afterwards.');
  }
  return {
    label: 'Resume',
    reason: 'Once the cause is mended: what is done stays done, trainings go on from their last checkpoint.',
    does: {kind: 'resume'},
  };
}

function afterEnd(run: ActionRun): NextAction {
  if (run.outcome === null) return unmeasured(run);
  switch (run.outcome) {
    case 'better':
      return toTab('evaluation', 'Open Evaluation', 'It shows every number, and how it was measured.');
    case 'mixed':
      if (run.objective !== null && run.objective !== 'loss')
        return toTab(
          'evaluation',
          'Open Evaluation',
          'The weights were searched by images: loss and distance are two judges.',
        );
      return toCommand(
        'openConfig',
        'Merge by distance',
        'Loss and distance disagree. In the config, "merge.search.objective: frechet" searches the weights by drawn images.',
      );
    case 'worse':
      return toTab('merge', 'Open Merge', 'Try smaller weights, or leave an expert out, and see what the model draws.');
    case 'base':
      return toTab('merge', 'Open Merge', 'Give the experts weights, and see what the merged model draws.');
    case 'noise':
      return toCommand(
        'extend',
        'Train longer...',
        'The experts have not moved far enough to be told from the base: more updates may.',
      );
    case 'unmeasured':
      return toCommand('evaluate', 'Evaluate', 'This measures all models on the same held-out images.');
  }
}

function unmeasured({experts, evaluates, merges}: ActionRun): NextAction {
  if (experts === 0) return toTab('samples', 'Open Samples', 'See what the model draws.');
  if (evaluates) return toCommand('evaluate', 'Evaluate', 'This measures all models on the same held-out images.');
  if (!merges) return toTab('merge', 'Open Merge', 'The experts are trained: weigh them, and see what they draw.');
  return toCommand('openConfig', 'Open the config', 'An "evaluate" section has the models measured and drawn.');
}

function toTab(tab: Extract<ActionKind, {kind: 'tab'}>['tab'], label: string, reason: string): NextAction {
  return {label, reason, does: {kind: 'tab', tab}};
}

function toCommand(command: PanelCommand, label: string, reason: string): NextAction {
  return {label, reason, does: {kind: 'command', command}};
}
