import {lossPlaneCsv} from '../../../trainer/contract/run/measured/lossPlaneCsv.ts';
import {expertTitle, type Ranges} from '../../../trainer/contract/overview/stageTitle.ts';
import type {LossPlane} from '../../../trainer/contract/run/measured/lossPlane.ts';
import {saveCsv} from '../../charts/saveCsv.ts';
import {savePicture, type PictureKind} from '../../charts/savePicture.ts';
import {element, Region, setText} from '../../dom.ts';
import {askMeasured, type KeptResults} from '../../measured.ts';
import {percentText} from '../../numberText.ts';
import type {Panel} from '../../panel.ts';
import {printTheme} from '../../theme.ts';
import {button, dropdown, setDisabled} from '../../toolkit.ts';
import {PlaneFigure, planeTitle} from './planeFigure.ts';
import {planeMarks} from './planeMarks.ts';
import {isGrowing, noPlanes, reducePlanes, shownPlane, type PlaneAction, type PlaneState} from './planeState.ts';
import {planeSvg} from './planeSvg.ts';

/** How often an incomplete plane is read again: this page, another window or the command line may be measuring it. */
const pollMilliseconds = 1000;

/** The weights of the workbench, one for each expert; null where the field holds no number. */
export interface ChosenWeights {
  readonly weights: readonly (number | null)[];
  setWeights(weights: readonly (number | null)[]): void;
}

/** The loss over the weights of two experts: measured on demand and drawn while it grows. A point in it sets the weights. */
export class LossPlaneView {
  readonly root: HTMLElement;
  readonly #panel: Panel;
  readonly #chosen: ChosenWeights;
  readonly #controls = new Region(element('div', {class: 'bar'}));
  readonly #status = element('p', {class: 'message', role: 'status'});
  readonly #figure: PlaneFigure;
  readonly #saving: HTMLElement;
  #state = noPlanes;

