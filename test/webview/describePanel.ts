import type {Browser} from 'playwright-core';
import {afterAll, beforeAll, describe, expect, onTestFailed} from 'vitest';
import {chromiumForTests, chromiumMissing, startChromium} from '../helpers/editor/chromium.ts';
import {bundlePanel, type PanelFiles} from './bundlePanel.ts';
import {TestPanel, type TestPanelOptions} from './testPanel.ts';

const chromium = chromiumForTests();
if (chromium === null) process.stderr.write(`${chromiumMissing}\n`);

type Open = (options: Omit<TestPanelOptions, 'files'>) => Promise<TestPanel>;

/** Tests of the panel in a browser, which `open` opens; skipped where there is none. */
export function describePanel(name: string, tests: (open: Open) => void): void {
  describe.skipIf(chromium === null)(name, () => {
    let browser: Browser;
    let files: PanelFiles;
    beforeAll(async () => {
      browser = await startChromium(chromium ?? '');
      files = await bundlePanel();
    });
    afterAll(() => browser.close());
    tests(async (options) => {
      const opened = TestPanel.open(browser, {files, ...options});
      onTestFailed(async () => void process.stderr.write(`${await opened.then((panel) => panel.told(), String)}\n`));
      return opened;
    });
  });
}

/** Other tests may keep the machine busy. */
export function eventually<T>(read: () => T): ReturnType<typeof expect.poll> {
  return expect.poll(read, {timeout: 20_000});
}

export function expectNoTrouble(panel: TestPanel): void {
  expect(panel.violations).toEqual([]);
  expect(panel.errors).toEqual([]);
  expect(panel.posted.filter(({type}) => type === 'error')).toEqual([]);
}
