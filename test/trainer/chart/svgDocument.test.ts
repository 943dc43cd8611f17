import {describe, expect, it} from 'vitest';
import {darkColours, printColours} from '../../../trainer/chart/printColours.ts';
import {svgDocument, svgLegend} from '../../../trainer/chart/svgDocument.ts';
import {textsOf} from './svgText.ts';

const nasty = `</text><script>alert("1")</script>&amp;`;
const frame = {title: nasty, width: 100, height: 50};

describe('an SVG document', () => {
  it('escapes text, so that it holds no markup of others', () => {
    const svg = svgDocument(
      frame,
      printColours,
      svgLegend([nasty], () => '', 10),
    );
    expect(textsOf(svg)).toEqual([nasty, nasty]);
    expect(svg).not.toContain('<script');
  });

  it('has a background of its own, behind all else', () => {
    const svg = svgDocument(frame, printColours, ['<g/>']);
    expect(svg.indexOf('<rect width="100%" height="100%" fill="#ffffff"/>')).toBeLessThan(svg.indexOf('<text'));
    expect(svg).not.toContain('<style');
  });

  it('changes paper and ink together in the dark', () => {
    const svg = svgDocument({...frame, dark: darkColours}, printColours, []);
    const [, rules = ''] = /<style>@media \(prefers-color-scheme:dark\)\{(.*)\}<\/style>/.exec(svg) ?? [];
    expect(rules).toContain('[fill="#ffffff"]{fill:#1f2328}');
    expect(rules).toContain('[fill="#1f2328"]{fill:#e6edf3}');
    expect(rules).toContain('[stroke="#d8dee4"]{stroke:#444c56}');
  });
});
