import {setTimeout as wait} from 'node:timers/promises';
import {toErrorRecord} from '../../trainer/contract/errors.ts';
import {PageMessage, type HostMessage, type PanelRequest, type Watch} from '../../trainer/contract/panel/panel.ts';
import type {PreviewCommand} from '../../trainer/contract/panel/preview.ts';
import {isHere} from '../../trainer/store/run/processIdentity.ts';
import {isActiveRun, type Run} from '../runs/run.ts';
import {CurveFeed} from './curveFeed.ts';
import {Milestones} from './milestones.ts';
import {PanelPreview} from './panelPreview.ts';
import {PanelStudies} from './panelStudies.ts';
import {PanelWish} from './panelWish.ts';
import {PanelRequests, refusalOf, type PanelActions, type PanelPage, type PanelScope} from './panelRequests.ts';
import {runListing} from './runs/runListing.ts';
import {RunViews} from './runs/runViews.ts';
import {SystemMeter} from './systemMeter.ts';

/** Pushes at most that often. */
const pushMilliseconds = 250;
const systemMilliseconds = 2000;
/** Metrics that must be rebuilt are not waited for longer than that. */
const snapshotPatience = 300;
/** Nor do the stages of a run that was only listed before wait longer for its rare events. */
const stagesPatience = 50;
const nothing: Watch = {curves: null, heatMaps: null, system: null};

/**
 * What one page is sent: a snapshot when it appears, then what changes, as long as it can be seen. It keeps nothing that the run
 * folders do not hold.
 */
export class PanelSession {
  readonly wish = new PanelWish((message) => this.#page.post(message));
  readonly studies: PanelStudies;
  readonly #scope: PanelScope;
  readonly #page: PanelPage;
  readonly #actions: PanelActions;
  readonly #feed = new CurveFeed();
  readonly #milestones = new Milestones();
  readonly #views: RunViews;
  readonly #meter = new SystemMeter();
  readonly #preview: PanelPreview;
  readonly #requests: PanelRequests;
  readonly #changed = new Set<string>();
  /** What is wrong with runs; each problem is sent once. */
  readonly #reported = new Set<string>();
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
    this.studies = new PanelStudies(scope, (message) => page.post(message), this.wish);
    this.#preview = new PanelPreview(actions.preview, (news) => page.post({type: 'preview', news}));
    const source = (file: string) => page.source(file);
    this.#views = new RunViews(this.#milestones, source);
    this.#requests = new PanelRequests(scope, actions, this.#milestones, this.#preview, source);
    // While the page is loaded: of 2,000 runs it takes as long as that.
    this.#enqueue(async () => scope.runs().forEach(runListing));
  }

