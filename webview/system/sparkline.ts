const width = 160;
const height = 24;
const namespace = 'http://www.w3.org/2000/svg';

/** The last values, shares from 0 to 1, as a small line. The number beside it says the same in words. */
export function sparkline(values: readonly (number | null)[]): SVGElement {
  const svg = document.createElementNS(namespace, 'svg');
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  svg.setAttribute('class', 'sparkline');
  svg.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS(namespace, 'path');
  const step = width / Math.max(1, values.length - 1);
  let d = '';
  values.forEach((value, i) => {
    if (value === null) return;
    const isFirst = i === 0 || values[i - 1] === null;
    d += `${isFirst ? 'M' : 'L'}${(i * step).toFixed(1)} ${(height - 1 - value * (height - 2)).toFixed(1)}`;
  });
  line.setAttribute('d', d);
  svg.append(line);
  return svg;
}
