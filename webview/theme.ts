import {dataColours, printColours} from '../trainer/chart/printColours.ts';
import type {SvgColours} from '../trainer/chart/svgDocument.ts';

/** The editor's colours, resolved for canvases, which cannot use CSS variables. */
export interface Theme extends SvgColours {
  readonly faint: string;
  readonly fontSize: number;
  readonly series: readonly string[];
}

/** Ten colours, one for each run that can be compared (`maxCompared`). */
const seriesVariables = [
  ...['blue', 'orange', 'green', 'purple', 'red', 'foreground', 'yellow'].map((name) => `charts-${name}`),
  ...['Cyan', 'Magenta', 'BrightBlack'].map((name) => `terminal-ansi${name}`),
];

let last: {readonly key: string; readonly theme: Theme} | null = null;

/** The theme of now. It is computed once for each: between changes of the page that would lay it out each time. */
export function readTheme(): Theme {
  const {documentElement: html, body} = document;
  const key = [html.getAttribute('style'), html.className, body.className, body.dataset['vscodeThemeId']].join('\n');
  if (last?.key !== key) last = {key, theme: computedTheme()};
  return last.theme;
}

function computedTheme(): Theme {
  const style = getComputedStyle(document.body);
  const variable = (name: string, otherwise: string) => style.getPropertyValue(`--vscode-${name}`).trim() || otherwise;
  const foreground = variable('editor-foreground', style.color);
  const background = variable('editor-background', style.backgroundColor);
  const lines = variable('editorWidget-border', variable('charts-lines', foreground));
  // In high contrast themes borders are as bright as text, and would outshine the curves.
  const isContrasting = document.body.className.includes('high-contrast');
  return {
    foreground,
    faint: variable('descriptionForeground', foreground),
    background,
    grid: isContrasting ? `color-mix(in srgb, ${lines} 40%, ${background})` : lines,
    fontFamily: variable('font-family', 'sans-serif'),
    fontSize: Number.parseFloat(variable('font-size', '13px')) || 13,
    series: seriesVariables.map((name) => variable(name, foreground)),
  };
}

/** Calls `act` when the theme changes, which VS Code shows by changing attributes of the page. */
export function onThemeChange(act: () => void): void {
  const observer = new MutationObserver(() => act());
  observer.observe(document.documentElement, {attributes: true, attributeFilter: ['style', 'class']});
  observer.observe(document.body, {attributes: true, attributeFilter: ['class', 'data-vscode-theme-id']});
}

/** Colours of exported pictures, whatever the theme of the editor. */
export const printTheme: Theme = {
  ...printColours,
  faint: '#57606a',
  fontSize: 13,
  series: Object.values(dataColours),
};
