import {readFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import type {Page} from 'playwright-core';
import type {TestPanel} from './testPanel.ts';
import {themeKinds} from './themes.ts';

const axeFile = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

interface Axe {
  run(options: {runOnly?: readonly string[]}): Promise<{
    violations: {id: string; nodes: {html: string; failureSummary?: string}[]}[];
  }>;
}

/** All rules of axe-core, or some of them; it is put into the page by the debugger, past the page's own policy. */
export async function axeViolations(page: Page, rules?: readonly string[]): Promise<string[]> {
  await page.evaluate(await readFile(axeFile, 'utf8'));
  return page.evaluate(
    async (options) => {
      const {violations} = await (window as unknown as {axe: Axe}).axe.run(options);
      return violations.flatMap(({id, nodes}) =>
        nodes.map(({html, failureSummary}) => `${id}: ${html.slice(0, 200)} ${failureSummary ?? ''}`),
      );
    },
    rules ? {runOnly: rules} : {},
  );
}

/** Those whose outcome depends on the theme. */
const colourRules = ['color-contrast', 'link-in-text-block'];

/** All rules in the first theme, then those about colours in each of the others, which differ in nothing else. Each violation after its theme. */
export async function axeViolationsInThemes(panel: TestPanel): Promise<string[]> {
  const found: string[] = [];
  for (const [i, theme] of themeKinds.entries()) {
    await panel.setTheme(theme);
    const violations = await axeViolations(panel.page, i === 0 ? undefined : colourRules);
    found.push(...violations.map((violation) => `${theme}: ${violation}`));
  }
  return found;
}
