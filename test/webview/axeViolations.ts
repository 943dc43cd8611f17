import {readFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import type {Page} from 'playwright-core';

const axeFile = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** All rules of axe-core; it is put into the page by the debugger, past the page's own policy. */
export async function axeViolations(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(axeFile, 'utf8'));
  return page.evaluate(async () => {
    const axe = (
      window as unknown as {
        axe: {run(): Promise<{violations: {id: string; nodes: {html: string; failureSummary?: string}[]}[]}>};
      }
    ).axe;
    const {violations} = await axe.run();
    return violations.flatMap(({id, nodes}) =>
      nodes.map(({html, failureSummary}) => `${id}: ${html.slice(0, 200)} ${failureSummary ?? ''}`),
    );
  });
}
