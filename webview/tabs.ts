import {panelTabs, type PanelTab} from '../trainer/contract/panel/panelPage.ts';
import {element} from './dom.ts';
import type {Panel, Tab} from './panel.ts';
import type {PanelState} from './state.ts';

const titles: Readonly<Record<PanelTab, string>> = {
  overview: 'Overview',
  losses: 'Losses',
  samples: 'Samples',
  merge: 'Merge',
  evaluation: 'Evaluation',
  runs: 'Runs',
  compare: 'Compare',
  studies: 'Studies',
  system: 'System',
};

/** Tabs as the ARIA Authoring Practices describe them: arrow keys switch between tabs, the Tab key enters the shown one. */
export class Tabs {
  readonly root: HTMLElement;
  readonly #panel: Panel;
  readonly #tabs: Readonly<Record<PanelTab, Tab>>;
  readonly #buttons = new Map<PanelTab, HTMLElement>();

  constructor(panel: Panel, tabs: Readonly<Record<PanelTab, Tab>>) {
    this.#panel = panel;
    this.#tabs = tabs;
    for (const name of panelTabs) this.#buttons.set(name, this.#button(name));
    const list = element('div', {role: 'tablist', 'aria-label': 'Views of the run'}, ...this.#buttons.values());
    list.addEventListener('keydown', (event) => this.#onKey(event));
    for (const name of panelTabs) prepare(tabs[name].root, name);
    this.root = element('div', {class: 'tabs'}, list, ...panelTabs.map((name) => tabs[name].root));
  }

  update(state: PanelState): void {
    for (const name of panelTabs) {
      const isShown = name === state.page.tab;
      const button = this.#buttons.get(name);
      button?.setAttribute('aria-selected', String(isShown));
      button?.setAttribute('tabindex', isShown ? '0' : '-1');
      // Without a snapshot there is nothing to show, and every button of the tab would do nothing.
      this.#tabs[name].root.hidden = !isShown || !state.isReady;
    }
    if (state.isReady) this.#tabs[state.page.tab].update(state);
  }

  restyle(): void {
    for (const name of panelTabs) this.#tabs[name].restyle();
  }

  #button(name: PanelTab): HTMLElement {
    const onclick = () => this.#panel.setPage({tab: name});
    return element('button', {role: 'tab', id: `tab-${name}`, 'aria-controls': `view-${name}`, onclick}, titles[name]);
  }

  #onKey(event: KeyboardEvent): void {
    const at = panelTabs.indexOf(this.#panel.state.page.tab);
    const steps: Record<string, number> = {ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: panelTabs.length - 1};
    const to = steps[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const tab = panelTabs[(to + panelTabs.length) % panelTabs.length] ?? 'overview';
    this.#panel.setPage({tab});
    this.#buttons.get(tab)?.focus();
  }
}

function prepare(root: HTMLElement, name: PanelTab): void {
  root.hidden = true;
  root.id = `view-${name}`;
  root.setAttribute('role', 'tabpanel');
  root.setAttribute('aria-labelledby', `tab-${name}`);
}
