import {objectiveKinds} from '../../trainer/contract/config/searchObjective.ts';
import {sameAsBase} from '../../trainer/contract/config/merge/mergeSetting.ts';
import type {RunDetails, RunView} from '../../trainer/contract/panel/panelViews.ts';
import {neededDetails} from '../details.ts';
import {element, message, Region} from '../dom.ts';
import type {Panel, Tab} from '../panel.ts';
import type {PanelState} from '../state.ts';
import {withTerm} from '../glossary/termButton.ts';
import {lossParts, searchParts} from './mergeResults.ts';
import {withoutCheckpoints} from './withoutCheckpoints.ts';
import {MergeWorkbench} from './workbench/mergeWorkbench.ts';
import {activationSection} from './activations/activationSection.ts';
import {boundSection} from './bound/boundSection.ts';
import {conflictSection} from './conflict/conflictSection.ts';
import {landscapeSection} from './landscape/landscapeSection.ts';
import {LossPlaneView} from './plane/lossPlane.ts';
import {taskVectorsSection} from './taskVectors/taskVectorsSection.ts';

/** The merge of the run with its results, a workbench for other merges, the loss plane, and what is measured of the models. */
export class MergeTab implements Tab {
  readonly root: HTMLElement;
  readonly #panel: Panel;
  readonly #region = new Region(element('div'));
  readonly #workbench: MergeWorkbench;
  readonly #plane: LossPlaneView;
  readonly #sections: readonly Pick<ReturnType<typeof conflictSection>, 'root' | 'show' | 'restyle'>[];

  constructor(panel: Panel) {
    this.#panel = panel;
    this.#workbench = new MergeWorkbench(panel, () => this.#plane.redraw());
    this.#plane = new LossPlaneView(panel, this.#workbench);
    this.#sections = [
      taskVectorsSection(panel),
      boundSection(panel),
      conflictSection(panel),
      landscapeSection(panel),
      activationSection(panel),
    ];
    this.root = element('div', {}, this.#region.root, ...this.#sections.map(({root}) => root));
  }

  update(state: PanelState): void {
    const needed = neededDetails(this.#panel);
    for (const section of this.#sections) section.show('run' in needed ? needed : null, state.trusted);
    if ('instead' in needed) {
      this.#region.show([needed.key], () => [needed.instead]);
      return;
    }
    const {run, details} = needed;
    if (run.ranges.length > 0) this.#workbench.update(state, run, details);
    this.#region.show([run.path, run.ranges, details.weights, details.merge, details.report?.heldOut], () => [
      ...this.#weightParts(run, details),
      ...lossParts(details.report, run.ranges),
      ...searchParts(details, run.ranges),
      ...withoutCheckpoints(details, 'The loss plane is'),
      this.#plane.root,
    ]);
    this.#plane.update(run, state.trusted);
  }

  restyle(): void {
    this.#plane.restyle();
    for (const section of this.#sections) section.restyle();
  }

  #weightParts(run: RunView, {weights, merge}: RunDetails): HTMLElement[] {
    const heading = element('h2', {}, 'Merge weights');
    if (run.ranges.length === 0) return [heading, message('This run has no experts, so there is nothing to merge.')];
    const {name} = objectiveKinds[weights?.search?.objective ?? 'loss'];
    const text =
      weights === null && merge === null
        ? 'No weights have been chosen yet.'
        : !weights?.search
          ? 'Given in the config.'
          : `Found by the ${weights.search.strategy} search for the lowest ${name}.`;
    const formula =
      ': merged = base + lambda x sum of weight x (expert - base). Weights may be negative and need not sum to 1.';
    const note = merge === null ? null : sameAsBase(merge);
    const about = `${formula} ${text}${note === null ? '' : ` ${note}`}`;
    return [
      heading,
      element('p', {}, ...withTerm('Task arithmetic'), about),
      ...withoutCheckpoints({weights}, 'The sliders, and the preview and merges made by them, are'),
      this.#workbench.root,
    ];
  }
}
