import {mkdir} from 'node:fs/promises';
import {dirname, extname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {type Browser, type FrameLocator, type Locator, type Page} from 'playwright-core';
import {expect, inject, it, onTestFinished} from 'vitest';
import {startChromium} from '../helpers/editor/chromium.ts';

/** Milliseconds for VS Code to show something on a machine that trains beside it. */
export const patience = 60_000;

/** What is so before long, and is asked for until it is. */
export function eventually<T>(read: () => T): ReturnType<typeof expect.poll> {
  return expect.poll(read, {timeout: patience, interval: 100});
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The window of the running story, for a picture of what it was like when the story failed. */
const shown: {workbench?: Workbench} = {};

/**
 * A test in the real VS Code; skipped where there is no browser, which the set-up has said. One that fails leaves a picture in
 * dist/stories/.
 */
export function story(name: string, act: () => Promise<void>): void {
  it.skipIf(inject('storyServer') === null)(name, async () => {
    try {
      await act();
    } catch (error) {
      await shown.workbench?.picture(join(root, 'dist', 'stories', `${name}.png`));
      throw error;
    }
  });
}

/** A window of VS Code with a folder open, driven by what a user of a keyboard or a screen reader finds: roles and names. */
export class Workbench {
  /** The page in the visible webview: VS Code puts it two frames deep. */
  readonly panel: FrameLocator;

  private constructor(readonly page: Page) {
    this.panel = page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
  }

  /** Opens a folder in a browser of its own, which closes when the story ends. */
  static async open(folder: string, {isTrusted = true} = {}): Promise<Workbench> {
    const server = inject('storyServer');
    if (server === null) throw new Error('the stories need a browser');
    const browser = await startChromium(server.chromium);
    onTestFinished(async () => {
      delete shown.workbench;
      await browser.close();
    });
    const workbench = (shown.workbench = new Workbench(await newPage(browser)));
    const {page} = workbench;
    await page.goto(`${server.address}${encodeURIComponent(folder)}`);
    await page.getByRole('button', {name: isTrusted ? /^Yes, I trust/ : /^No, I don.t trust/}).click();
    await workbench.#ready();
    return workbench;
  }

  /** Opens a file from the explorer. */
  async openFile(name: string): Promise<void> {
    await this.page.getByRole('treeitem', {name}).first().dblclick();
    await this.page.getByRole('tab', {name}).waitFor();
  }

  /** A code lens, found by its text. */
  lens(name: string | RegExp): Locator {
    return this.page.locator('.codelens-decoration').getByRole('button', {name}).first();
  }

  /** Where the palette and the editor's own dialogs are typed into. */
  get input(): Locator {
    const {page} = this;
    return page.getByRole('combobox').or(page.getByRole('textbox')).and(page.locator('.quick-input-box input'));
  }

  /** Answers the editor's own dialog that asks where to save. */
  async saveAs(file: string): Promise<void> {
    // The dialog fills in its proposal when it has read the folder.
    await eventually(async () => extname(await this.input.inputValue())).toBe(extname(file));
    await this.input.fill(file);
    await this.page.keyboard.press('Enter');
  }

  /** Carries out a command of the palette, found by its whole name. */
  async command(name: string): Promise<void> {
    await (await this.#palette(name)).click();
  }

  /** Whether the palette has a command of this name now. */
  async offers(name: string): Promise<boolean> {
    const option = await this.#palette(name);
    await this.page.waitForTimeout(500); // The list is filtered a moment after it is typed.
    const count = await option.count();
    await this.page.keyboard.press('Escape');
    return count > 0;
  }

  /** What is said of a command goes on after its name: "recently used", a key. */
  async #palette(name: string): Promise<Locator> {
    await this.page.keyboard.press('F1');
    await this.input.fill(`>${name}`);
    return this.page.getByRole('option', {name: new RegExp(`^${name.replaceAll('.', '\\.')}(,|$)`)}).first();
  }

  /** A notification, found by its text. */
  notice(text: RegExp): Locator {
    return this.page.getByRole('dialog', {name: text}).first();
  }

  /** Types into the config that is open, to see that the editor still listens. */
  async type(text: string): Promise<void> {
    await this.page
      .getByRole('textbox', {name: /\.deme\.yaml/})
      .first()
      .focus();
    await this.page.keyboard.press('Control+End');
    await this.page.keyboard.type(text);
    await this.page.getByText(text).first().waitFor();
  }

  /** Reloads the window, which ends its extension host. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.#ready();
  }

  /** Shows the theme that goes with a setting of the operating system. */
  async setTheme(colorScheme: 'light' | 'dark'): Promise<void> {
    await this.page.emulateMedia({colorScheme});
    const dark = this.page.locator('.monaco-workbench.vs-dark');
    await dark.waitFor({state: colorScheme === 'dark' ? 'attached' : 'detached'});
    await this.page.waitForTimeout(1000); // The webview is told a moment later.
  }

  async picture(path: string): Promise<void> {
    await mkdir(dirname(path), {recursive: true});
    await this.page.screenshot({path});
  }

  /**
   * The explorer shows its files when the window can be used, and the bar its icon when it knows the extension: a palette that is opened
   * before that never lists the commands.
   */
  async #ready(): Promise<void> {
    await this.page.getByRole('treeitem').first().waitFor();
    await this.page.getByRole('tab', {name: /^DeMe/}).first().waitFor();
  }
}

async function newPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({viewport: {width: 1440, height: 900}, reducedMotion: 'reduce'});
  context.setDefaultTimeout(patience);
  return context.newPage();
}
