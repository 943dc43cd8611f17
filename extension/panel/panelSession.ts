import {toErrorRecord, UserError} from '../../trainer/contract/errors.ts';
import {
  PageMessage,
  type CurveChange,
  type HostMessage,
  type PanelReply,
  type PanelRequest,
  type Watch,
} from '../../trainer/contract/panel.ts';
import {isHere} from '../../trainer/store/processIdentity.ts';
import type {Run} from '../run.ts';
import {CurveFeed} from './curveFeed.ts';
import {Milestones} from './milestones.ts';
import {runDetails} from './runDetails.ts';
import {runView} from './runView.ts';
import {SystemMeter} from './systemMeter.ts';

/** The runs that a panel shows. */
export interface PanelScope {
  readonly kind: 'experiment' | 'compare';
  readonly title: string;
  runs(): readonly Run[];
  get(path: string): Run | undefined;
}

/** What a panel cannot do by itself. All are asked for by the page and answer it, or throw what it is told. */
export interface PanelActions {
  isTrusted(): boolean;
  /** Merges the experts of a run with these weights; returns the folder of the new model. */
  merge(run: Run, weights: readonly number[]): Promise<string>;
  control(run: Run, command: 'pause' | 'resume' | 'stop'): Promise<void>;
  /** Writes all steps of runs where the user wants them; null if they do not. */
  export(runs: readonly Run[], format: 'csv' | 'json' | 'tensorboard'): Promise<string | null>;
  save(name: string, content: string | Uint8Array): Promise<string | null>;
  saveImage(run: Run, source: string): Promise<string | null>;
}

/** The page's side of a panel. */
export interface PanelPage {
  post(message: HostMessage): void;
  /** The address under which the page finds a file of a run. */
  source(file: string): string;
}

/** Pushes at most that often. */
const pushMilliseconds = 250;
const systemMilliseconds = 2000;
const nothing: Watch = {curves: null, heatMaps: null, system: null};

/**
 * One page and what it is told: a snapshot when it appears, then what changes, as long as it can be seen. It keeps nothing that the run
 * folders do not hold.
 */
export class PanelSession {
  readonly #scope: PanelScope;
  readonly #page: PanelPage;
  readonly #actions: PanelActions;
  readonly #feed = new CurveFeed();
  readonly #milestones = new Milestones();
  readonly #meter = new SystemMeter();
  readonly #changed = new Set<string>();
  #watch = nothing;
  #selected: string | null;
  #isReady = false;
  #isVisible = true;
  #pushed = -Infinity;
  #timer: NodeJS.Timeout | null = null;
  #systemTimer: NodeJS.Timeout | null = null;
  #work: Promise<void> = Promise.resolve();

  constructor(scope: PanelScope, page: PanelPage, actions: PanelActions, selected: string | null) {
    this.#scope = scope;
    this.#page = page;
    this.#actions = actions;
    this.#selected = selected;
  }

  /** Takes a message of the page; anything that is none is told to it and dropped. */
  receive(raw: unknown): void {
    const message = PageMessage.safeParse(raw);
    if (!message.success) {
      this.#trouble(new UserError('message-invalid', 'The panel sent a message that is not understood.'));
    } else if (message.data.type === 'request') {
      void this.#answer(message.data.id, message.data.request);
    } else if (message.data.type === 'watch') {
      this.#setWatch(message.data.watch);
    } else if (message.data.type === 'selected') {
      this.#selected = message.data.run;
    } else {
      // A page that was made anew watches nothing yet, whatever the one before it did.
      this.#watch = nothing;
      this.#timeSystem();
      this.#start();
    }
  }

  /** The runs may have changed, of which the page may or may not show something. */
  runChanged(path: string): void {
    this.#changed.add(path);
    this.#schedule();
  }

  runRemoved(path: string): void {
    this.#page.post({type: 'removed', run: path});
  }

