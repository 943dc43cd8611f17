import {toErrorRecord, UserError} from '../../trainer/contract/errors.ts';
import type {MergeSetting} from '../../trainer/contract/config/merge/mergeSetting.ts';
import {measurementKinds, type MeasurementKinds} from '../../trainer/contract/measurements/measurementKinds.ts';
import type {MeasurementRequest} from '../../trainer/contract/measurements/measurementRequest.ts';
import type {PanelCommand} from '../../trainer/contract/overview/nextAction.ts';
import {
  UnknownRequest,
  type HostMessage,
  type PanelReply,
  type PanelRequest,
} from '../../trainer/contract/panel/panel.ts';
import type {RunNotes} from '../../trainer/contract/run/runNotes.ts';
import type {KeptWeights} from '../../trainer/contract/run/snapshots/keptWeights.ts';
import {keptMeasurements} from './keptMeasurements.ts';
import type {Run} from '../runs/run.ts';
import type {Milestones} from './milestones.ts';
import type {PanelPreview, StartPreview} from './panelPreview.ts';
import {runDetails} from './runs/runDetails.ts';
import type {StudyFile} from '../studies/studyFile.ts';
import {studyView} from './studyViews.ts';

/** The runs that a panel shows. */
export interface PanelScope {
  readonly kind: 'experiment' | 'compare';
  readonly title: string;
  runs(): readonly Run[];
  get(path: string): Run | undefined;
  /** Studies, matrices and benchmarks that these runs belong to. */
  studies(): readonly StudyFile[];
}

/** The page's side of a panel. */
export interface PanelPage {
  post(message: HostMessage): void;
  /** The address under which the page finds a file of a run. */
  source(file: string): string;
}

/** What a panel cannot do by itself. The page asks for each and gets the result, or the error that is thrown. */
export interface PanelActions {
  isTrusted(): boolean;
  /** Merges the experts of a run with this setting; returns the folder of the new model. */
  merge(run: Run, setting: MergeSetting): Promise<string>;
  /** Makes a measurement of a run, whose result stays in the run folder. */
  measure(run: Run, name: string, request: MeasurementRequest): Promise<void>;
  /** Starts a process that merges and draws in memory. */
  readonly preview: StartPreview;
  /** Calls a command of the editor about a run. */
  command(run: Run, command: PanelCommand): Promise<void>;
  /** The weights of experts that a run keeps at this moment. */
  kept(run: Run): Promise<KeptWeights[]>;
  /** Writes a config whose experts start from what a run keeps of an update, and opens it; returns its path. */
  fork(run: Run, update: number): Promise<string>;
  control(run: Run, command: 'pause' | 'resume' | 'stop'): Promise<void>;
  writeNotes(run: Run, notes: Pick<RunNotes, 'tags' | 'note'>): Promise<void>;
  /** Writes all steps of runs where the user wants them; null if they do not. */
  export(runs: readonly Run[], format: 'csv' | 'json' | 'tensorboard'): Promise<string | null>;
  save(name: string, content: string | Uint8Array): Promise<string | null>;
  saveImage(run: Run, source: string): Promise<string | null>;
}

/** Carries out what the page of a panel asks for. */
export class PanelRequests {
  readonly #scope: PanelScope;
  readonly #actions: PanelActions;
  readonly #milestones: Milestones;
  readonly #preview: PanelPreview;
  readonly #source: (file: string) => string;
  readonly #measurements: MeasurementKinds;

  /** @param source gives the address under which the page finds a file */
  constructor(
    scope: PanelScope,
    actions: PanelActions,
    milestones: Milestones,
    preview: PanelPreview,
    source: (file: string) => string,
    measurements: MeasurementKinds = measurementKinds,
  ) {
    this.#source = source;
    this.#scope = scope;
    this.#actions = actions;
    this.#milestones = milestones;
    this.#preview = preview;
    this.#measurements = measurements;
  }

  async run(request: PanelRequest): Promise<PanelReply> {
    const actions = this.#actions;
    switch (request.kind) {
      case 'details': {
        const run = this.requireRun(request.run);
        return {kind: 'details', details: await runDetails(run, await this.#milestones.of(run), this.#source)};
      }
      case 'study': {
        const {path} = request;
        const study = this.#scope.studies().find((each) => each.path === path);
        if (study === undefined) throw new UserError('study-missing', 'This table is no longer there.', {where: path});
        return {kind: 'study', study: await studyView(study, this.#scope.runs(), this.#source)};
      }
      case 'merge': {
        this.requireTrust();
        const {weights, rules, method} = request;
        const run = this.requireRun(request.run);
        const path = await actions.merge(run, {weights, rules, method});
        this.#preview.saved(run, path);
        return {kind: 'written', path};
      }
      case 'command':
        await actions.command(this.requireRun(request.run), request.command);
        return {kind: 'done'};
      case 'measure': {
        const run = this.requireRun(request.run);
        const kind = this.#measurements[request.name];
        if (kind === undefined) {
          throw new UserError('measurement-unknown', `There is no measurement named ${request.name}.`);
        }
        if (request.request !== null) {
          this.requireTrust();
          await actions.measure(run, request.name, request.request);
        }
        return keptMeasurements(run, kind);
      }
      case 'kept':
        return {kind: 'kept', weights: await actions.kept(this.requireRun(request.run))};
      case 'fork':
        this.requireTrust();
        return {kind: 'written', path: await actions.fork(this.requireRun(request.run), request.update)};
      case 'control':
        this.requireTrust();
        await actions.control(this.requireRun(request.run), request.command);
        return {kind: 'done'};
      case 'notes': {
        const {tags, note} = request;
        await actions.writeNotes(this.requireRun(request.run), {tags, note});
        return {kind: 'done'};
      }
      case 'export': {
        const runs = request.runs.map((path) => this.requireRun(path));
        return {kind: 'written', path: await actions.export(runs, request.format)};
      }
      case 'save':
        return {kind: 'written', path: await actions.save(request.name, request.content)};
      case 'saveImage':
        return {kind: 'written', path: await actions.saveImage(this.requireRun(request.run), request.source)};
    }
  }

  requireRun(path: string): Run {
    const run = this.#scope.get(path);
    if (run === undefined) throw new UserError('run-missing', 'This run is no longer there.', {where: path});
    return run;
  }

  requireTrust(): void {
    if (this.#actions.isTrusted()) return;
    throw new UserError('untrusted', 'Nothing is run in a workspace that you have not trusted.', {
      hint: 'Use the command "Workspaces: Manage Workspace Trust".',
    });
  }
}

/** What a message is told that is none: one that asks for something is answered, and does not wait for ever. */
export function refusalOf(raw: unknown): HostMessage {
  const error = toErrorRecord(new UserError('message-invalid', 'The panel sent a message that is not understood.'));
  const request = UnknownRequest.safeParse(raw);
  return request.success ? {type: 'refused', id: request.data.id, error} : {type: 'error', error};
}
