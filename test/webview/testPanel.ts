import {readFile} from 'node:fs/promises';
import type {Browser, Page} from 'playwright-core';
import {panelHtml} from '../../extension/panel/panelHtml.ts';
import {compareScope, experimentScope, type RunSource} from '../../extension/panel/panelScope.ts';
import type {PanelActions} from '../../extension/panel/panelRequests.ts';
import type {StudyFile} from '../../extension/studies/studyFile.ts';
import {PanelSession} from '../../extension/panel/panelSession.ts';
import type {HostMessage} from '../../trainer/contract/panel/panel.ts';
import type {PanelTab} from '../../trainer/contract/panel/panelPage.ts';
import type {PanelFiles} from './bundlePanel.ts';
import {PageServer, readMessages, type PageFile} from './pageServer.ts';
import type {FakeRun} from '../helpers/runs/fakeRunFolder.ts';
import {themes, themeStyle, type ThemeKind} from './themes.ts';

const origin = 'http://panel.test';

export interface TestPanelOptions {
  readonly files: PanelFiles;
  readonly runs: readonly Pick<FakeRun, 'run'>[];
  readonly compare?: boolean;
  /** Read anew each time: a test may put in others. */
  readonly studies?: readonly StudyFile[];
  readonly theme?: ThemeKind;
  readonly trusted?: boolean;
  readonly saved?: unknown;
  /** The tab that the page shows first; left out: as it comes. */
  readonly tab?: PanelTab;
  readonly actions?: Partial<PanelActions>;
  /** A host that never answers. */
  readonly silent?: boolean;
  readonly viewport?: {readonly width: number; readonly height: number};
  /** The page and its messages come from a server instead of through the browser's debugger, and the page's content policy is off: for measuring. */
  readonly isServed?: boolean;
}

/** What a panel was asked to do. */
export interface Asked {
  readonly what: string;
  readonly arguments: readonly unknown[];
}

/** The page in a browser with the real host side behind it; only VS Code itself is played. */
export class TestPanel {
  readonly asked: Asked[] = [];
  readonly posted: HostMessage[] = [];
  /** What the page has sent. */
  readonly received: {readonly type: string}[] = [];
  readonly violations: string[] = [];
  readonly errors: string[] = [];
  readonly session: PanelSession;
  saved: unknown;
  #posting: Promise<unknown> = Promise.resolve();
  #due: HostMessage[] = [];
  readonly #server: PageServer | null;
  readonly #origin: string;

  private constructor(
    readonly page: Page,
    options: TestPanelOptions,
    server: PageServer | null,
  ) {
    this.#server = server;
    this.#origin = server?.origin ?? origin;
    const source: RunSource = {
      all: () => options.runs.map(({run}) => run),
      get: (path) => options.runs.find(({run}) => run.path === path)?.run,
    };
    const first = options.runs[0]?.run.path ?? null;
    const studies = {all: () => options.studies ?? []};
    const scope =
      options.compare || first === null ? compareScope(source, studies) : experimentScope(source, first, studies);
    const post = (message: HostMessage) => this.#post(message);
    const selected = options.compare ? null : first;
    this.session = new PanelSession(
      scope,
      {post, source: (file) => `${this.#origin}/file${file}`},
      this.#actions(options),
      selected,
    );
  }

  static async open(browser: Browser, options: TestPanelOptions): Promise<TestPanel> {
    const context = await browser.newContext({
      viewport: options.viewport ?? {width: 1100, height: 800},
      reducedMotion: 'reduce',
      bypassCSP: options.isServed ?? false,
    });
    const page = await context.newPage();
    const server = options.isServed ? await PageServer.start((path, from) => panelFile(path, options, from)) : null;
    const panel = new TestPanel(page, options, server);
    await panel.#prepare(options);
    await page.goto(`${panel.#origin}/`);
    // Looking for something in the page costs it time, which is measured then.
    if (!options.silent && !options.isServed) await panel.#arrival();
    return panel;
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.#arrival();
  }

  /** Tells the host that a run has changed, as `Runs` does. */
  changed(run: FakeRun): void {
    this.session.runChanged(run.run.path);
  }

  /** Puts on another theme, as VS Code does. The toolkit takes over its colours later, and its controls have both meanwhile. */
  async setTheme(kind: ThemeKind): Promise<void> {
    await this.page.evaluate(
      ([style, name]) => {
        document.documentElement.setAttribute('style', style ?? '');
        document.body.dataset.vscodeThemeKind = name;
        document.body.className = name ?? '';
      },
      [themeStyle(kind), kind],
    );
    await this.page.waitForFunction(
      (colour) => getComputedStyle(document.body).getPropertyValue('--foreground').trim() === colour,
      themes[kind].foreground,
    );
  }