  /** Shows another run; for a panel that is there already. */
  select(path: string): void {
    this.#selected = path;
    if (this.#isReady) this.#start();
  }

  setVisible(isVisible: boolean): void {
    this.#isVisible = isVisible;
    if (isVisible) this.#schedule();
    this.#timeSystem();
  }

  /** Resolves when everything that was asked for so far has been posted. */
  idle(): Promise<void> {
    return this.#work;
  }

  dispose(): void {
    this.#isVisible = false;
    this.#isReady = false;
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#systemTimer !== null) clearInterval(this.#systemTimer);
  }

  #start(): void {
    this.#isReady = true;
    this.#feed.reset();
    this.#enqueue(async () => {
      const runs = await Promise.all(this.#scope.runs().map((run) => this.#view(run)));
      const {kind: scope, title} = this.#scope;
      const trusted = this.#actions.isTrusted();
      this.#page.post({type: 'snapshot', scope, title, runs, selected: this.#selected, trusted});
    });
  }

  async #view(run: Run) {
    return runView(run, await this.#milestones.of(run), (file) => this.#page.source(file));
  }

  #setWatch(watch: Watch): void {
    const isSame = JSON.stringify(watch) === JSON.stringify(this.#watch);
    this.#watch = watch;
    if (isSame) return;
    this.#feed.reset();
    this.#enqueue(() => this.#postWatched(() => true));
    this.#timeSystem();
  }

  #schedule(): void {
    if (this.#timer !== null || !this.#isVisible || !this.#isReady || this.#changed.size === 0) return;
    const wait = Math.max(0, this.#pushed + pushMilliseconds - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#pushed = performance.now();
      this.#enqueue(() => this.#push());
    }, wait);
  }

  async #push(): Promise<void> {
    const changed = new Set(this.#changed);
    this.#changed.clear();
    for (const run of this.#scope.runs()) {
      if (changed.has(run.path)) this.#page.post({type: 'run', run: await this.#view(run)});
    }
    await this.#postWatched((path) => changed.has(path));
  }

  async #postWatched(isDue: (run: string) => boolean): Promise<void> {
    const {curves, heatMaps} = this.#watch;
    const changes: CurveChange[] = [];
    for (const path of curves?.runs.filter(isDue) ?? []) {
      if (curves && (await this.#prepare(path))) changes.push(...(await this.#feed.curves(path, curves)));
    }
    if (changes.length > 0) this.#page.post({type: 'curves', curves: changes});
    if (!heatMaps || !isDue(heatMaps.run) || !(await this.#prepare(heatMaps.run))) return;
    const maps = await this.#feed.heatMaps(heatMaps);
    if (maps.length > 0) this.#page.post({type: 'heatMaps', heatMaps: maps});
  }

  /** Only runs that this panel may show are read, whatever the page asks for. */
  async #prepare(path: string): Promise<boolean> {
    const run = this.#scope.get(path);
    if (run !== undefined) await this.#milestones.of(run);
    return run !== undefined;
  }

  async #answer(id: number, request: PanelRequest): Promise<void> {
    try {
      this.#page.post({type: 'reply', id, reply: await this.#carryOut(request)});
    } catch (error) {
      this.#page.post({type: 'refused', id, error: toErrorRecord(error)});
    }
  }

  async #carryOut(request: PanelRequest): Promise<PanelReply> {
    const actions = this.#actions;
    switch (request.kind) {
      case 'details': {
        const run = this.#require(request.run);
        return {kind: 'details', details: await runDetails(run, await this.#milestones.of(run))};
      }
      case 'merge':
        this.#requireTrust();
        return {kind: 'written', path: await actions.merge(this.#require(request.run), request.weights)};
      case 'control':
        this.#requireTrust();
        await actions.control(this.#require(request.run), request.command);
        return {kind: 'done'};
      case 'export': {
        const runs = request.runs.map((path) => this.#require(path));
        return {kind: 'written', path: await actions.export(runs, request.format)};
      }
      case 'save':
        return {kind: 'written', path: await actions.save(request.name, request.content)};
      case 'saveImage':
        return {kind: 'written', path: await actions.saveImage(this.#require(request.run), request.source)};
    }
  }

  #require(path: string): Run {
    const run = this.#scope.get(path);
    if (run === undefined) throw new UserError('run-missing', 'This run is no longer there.', {where: path});
    return run;
  }

  #requireTrust(): void {
    if (this.#actions.isTrusted()) return;
    throw new UserError('untrusted', 'Nothing is run in a workspace that you have not trusted.', {
      hint: 'Use the command "Workspaces: Manage Workspace Trust".',
    });
  }

  #timeSystem(): void {
    const isWanted = this.#watch.system !== null && this.#isVisible && this.#isReady;
    if (isWanted === (this.#systemTimer !== null)) return;
    if (this.#systemTimer !== null) clearInterval(this.#systemTimer);
    this.#systemTimer = isWanted ? setInterval(() => this.#measure(), systemMilliseconds) : null;
    if (isWanted) this.#measure();
  }

  #measure(): void {
    const state = this.#scope.get(this.#watch.system?.run ?? '')?.state ?? null;
    void this.#meter.measure(state !== null && isHere(state) ? state.pid : null).then(
      (usage) => this.#page.post({type: 'system', usage}),
      (error: unknown) => this.#trouble(error),
    );
  }

  /** One after the other, so that a later change never arrives before an earlier one. */
  #enqueue(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((error: unknown) => this.#trouble(error));
  }

  #trouble(error: unknown): void {
    this.#page.post({type: 'trouble', error: toErrorRecord(error)});
  }
}
