import type {PlaneMark} from './planeMarks.ts';

/** White with a black edge, to be visible on every colour. */
export function markSvg([x, y]: readonly [number, number], {shape}: Pick<PlaneMark, 'shape'>): string {
  const style = 'fill="#ffffff" stroke="#000000" stroke-width="1.5"';
  switch (shape) {
    case 'circle':
      return `<circle cx="${x}" cy="${y}" r="5" ${style}/>`;
    case 'triangle':
      return `<path d="M${x} ${y - 6}l6 11h-12Z" ${style}/>`;
    case 'square':
      return `<rect x="${x - 5}" y="${y - 5}" width="10" height="10" ${style}/>`;
    case 'diamond':
      return `<path d="M${x} ${y - 8}l8 8l-8 8l-8 -8Z" ${style}/>`;
    case 'cross': {
      const d = `M${x - 6} ${y - 6}l12 12m0 -12l-12 12`;
      return `<path d="${d}" stroke="#000000" stroke-width="5"/><path d="${d}" stroke="#ffffff" stroke-width="2.5"/>`;
    }
  }
}