  /** Handles a message of the page; anything else is refused with an error. */
  receive(raw: unknown): void {
    const message = PageMessage.safeParse(raw);
    if (!message.success) {
      this.#page.post(refusalOf(raw));
    } else if (message.data.type === 'request') {
      void this.#answer(message.data.id, message.data.request);
    } else if (message.data.type === 'watch') {
      this.#setWatch(message.data.watch);
    } else if (message.data.type === 'preview') {
      this.#orderPreview(message.data.command);
    } else if (message.data.type === 'selected') {
      this.#onSelected(message.data.run);
    } else {
      // A reloaded page watches nothing yet, whatever the one before it did.
      this.#watch = nothing;
      this.#preview.end();
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
    // A page that cannot be seen is thrown away, and so is what it has previewed.
    else this.#preview.end();
    this.#timeSystem();
  }

  /** Resolves when everything that was asked for so far has been posted. */
  idle(): Promise<void> {
    return this.#work;
  }

  dispose(): void {
    this.#preview.end();
    this.#isVisible = false;
    this.#isReady = false;
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#systemTimer !== null) clearInterval(this.#systemTimer);
  }

  #start(): void {
    this.#isReady = true;
    this.#feed.reset();
    this.#enqueue(async () => {
      const shown = this.#shownRun();
      let isWhole = shown === undefined;
      const gathered = shown && this.#gather(shown).then(() => (isWhole = true));
      await Promise.race([gathered, wait(snapshotPatience)]);
      const list = this.#views.list(this.#scope.runs(), shown);
      const {kind: scope, title} = this.#scope;
      const trusted = this.#actions.isTrusted();
      this.#page.post({type: 'snapshot', scope, title, list, selected: this.#selected, trusted});
      this.studies.begin();
      this.wish.begin();
      if (isWhole || shown === undefined) return;
      await gathered;
      this.#page.post({type: 'run', run: this.#views.whole(shown)});
    });
  }

  /** The run that the page shows where it compares none. */
  #shownRun(): Run | undefined {
    return (this.#selected === null ? undefined : this.#scope.get(this.#selected)) ?? this.#scope.runs().at(-1);
  }

  /** The page shows another run, of which it may not have all. */
  #onSelected(path: string): void {
    const before = this.#shownRun();
    this.#selected = path;
    const run = this.#shownRun();
    if (run === undefined || run.path === before?.path) return;
    this.#enqueue(() => this.#postWhole(run));
  }

  async #postWhole(run: Run): Promise<void> {
    const gathered = this.#gather(run);
    await Promise.race([gathered, wait(stagesPatience)]);
    if (this.#milestones.known(run) === null) this.#page.post({type: 'run', run: this.#views.whole(run)});
    await gathered;
    this.#page.post({type: 'run', run: this.#views.whole(run)});
  }

  /**
   * Reads the rare events of a run, which may take its time: only of those that the page shows or that are active. A run of which they
   * cannot be read is shown without.
   */
  async #gather(run: Run): Promise<void> {
    await this.#milestones.of(run).catch((error: unknown) => this.#reportOnce(run, error));
  }

  #setWatch(watch: Watch): void {
    const isSame = JSON.stringify(watch) === JSON.stringify(this.#watch);
    const before = this.#watch.curves?.runs ?? [];
    this.#watch = watch;
    if (isSame) return;
    this.#enqueue(() => this.#postCompared(watch.curves?.runs.filter((path) => !before.includes(path)) ?? []));
    this.#feed.reset();
    this.#enqueue(() => this.#postWatched());
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

  /** Posts all that has changed in one go, so that the page draws it in one frame. */
  async #push(): Promise<void> {
    const changed = new Set(this.#changed);
    this.#changed.clear();
    const runs = this.#scope.runs().filter(({path}) => changed.has(path));
    const messages: HostMessage[] = [];
    for (const run of runs) {
      const isShown = isActiveRun(run) || run.path === this.#shownRun()?.path;
      if (isShown) await this.#gather(run);
      messages.push({type: 'run', run: isShown ? this.#views.whole(run) : this.#views.of(run)});
    }
    for await (const message of this.#watched((path) => changed.has(path))) messages.push(message);
    messages.forEach((message) => this.#page.post(message));
  }

  /** Runs that are compared from now on, with their samples. The page has all of the run that it shows. */
  async #postCompared(paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      const run = path === this.#shownRun()?.path ? undefined : this.#scope.get(path);
      if (run !== undefined) await this.#postWhole(run);
    }
  }

  async #postWatched(): Promise<void> {
    for await (const message of this.#watched(() => true)) this.#page.post(message);
  }

  /** What differs from what the page has of the curves and heat maps in its view. */
  async *#watched(isDue: (run: string) => boolean): AsyncGenerator<HostMessage> {
    const {curves, heatMaps} = this.#watch;
    const due = (watched: {readonly runs: readonly string[]} | null) => watched?.runs.filter(isDue) ?? [];
    const lines = await this.#metricsOf(due(curves), async (run) => (curves ? this.#feed.curves(run, curves) : []));
    if (lines.length > 0) yield {type: 'curves', curves: lines};
    const maps = await this.#metricsOf(due(heatMaps), async (run) =>
      heatMaps ? this.#feed.heatMaps(run, heatMaps) : [],
    );
    if (maps.length > 0) yield {type: 'heatMaps', heatMaps: maps};
  }

  /** Only runs that this panel may show are read, whatever the page asks for; those that cannot be read keep nothing from the others. */
  async #metricsOf<T>(paths: readonly string[], read: (path: string) => Promise<T[]>): Promise<T[]> {
    const found: T[] = [];
    for (const run of paths.flatMap((path) => this.#scope.get(path) ?? [])) {
      try {
        await this.#milestones.of(run);
        found.push(...(await read(run.path)));
      } catch (error) {
        this.#reportOnce(run, error);
      }
    }
    return found;
  }

  async #answer(id: number, request: PanelRequest): Promise<void> {
    try {
      this.#page.post({type: 'reply', id, reply: await this.#requests.run(request)});
    } catch (error) {
      this.#page.post({type: 'refused', id, error: toErrorRecord(error)});
    }
  }

  #orderPreview(command: PreviewCommand): void {
    try {
      this.#requests.requireTrust();
      if (command.kind === 'start') void this.#preview.start(this.#requests.requireRun(command.run));
      else if (command.kind === 'stop') this.#preview.end();
      else this.#preview.order(command);
    } catch (error) {
      this.#page.post({type: 'preview', news: {kind: 'ended', error: toErrorRecord(error)}});
    }
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
      (error: unknown) => this.#sendError(error),
    );
  }

  /** One after the other, so that a later change never arrives before an earlier one. */
  #enqueue(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((error: unknown) => this.#sendError(error));
  }

  #reportOnce({path}: Run, error: unknown): void {
    const text = `${path}: ${String(error)}`;
    if (!this.#reported.has(text)) this.#sendError(error);
    this.#reported.add(text);
  }

  #sendError(error: unknown): void {
    this.#page.post({type: 'error', error: toErrorRecord(error)});
  }
}
