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
  readonly #make: Readonly<Record<PanelTab, () => Tab>>;
  readonly #views: Readonly<Record<PanelTab, HTMLElement>>;
  /** Those that were shown: the controls of all of them would take longer to make than the curves of the first. */
  readonly #tabs = new Map<PanelTab, Tab>();
  readonly #buttons = new Map<PanelTab, HTMLElement>();

  /** `make`: the content of each tab, which is made when it is first shown. */
  constructor(panel: Panel, make: Readonly<Record<PanelTab, () => Tab>>) {
    this.#panel = panel;
    this.#make = make;
    for (const name of panelTabs) this.#buttons.set(name, this.#button(name));
    const list = element('div', {role: 'tablist', 'aria-label': 'Views of the run'}, ...this.#buttons.values());
    list.addEventListener('keydown', (event) => this.#onKey(event));
    const views = panelTabs.map((name) => [name, viewOf(name)] as const);
    this.#views = Object.fromEntries(views) as Record<PanelTab, HTMLElement>;
    this.root = element('div', {class: 'tabs'}, list, ...views.map(([, view]) => view));
    // While the extension reads the run.
    this.#shown(panel.state.page.tab);
  }

  update(state: PanelState): void {
    for (const name of panelTabs) {
      const isShown = name === state.page.tab;
      const button = this.#buttons.get(name);
      const wasShown = button?.getAttribute('aria-selected') === 'true';
      button?.setAttribute('aria-selected', String(isShown));
      // On a narrow page the tabs are a row that scrolls.
      if (isShown && !wasShown) button?.scrollIntoView({block: 'nearest', inline: 'nearest'});
      button?.setAttribute('tabindex', isShown ? '0' : '-1');
      // Without a snapshot there is nothing to show, and every button of the tab would do nothing.
      this.#views[name].hidden = !isShown || !state.isReady;
    }
    if (state.isReady) this.#shown(state.page.tab).update(state);
  }

  restyle(): void {
    for (const tab of this.#tabs.values()) tab.restyle();
  }

  #shown(name: PanelTab): Tab {
    const known = this.#tabs.get(name);
    if (known) return known;
    const made = this.#make[name]();
    this.#tabs.set(name, made);
    this.#views[name].append(made.root);
    return made;
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

function viewOf(name: PanelTab): HTMLElement {
  return element('div', {role: 'tabpanel', id: `view-${name}`, 'aria-labelledby': `tab-${name}`, hidden: true});
}
