/** The editor's colours, resolved for canvases, which cannot use CSS variables. */
export interface Theme {
  readonly foreground: string;
  readonly faint: string;
  readonly background: string;
  readonly grid: string;
  readonly fontFamily: string;
  readonly fontSize: number;
  readonly series: readonly string[];
}

/** Ten colours, one for each run that can be compared (`maxCompared`). */
const seriesVariables = [
  ...['blue', 'orange', 'green', 'purple', 'red', 'foreground', 'yellow'].map((name) => `charts-${name}`),
  ...['Cyan', 'Magenta', 'BrightBlack'].map((name) => `terminal-ansi${name}`),
];

export function readTheme(): Theme {
  const style = getComputedStyle(document.body);
  const variable = (name: string, otherwise: string) => style.getPropertyValue(`--vscode-${name}`).trim() || otherwise;
  const foreground = variable('editor-foreground', style.color);
  return {
    foreground,
    faint: variable('descriptionForeground', foreground),
    background: variable('editor-background', style.backgroundColor),
    grid: variable('editorWidget-border', variable('charts-lines', foreground)),
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
  foreground: '#1f2328',
  faint: '#57606a',
  background: '#ffffff',
  grid: '#d8dee4',
  fontFamily: 'sans-serif',
  fontSize: 13,
  // Okabe and Ito, "Color Universal Design" (2008); then two of P. Tol's muted colours, and grey.
  series: [
    '#0072b2',
    '#d55e00',
    '#009e73',
    '#cc79a7',
    '#e69f00',
    '#000000',
    '#56b4e9',
    '#882255',
    '#999933',
    '#888888',
  ],
};