  /** Brings messages into the page as if they were posted, but to nobody: what is left is what the bringing costs. */
  async bringToNobody(messages: unknown[]): Promise<void> {
    if (this.#server === null) await this.page.evaluate(() => undefined, messages);
    else await this.page.evaluate(readMessages, [this.#server.add(messages), false] as const);
  }

  async close(): Promise<void> {
    this.session.dispose();
    await this.session.idle();
    await this.#posting;
    await this.page.context().close();
    this.#server?.close();
  }

  /** Where the first data moves what a test is about to click, a click that it interrupts is lost. */
  async #arrival(): Promise<void> {
    const parts = this.page.locator('.run-state > *');
    await parts.filter({hasNotText: 'Waiting for the extension.'}).first().waitFor();
  }

  /** What the page shows and was told, for who reads of a test that failed. */
  async told(): Promise<string> {
    const shown = await this.page.innerText('body', {timeout: 1000}).catch(String);
    const {errors, violations} = this;
    const types = (messages: readonly {readonly type: string}[]) => messages.map(({type}) => type).join(' ');
    return JSON.stringify({shown, errors, violations, posted: types(this.posted), received: types(this.received)});
  }

  #actions({trusted = true, actions}: TestPanelOptions): PanelActions {
    const note =
      <T>(what: string, answer: T) =>
      async (...given: unknown[]): Promise<T> => {
        this.asked.push({what, arguments: given});
        return answer;
      };
    return {
      isTrusted: () => trusted,
      merge: note('merge', '/models/merged-1'),
      measure: note('measure', undefined),
      preview: () => Promise.reject(new Error('this test has no preview')),
      command: note('command', undefined),
      kept: note('kept', []),
      fork: note('fork', '/digits-fork.deme.yaml'),
      control: note('control', undefined),
      writeNotes: note('writeNotes', undefined),
      export: note('export', '/export.csv'),
      save: note('save', '/chart.svg'),
      saveImage: note('saveImage', '/samples.png'),
      ...actions,
    };
  }

  /** One after the other, as they were posted; those of one go arrive back to back, as they do in VS Code. */
  #post(message: HostMessage): void {
    this.posted.push(message);
    this.#due.push(message);
    if (this.#due.length > 1) return;
    const deliver = (messages: unknown[]) => messages.forEach((data) => window.postMessage(data, '*'));
    this.#posting = this.#posting.then(async () => {
      const messages: unknown[] = this.#due;
      this.#due = [];
      // A page that was closed in the meantime hears nothing.
      const server = this.#server;
      const bringing =
        server === null
          ? this.page.evaluate(deliver, messages)
          : this.page.evaluate(readMessages, [server.add(messages), true] as const);
      await bringing.catch(() => undefined);
    });
  }

  async #prepare({files, theme = 'vscode-dark', tab, silent = false, ...options}: TestPanelOptions): Promise<void> {
    const saved = options.saved ?? (tab && {scope: 'experiment', selected: null, tab});
    this.saved = saved;
    const {page} = this;
    page.on('pageerror', (error) => this.errors.push(error.message));
    await page.exposeFunction('violated', (text: string) => this.violations.push(text));
    await page.exposeFunction('toHost', (message: {type: string}) => {
      this.received.push(message);
      if (!silent) this.session.receive(message);
    });
    await page.exposeFunction('keepState', (state: unknown) => (this.saved = state));
    await page.addInitScript(playVsCode, saved);
    if (this.#server !== null) return;
    await page.route(`${origin}/**`, async (route) => {
      const path = decodeURIComponent(new URL(route.request().url()).pathname);
      const file = await panelFile(path, {...options, files, theme});
      await route.fulfill(file ?? {status: 404, body: ''});
    });
  }
}

/** A file of the page, or of a run. */
async function panelFile(
  path: string,
  {files, theme = 'vscode-dark'}: Pick<TestPanelOptions, 'files' | 'theme'>,
  from = origin,
): Promise<PageFile | null> {
  if (path === '/') return {body: pageHtml(theme, from), contentType: 'text/html'};
  if (path.startsWith('/file/')) return {body: await readFile(path.slice(5)), contentType: 'image/png'};
  return files.get(path.slice(1)) ?? null;
}

function pageHtml(theme: ThemeKind, from: string): string {
  const parts = {script: `${from}/webview.js`, style: `${from}/webview.css`, cspSource: from, nonce: 'abc123'};
  return panelHtml(parts)
    .replace('<html lang="en">', `<html lang="en" style="${themeStyle(theme)}">`)
    .replace('<body>', `<body class="${theme}" data-vscode-theme-kind="${theme}">`);
}

declare global {
  interface Window {
    violated(text: string): Promise<void>;
    toHost(message: unknown): Promise<void>;
    keepState(state: unknown): Promise<void>;
    acquireVsCodeApi(): unknown;
  }
}

/** Runs in the page before its script. */
function playVsCode(saved: unknown): void {
  let state = saved;
  document.addEventListener('securitypolicyviolation', (event) => {
    void window.violated(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`);
  });
  window.acquireVsCodeApi = () => ({
    postMessage: (message: unknown) => void window.toHost(message),
    getState: () => state,
    setState: (next: unknown) => {
      state = next;
      void window.keepState(next);
    },
  });
}