  constructor(panel: Panel, chosen: ChosenWeights) {
    this.#panel = panel;
    this.#chosen = chosen;
    this.#figure = new PlaneFigure((x, y) => this.#choose(x, y));
    const save = (kind: PictureKind) =>
      button(`Save the loss plane as ${kind.toUpperCase()}`, () => void this.#savePicture(kind));
    const csv = button('Save the loss plane as CSV', () => void this.#saveCsv());
    this.#saving = element('div', {class: 'bar', hidden: true}, save('svg'), save('png'), csv);
    const heading = element('h2', {}, 'Loss plane');
    this.root = element('section', {}, heading, this.#controls.root, this.#status, this.#figure.root, this.#saving);
    setInterval(() => this.#poll(), pollMilliseconds);
  }

  /** Hidden for a run with fewer than two experts. */
  update(run: PlaneState['run'], trusted: boolean): void {
    const before = this.#state.run?.path;
    this.#act({kind: 'show', run});
    const shown = this.#state.run;
    this.root.hidden = shown === null;
    if (shown === null) return;
    if (shown.path !== before) {
      setText(this.#status, '');
      void this.#reload(shown.path);
    }
    const {experts, isMeasuring} = this.#state;
    this.#controls.show([shown.path, shown.ranges, trusted, experts, isMeasuring], () =>
      this.#makeControls(shown.ranges, trusted),
    );
    this.#draw();
  }

  /** Marks the current weights. */
  redraw(): void {
    if (this.#state.run !== null) this.#draw();
  }

  restyle(): void {
    this.#figure.restyle();
  }

  #makeControls(ranges: Ranges, trusted: boolean): HTMLElement[] {
    const choices = ranges.map((_, i) => ({value: String(i), label: expertTitle(i, ranges)}));
    const axis = (label: string, index: 0 | 1) =>
      dropdown(label, choices, String(this.#state.experts[index]), (value) => {
        this.#act({kind: 'axis', index, expert: Number(value)});
        this.#refresh();
      });
    const measure = button('Measure the loss plane', () => void this.#measure(), {
      disabled: !trusted || this.#state.isMeasuring,
      title: trusted ? 'Measures 457 merges; continues after an interruption' : 'Needs a trusted workspace',
    });
    setDisabled(measure, !trusted || this.#state.isMeasuring);
    return [axis('Horizontal axis', 0), axis('Vertical axis', 1), measure];
  }

  #act(action: PlaneAction): void {
    this.#state = reducePlanes(this.#state, action);
  }

  #refresh(): void {
    this.update(this.#state.run, this.#panel.state.trusted);
  }

  #draw(): void {
    const plane = shownPlane(this.#state);
    this.#figure.root.hidden = plane === undefined;
    this.#saving.hidden = plane === undefined;
    if (plane === undefined) {
      if (!this.#state.isMeasuring) setText(this.#status, 'This plane is not measured yet.');
      return;
    }
    const {weights} = this.#chosen;
    this.#figure.show(plane, weights);
    const share = plane.done < plane.total ? `${percentText(plane.done / plane.total)} measured. ` : '';
    const held = plane.weights.map((weight, i) => (plane.experts.includes(i) ? null : `expert ${i} at ${weight}`));
    const others = held.filter((text) => text !== null);
    const {images, timestepsPerRange} = plane.recipe;
    const recipe = `${images} validation images, ${timestepsPerRange} timestep(s) a range. Task arithmetic with lambda 1 and the same weights in all parts.`;
    const isOff = !planeMarks(plane, weights).some(({name}) => name === 'your weights');
    const heldText = others.length > 0 ? `Held: ${others.join(', ')}. ` : '';
    setText(this.#status, `${share}${heldText}${recipe}${isOff ? ' Your weights lie outside.' : ''}`);
  }

  #choose(x: number, y: number): void {
    const [first, second] = this.#state.experts;
    this.#chosen.setWeights(this.#chosen.weights.map((weight, i) => (i === first ? x : i === second ? y : weight)));
    this.#panel.dispatch({type: 'notice', text: `Weights set: ${x} for expert ${first}, ${y} for expert ${second}.`});
  }

  /** Reads nothing while the plane is out of sight. */
  #poll(): void {
    const isSeen = !document.hidden && this.root.offsetParent !== null;
    if (this.#state.run !== null && isSeen && isGrowing(this.#state)) void this.#reload(this.#state.run.path);
  }

  async #reload(path: string): Promise<void> {
    this.#act({kind: 'reading', run: path});
    this.#read(
      path,
      await askMeasured(this.#panel, 'loss-plane', {
        run: path,
        request: null,
        doing: 'Could not read the loss planes',
      }),
    );
  }

  #read(path: string, kept: KeptResults<LossPlane> | null): void {
    if (kept === null) return;
    const before = this.#state.planes;
    this.#act({kind: 'read', run: path, planes: kept.results.map(({result}) => result)});
    if (this.#state.planes !== before) this.#draw();
  }

  async #measure(): Promise<void> {
    const {run, isMeasuring} = this.#state;
    const weights = this.#chosen.weights.filter((weight) => weight !== null);
    if (run === null || isMeasuring || weights.length !== run.ranges.length) return;
    this.#act({kind: 'measuring', run: run.path});
    this.#refresh();
    setText(this.#status, 'Measuring …');
    const experts: [number, number] = [...this.#state.experts];
    const request = {experts, weights};
    const doing = 'Could not measure the loss plane';
    const kept = await askMeasured(this.#panel, 'loss-plane', {run: run.path, request, doing});
    this.#act({kind: 'measured', run: run.path});
    this.#refresh();
    this.#read(run.path, kept);
  }

  async #savePicture(kind: PictureKind): Promise<void> {
    const plane = shownPlane(this.#state);
    if (plane === undefined) return;
    const title = planeTitle(plane);
    const marks = planeMarks(plane, this.#chosen.weights);
    await savePicture(this.#panel, title, planeSvg(title, plane, marks, printTheme), kind);
  }

  async #saveCsv(): Promise<void> {
    const plane = shownPlane(this.#state);
    if (plane !== undefined)
      await saveCsv(this.#panel, `loss-plane-${plane.experts.join('-')}.csv`, lossPlaneCsv(plane));
  }
}
