/** Colours and font of everything in a chart that is not data. */
export interface SvgColours {
  readonly foreground: string;
  readonly background: string;
  readonly grid: string;
  readonly fontFamily: string;
}

export interface SvgFrame {
  readonly title: string;
  readonly width: number;
  readonly height: number;
  /** Where the title begins; left out: at 80. */
  readonly titleLeft?: number;
  /** Colours that take the place of the others in readers that ask for dark pages; left out: the same everywhere. */
  readonly dark?: SvgColours;
}

/** A self-contained SVG document with a title: no script, no link, and a background of its own. */
export function svgDocument(
  {title, width, height, titleLeft = 80, dark}: SvgFrame,
  colours: SvgColours,
  parts: readonly string[],
): string {
  const {fontFamily, foreground, background} = colours;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${escaped(fontFamily)}" font-size="13" fill="${escaped(foreground)}">`,
    ...(dark ? [darkStyle(colours, dark)] : []),
    `<rect width="100%" height="100%" fill="${escaped(background)}"/>`,
    `<text x="${titleLeft}" y="28" font-size="16" font-weight="bold">${escaped(title)}</text>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

/** A style sheet wins over attributes; readers without style sheets show the attributes. */
function darkStyle(light: SvgColours, dark: SvgColours): string {
  const rules = (['foreground', 'background', 'grid'] as const).flatMap((role) =>
    ['fill', 'stroke'].map((paint) => `[${paint}="${light[role]}"]{${paint}:${dark[role]}}`),
  );
  return `<style>@media (prefers-color-scheme:dark){${rules.join('')}}</style>`;
}

/** A line across the plot at the height of a tick of its left axis, labelled. */
export function tickLine(
  label: string,
  y: number,
  {left, width}: {readonly left: number; readonly width: number},
  {grid}: Pick<SvgColours, 'grid'>,
): string {
  return `<path d="M${left} ${y.toFixed(1)}h${width}" stroke="${escaped(grid)}"/><text x="${left - 8}" y="${(y + 4).toFixed(1)}" text-anchor="end">${escaped(label)}</text>`;
}

/** Labels with samples in three columns, starting at (80, `top`). */
export function svgLegend(labels: readonly string[], sample: (index: number) => string, top: number): string[] {
  return labels.map((label, i) => {
    const [x, y] = [80 + (i % 3) * 270, top + Math.floor(i / 3) * 20];
    return `<g transform="translate(${x} ${y})">${sample(i)}<text x="40" y="4">${escaped(label)}</text></g>`;
  });
}

/** Height of `svgLegend`. */
export function legendHeight(count: number): number {
  return Math.ceil(count / 3) * 20;
}

/** Escapes text for an SVG document. */
export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
