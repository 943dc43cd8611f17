import {readFile} from 'node:fs/promises';
import type {Browser, CDPSession, Page} from 'playwright-core';

/** What a page costs, told by the browser's debugger and by Linux. */
export class PageCost {
  readonly #session: CDPSession;
  readonly #browser: CDPSession;

  private constructor(session: CDPSession, browser: CDPSession) {
    this.#session = session;
    this.#browser = browser;
  }

  static async of(browser: Browser, page: Page): Promise<PageCost> {
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', {timeDomain: 'threadTicks'});
    return new PageCost(session, await browser.newBrowserCDPSession());
  }

  /** Milliseconds of processor time that the main thread spends in tasks during this. */
  async mainThreadDuring(act: () => Promise<void>): Promise<number> {
    const before = await this.#mainThread();
    await act();
    return (await this.#mainThread()) - before;
  }

  async #mainThread(): Promise<number> {
    const {metrics} = await this.#session.send('Performance.getMetrics');
    return 1000 * (metrics.find(({name}) => name === 'TaskDuration')?.value ?? NaN);
  }

  /** Private memory in MB of the process that draws the page: what it alone costs. NaN where there is no `/proc`. */
  async memory(): Promise<number> {
    const {processInfo} = await this.#browser.send('SystemInfo.getProcessInfo');
    const renderers = processInfo.filter(({type}) => type === 'renderer');
    return Math.max(...(await Promise.all(renderers.map(({id}) => privateMegabytes(id)))));
  }
}

async function privateMegabytes(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  const kibibytes = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? NaN);
  return ((kibibytes('Private_Clean') + kibibytes('Private_Dirty')) * 1024) / 1e6;
}
