import {directionsText, landscapePanels} from '../../../trainer/contract/run/measured/landscapePanels.ts';
import type {LossLandscape} from '../../../trainer/contract/run/measured/lossLandscape.ts';
import {lossLandscapeCsv} from '../../../trainer/contract/run/measured/lossLandscapeCsv.ts';
import {saveCsv} from '../../charts/saveCsv.ts';
import {savePicture, type PictureKind} from '../../charts/savePicture.ts';
import {svgUri} from '../../charts/svgUri.ts';
import {element, Region, setChildren, setText} from '../../dom.ts';
import type {Panel} from '../../panel.ts';
import {printTheme, readTheme} from '../../theme.ts';
import {button, dropdown} from '../../toolkit.ts';
import type {MeasuredView} from '../measuredSection.ts';
import {bandsOf, landscapeSvg, landscapeTitle, legendSvg, legendTitle, panelSvg} from './landscapeSvg.ts';
import {landscapeSummary, lossTable, panelText, sharpnessTable} from './landscapeTables.ts';

/** The landscape of one model, chosen by the user where there are several: contours side by side, the sharpness, and tables of all losses. */
export class LandscapeView implements MeasuredView<LossLandscape> {
  readonly root = element('div', {hidden: true});
  readonly #panel: Panel;
  readonly #bar = new Region(element('div', {class: 'bar'}));
  readonly #summary = element('p');
  readonly #panels = element('div', {class: 'landscape-panels'});
  readonly #legend = element('img', {class: 'box-plots'});
  readonly #sharpness = element('div');
  readonly #losses = element('div');
  readonly #details = element('details', {}, element('summary', {}, 'Data tables of the losses'), this.#losses);
  #results: readonly LossLandscape[] = [];
  #chosen = '';

  constructor(panel: Panel) {
    this.#panel = panel;
    this.root.append(this.#bar.root, this.#summary, this.#panels, this.#legend, this.#sharpness, this.#details);
    this.#details.addEventListener('toggle', () => this.#showLosses());
  }

  shareOf({done, total}: LossLandscape): number {
    return done / total;
  }

  show(results: readonly LossLandscape[]): void {
    if (JSON.stringify(results) === JSON.stringify(this.#results)) return;
    this.#results = results;
    this.#build();
  }

  exports(): HTMLElement[] {
    const picture = (kind: PictureKind) =>
      button(`Save landscape as ${kind.toUpperCase()}`, () => void this.#savePicture(kind));
    return [button('Save landscape as CSV', () => void this.#saveCsv()), picture('svg'), picture('png')];
  }

  restyle(): void {
    const shown = this.#shown();
    if (shown === undefined) return;
    const theme = readTheme();
    const panels = landscapePanels(shown);
    const bands = bandsOf(panels);
    const images = panels.map((panel) => {
      const image = element('img', {alt: panelText(panel)});
      image.src = svgUri(panelSvg(panel, shown.axis, bands, theme));
      return image;
    });
    setChildren(this.#panels, ...images);
    this.#legend.src = svgUri(legendSvg(bands, theme));
    this.#legend.alt = `Colours: ${legendTitle.toLowerCase()}, orange below 0, blue above. The losses are in the tables below.`;
  }

  #build(): void {
    const shown = this.#shown();
    this.root.hidden = shown === undefined;
    if (shown === undefined) return;
    const names = this.#results.map(directionsText);
    this.#bar.show([names, directionsText(shown)], () => (names.length < 2 ? [] : [this.#choice(names, shown)]));
    setText(this.#summary, landscapeSummary(shown));
    setChildren(this.#sharpness, sharpnessTable(shown));
    this.#showLosses();
    this.restyle();
  }

  #choice(names: readonly string[], shown: LossLandscape): HTMLElement {
    const choices = names.map((name) => ({value: name, label: name}));
    return dropdown('Landscape of', choices, directionsText(shown), (name) => {
      this.#chosen = name;
      this.#build();
    });
  }

  #showLosses(): void {
    const shown = this.#shown();
    const tables =
      shown && this.#details.open ? landscapePanels(shown).map((panel) => lossTable(panel, shown.axis)) : [];
    setChildren(this.#losses, ...tables);
  }

  #shown(): LossLandscape | undefined {
    return this.#results.find((result) => directionsText(result) === this.#chosen) ?? this.#results[0];
  }

  async #savePicture(kind: PictureKind): Promise<void> {
    const shown = this.#shown();
    if (shown === undefined) return;
    await savePicture(this.#panel, landscapeTitle(shown), landscapeSvg(shown, printTheme), kind);
  }

  async #saveCsv(): Promise<void> {
    const shown = this.#shown();
    if (shown === undefined) return;
    const name = directionsText(shown).replaceAll(',', '').replaceAll(' ', '-');
    await saveCsv(this.#panel, `loss-landscape-${name}.csv`, lossLandscapeCsv(shown));
  }
}
