/** Colour and dashes of a line. Dashes tell lines apart for readers who cannot see the colours. */
export interface SeriesStyle {
  readonly colour: string;
  readonly dash: readonly number[];
}

/** Indices into the lists of colours and dashes, which are repeated as often as needed. */
export interface LineLook {
  readonly colour: number;
  readonly dash: number;
}

const dashes: readonly (readonly number[])[] = [[], [7, 3], [2, 2], [8, 3, 2, 3], [12, 4], [4, 4], [8, 2, 2, 2, 2, 2]];

export function lineStyle({colour, dash}: LineLook, colours: readonly string[]): SeriesStyle {
  return {colour: colours[colour % colours.length] ?? 'currentColor', dash: dashes[dash % dashes.length] ?? []};
}

/** Style of line number `index`. With the 10 colours of a theme and 7 dashes, the first 70 styles differ. */
export function seriesStyle(index: number, colours: readonly string[]): SeriesStyle {
  return lineStyle({colour: index, dash: index}, colours);
}

/** Style numbers of stages that train no expert, different from those of 60 experts. */
const otherTrainings: Readonly<Record<string, number>> = {pretrain: 69, ordinary: 68};

/** The style number of a training stage. It depends on the name only: a line keeps its look when others come and go. */
export function stageNumber(stage: string): number {
  if (stage.startsWith(baseline)) return 20 + (hashOf(stage.slice(baseline.length)) % 40);
  return otherTrainings[stage] ?? Number(/\d+$/.exec(stage)?.[0] ?? 67);
}

/** Baselines have names, not numbers: each takes a style of an expert of a number that hardly any run has. */
const baseline = 'baseline-';

function hashOf(text: string): number {
  return [...text].reduce((hash, letter) => (hash * 33 + letter.charCodeAt(0)) % 65_521, 0);
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
