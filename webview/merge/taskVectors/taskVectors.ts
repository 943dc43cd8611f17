import type {RunDetails, RunView} from '../../../trainer/contract/panel/panelViews.ts';
import type {TaskAnalysis} from '../../../trainer/contract/run/measured/taskAnalysis.ts';
import {element, Region, setText} from '../../dom.ts';
import {askMeasured, type KeptResults} from '../../measured.ts';
import type {Panel} from '../../panel.ts';
import {button, setDisabled} from '../../toolkit.ts';
import {AnalysisView} from './analysisView.ts';

/** The task vectors of a run's experts: reads their analysis, and has it computed on demand. */
export class TaskVectors {
  readonly root: HTMLElement;
  readonly #panel: Panel;
  readonly #bar = new Region(element('div', {class: 'bar'}));
  readonly #status = element('p', {class: 'message', role: 'status'});
  readonly #view: AnalysisView;
  #run = '';
  #asked: RunDetails | null = null;
  #known: KeptResults<TaskAnalysis> | null = null;
  #isBusy = false;

  constructor(panel: Panel) {
    this.#panel = panel;
    this.#view = new AnalysisView(panel);
    const heading = element('h2', {}, 'Task vectors');
    const text = 'A task vector is what training has changed: expert − base.';
    this.root = element(
      'section',
      {hidden: true},
      heading,
      element('p', {}, text),
      this.#bar.root,
      this.#status,
      this.#view.root,
    );
  }

  /** Reads the analysis of the run whenever its details have changed. Null: nothing to show. */
  show(needed: {readonly run: RunView; readonly details: RunDetails} | null, trusted: boolean): void {
    this.root.hidden = needed === null || needed.run.ranges.length === 0;
    if (needed === null || this.root.hidden) return;
    const {run, details} = needed;
    if (run.path !== this.#run) this.#forget(run.path);
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
    this.#view.show(null);
    setText(this.#status, '');
  }

  #showBar(run: string, trusted: boolean): void {
    const isNew = this.#analysis() === null;
    this.#bar.show([run, trusted, isNew, this.#isBusy], () => {
      const analyse = button('Analyse task vectors', () => void this.#analyse(run), {
        appearance: isNew ? 'primary' : 'secondary',
        title: trusted ? 'Reads all experts once' : 'Needs a trusted workspace',
      });
      setDisabled(analyse, !trusted || this.#isBusy);
      return [analyse, ...(isNew ? [] : this.#view.exports())];
    });
  }

  async #analyse(run: string): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    setText(this.#status, 'Analysing the experts …');
    this.#showBar(run, true);
    await this.#ask(run, true);
    if (run !== this.#run) return;
    this.#isBusy = false;
    this.#showBar(run, true);
  }

  async #ask(run: string, isAnalysing: boolean): Promise<void> {
    const doing = isAnalysing ? 'Could not analyse the experts' : 'Could not read the analysis';
    const kept = await askMeasured(this.#panel, 'task-vectors', {run, request: isAnalysing ? {} : null, doing});
    // Another run may have been selected in the meantime.
    if (run !== this.#run) return;
    if (kept !== null) this.#known = kept;
    if (!this.#isBusy || isAnalysing) setText(this.#status, this.#statusText());
    this.#view.show(this.#analysis());
    this.#showBar(run, this.#panel.state.trusted);
  }

  #analysis(): TaskAnalysis | null {
    return this.#known?.results[0]?.result ?? null;
  }

  #statusText(): string {
    if (this.#analysis() === null) {
      return this.#known?.problems[0] ?? 'The experts of this run have not been analysed yet.';
    }
    return this.#known?.results[0]?.isStale ? 'Models have changed since this analysis. Analyse them again.' : '';
  }
}
