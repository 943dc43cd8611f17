/** How a line is told apart: by colour, and without seeing colours by its dashes. */
export interface SeriesStyle {
  readonly colour: string;
  readonly dash: readonly number[];
}

const dashes: readonly (readonly number[])[] = [[], [7, 3], [2, 2], [8, 3, 2, 3], [12, 4], [4, 4], [8, 2, 2, 2, 2, 2]];

/** Style of line number `index`: no two of the first `colours.length * 7` have colour and dashes in common. */
export function seriesStyle(index: number, colours: readonly string[]): SeriesStyle {
  const round = Math.floor(index / colours.length);
  return {
    colour: colours[index % colours.length] ?? 'currentColor',
    dash: dashes[(index + round) % dashes.length] ?? [],
  };
}

/** A short sample of a line for a legend. */
export function lineSample({colour, dash}: SeriesStyle): SVGElement {
  const make = (tag: string, attributes: Record<string, string>) => {
    const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  };
  const svg = make('svg', {width: '32', height: '8', 'aria-hidden': 'true', class: 'line-sample'});
  svg.append(
    make('line', {
      x1: '0',
      y1: '4',
      x2: '32',
      y2: '4',
      stroke: colour,
      'stroke-width': '2',
      'stroke-dasharray': dash.join(' '),
    }),
  );
  return svg;
}
