import {join} from 'node:path';
import type {Browser} from 'playwright-core';
import {bundlePanel} from '../../webview/bundlePanel.ts';
import {markdownTable} from '../markdownTable.ts';
import {median} from '../median.ts';
import {writeBigRun} from './bigRun.ts';
import {readyTimes} from './curves.ts';
import {machineText, nineOfTen} from './figures.ts';
import {tableTimes} from './runTable.ts';

const rounds = 12;
const tableRounds = 4;

/** How long the page of these sources and that of another checkout take to show curves and the table of runs, in turn, since a machine is never twice the same. */
export async function comparedBuilds(browser: Browser, other: string, folder: string): Promise<string> {
  const builds = [await bundlePanel(other), await bundlePanel()];
  const ready = await readyTimes(browser, builds, await writeBigRun(folder), rounds);
  const table = await tableTimes(browser, builds, join(folder, 'table'), tableRounds);
  const rows = [
    ...ready.map((times) => ['curves ready', times] as const),
    ...table.map((times) => ['table opened', times] as const),
  ];
  const body = rows.map(([what, times], i) => {
    const theirs = rows[i - (i % 2)]?.[1] ?? [];
    const ratio = median(times) / median(theirs);
    return [
      what,
      i % 2 === 0 ? other : 'here',
      ...[median(times), nineOfTen(times)].map(milliseconds),
      ratio.toFixed(2),
    ];
  });
  return `${machineText()}\n${markdownTable(['figure', 'sources', 'median', '9 of 10', 'ratio'], body)}\n`;
}

function milliseconds(value: number): string {
  return `${value.toFixed(0)} ms`;
}
