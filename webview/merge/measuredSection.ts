import type {MeasurementName} from '../../trainer/contract/measurements/measurementKinds.ts';
import type {MeasurementRequest} from '../../trainer/contract/measurements/measurementRequest.ts';
import type {RunDetails, RunView} from '../../trainer/contract/panel/panelViews.ts';
import {element, Region, setText} from '../dom.ts';
import {askMeasured, type KeptResults, type ResultOf} from '../measured.ts';
import {percentText} from '../numberText.ts';
import type {Panel} from '../panel.ts';
import {button, dropdown, setDisabled, type Choice} from '../toolkit.ts';

/** What shows the results of one measurement. */
export interface MeasuredView<Result> {
  readonly root: HTMLElement;
  /** All results of a run; the view itself need not draw again what it shows already. */
  show(results: readonly Result[]): void;
  /** Buttons to save numbers and pictures. */
  exports(): HTMLElement[];
  restyle(): void;
  /** The share of a result that is measured; only where results are kept while they grow. */
  readonly shareOf?: (result: Result) => number;
}

/** How often an incomplete result is read again. */
const pollMilliseconds = 1000;
/** How often where this page measures nothing: another window or the command line may. */
const idlePolls = 10;

export interface SectionTexts {
  readonly heading: string;
  /** What is measured, in a sentence. */
  readonly about: string;
  /** On the button that measures, and what that costs. */
  readonly action: string;
  readonly cost: string;
  readonly busy: string;
  /** Where nothing is measured yet, and where models have changed since. */
  readonly none: string;
  readonly stale: string;
  /** The beginnings of errors. */
  readonly failed: string;
  readonly unread: string;
}

/** What a user can choose to have measured; without one, all defaults. */
export interface RequestChoice {
  /** Before the choice. */
  readonly label: string;
  /** The first is the default. */
  choices(run: RunView): readonly Choice[];
  requestOf(value: string): MeasurementRequest;
}

/** A part of the page about a measurement of the run: reads its results, and has it made on demand. */
export class MeasuredSection<Name extends MeasurementName> {
  readonly root: HTMLElement;
  readonly #panel: Panel;
  readonly #name: Name;
  readonly #texts: SectionTexts;
  readonly #view: MeasuredView<ResultOf<Name>>;
  readonly #fits: (run: RunView) => boolean;
  readonly #choice: RequestChoice | null;
  readonly #bar = new Region(element('div', {class: 'bar'}));
  readonly #status = element('p', {class: 'message', role: 'status'});
  #run = '';
  #asked: RunDetails | null = null;
  #known: KeptResults<ResultOf<Name>> | null = null;
  #isBusy = false;
  #choices: readonly Choice[] = [];
  #chosen = '';
  /** Also true after reading has failed, so that it is not tried again and again. */
  #isReading = false;
  #polls = 0;

  /** @param fits whether a run can be measured; else nothing is shown */
  constructor(
    panel: Panel,
    name: Name,
    texts: SectionTexts,
    view: MeasuredView<ResultOf<Name>>,
    fits: (run: RunView) => boolean,
    choice: RequestChoice | null = null,
  ) {
    this.#panel = panel;
    this.#name = name;
    this.#texts = texts;
    this.#view = view;
    this.#fits = fits;
    this.#choice = choice;
    const {heading, about} = texts;
    this.root = element(
      'section',
      {hidden: true},
      element('h2', {}, heading),
      element('p', {}, about),
      this.#bar.root,
      this.#status,
      view.root,
    );
    if (view.shareOf) setInterval(() => this.#poll(), pollMilliseconds);
  }

  /** Reads the results of the run whenever its details have changed. Null: nothing to show. */
  show(needed: {readonly run: RunView; readonly details: RunDetails} | null, trusted: boolean): void {
    this.root.hidden = needed === null || !this.#fits(needed.run);
    if (needed === null || this.root.hidden) return;
    const {run, details} = needed;
    if (run.path !== this.#run) this.#forget(run.path);
    this.#choices = this.#choice?.choices(run) ?? [];
    if (!this.#choices.some(({value}) => value === this.#chosen)) this.#chosen = this.#choices[0]?.value ?? '';
    if (details !== this.#asked) {
      this.#asked = details;
      void this.#ask(run.path, false);
    }
    this.#showBar(run.path, trusted);
  }

  restyle(): void {
    this.#view.restyle();
  }

  #forget(run: string): void {
    this.#run = run;
    this.#known = null;
    this.#isBusy = false;
    this.#isReading = false;
    this.#view.show([]);
    setText(this.#status, '');
  }

  #showBar(run: string, trusted: boolean): void {
    const isNew = this.#results().length === 0;
    this.#bar.show([run, trusted, isNew, this.#isBusy, this.#choices], () => {
      const measure = button(this.#texts.action, () => void this.#measure(run), {
        title: trusted ? this.#texts.cost : 'Needs a trusted workspace',
      });
      setDisabled(measure, !trusted || this.#isBusy);
      return [...this.#chooser(), measure, ...(isNew ? [] : this.#view.exports())];
    });
  }

  #chooser(): HTMLElement[] {
    if (this.#choice === null || this.#choices.length < 2) return [];
    return [dropdown(this.#choice.label, this.#choices, this.#chosen, (value) => (this.#chosen = value))];
  }

  async #measure(run: string): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    setText(this.#status, this.#texts.busy);
    this.#showBar(run, true);
    await this.#ask(run, true);
    if (run !== this.#run) return;
    this.#isBusy = false;
    this.#showBar(run, true);
  }

  /** Reads nothing while the section is out of sight. */
  #poll(): void {
    const isSeen = !document.hidden && this.root.offsetParent !== null;
    const isTurn = this.#isBusy || ++this.#polls % idlePolls === 0;
    if (isSeen && isTurn && !this.#isReading && (this.#isBusy || this.#measuredShare() < 1))
      void this.#ask(this.#run, false);
  }

  async #ask(run: string, isMeasuring: boolean): Promise<void> {
    const doing = isMeasuring ? this.#texts.failed : this.#texts.unread;
    const wanted = this.#choice === null || this.#choices.length === 0 ? {} : this.#choice.requestOf(this.#chosen);
    if (!isMeasuring) this.#isReading = true;
    const kept = await askMeasured(this.#panel, this.#name, {run, request: isMeasuring ? wanted : null, doing});
    // Another run may have been selected in the meantime.
    if (run !== this.#run) return;
    if (kept !== null) {
      this.#known = kept;
      this.#isReading = false;
    }
    setText(this.#status, this.#isBusy && !isMeasuring ? this.#busyText() : this.#statusText());
    this.#view.show(this.#results());
    this.#showBar(run, this.#panel.state.trusted);
  }

  #results(): ResultOf<Name>[] {
    return this.#known?.results.map(({result}) => result) ?? [];
  }

  /** The least of all results; 1 where there are none, or nothing is kept before it is complete. */
  #measuredShare(): number {
    return Math.min(1, ...this.#results().map((result) => this.#view.shareOf?.(result) ?? 1));
  }

  #busyText(): string {
    const share = this.#measuredShare();
    // In tenths: screen readers speak every change.
    return share < 1 ? `${this.#texts.busy} ${percentText(Math.floor(10 * share) / 10)}` : this.#texts.busy;
  }

  #statusText(): string {
    const {none, stale} = this.#texts;
    if (this.#results().length === 0) return this.#known?.problems[0] ?? none;
    if (this.#known?.results.some(({isStale}) => isStale)) return stale;
    const share = this.#measuredShare();
    return share < 1 ? `${percentText(share)} measured.` : '';
  }
}
