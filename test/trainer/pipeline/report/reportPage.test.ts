import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {decodePng, encodePng} from '../../../../trainer/data/pictures/png.ts';
import {reportPage} from '../../../../trainer/pipeline/report/reportPage.ts';
import {packageRoot} from '../../../../trainer/packageRoot.ts';
import {createRandom} from '../../../../trainer/random.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

const limit = 5_000_000;

/** Bytes of the pictures in a page, in order. */
function picturesOf(html: string): Uint8Array[] {
  return [...html.matchAll(/src="data:image\/[a-z+]+;base64,([^"]+)"/g)].map(([, text = '']) =>
    Buffer.from(text, 'base64'),
  );
}

/** A square of noise, which no compression makes smaller. */
function noise(side: number): Uint8Array {
  const random = createRandom(1, 'noise');
  return encodePng(
    Uint8Array.from({length: side * side * 3}, () => random.int(0, 256)),
    side,
    side,
    3,
  );
}

describe('the page of a report', () => {
  it('shows a real report with all its pictures as they are', async () => {
    const folder = join(packageRoot(), 'media', 'digits', 'full-report');
    const markdown = await readFile(join(folder, 'report.md'), 'utf8');
    const html = await reportPage(folder, 'digits-full', markdown);
    expect(html.length).toBeLessThan(limit);
    const files = [...markdown.matchAll(/\]\(([\w-]+\.png)\)/g)].map(([, file = '']) => file);
    expect(files.length).toBeGreaterThan(10);
    const shown = picturesOf(html);
    expect(shown).toHaveLength(files.length);
    for (const [i, file] of files.entries())
      expect(Buffer.compare(shown[i] ?? Buffer.of(), await readFile(join(folder, file))), file).toBe(0);
    expect(html).toContain('<td>-9.88e-5 ± 8.0e-6</td>');
    expect(html).toContain('lower (better) by 12.3 standard errors');
    expect(html).toContain('&quot;sampler&quot;'.replaceAll('&quot;', '&#34;'));
  });

  it('runs nothing and leads nowhere, whatever a name holds', async () => {
    const name = '<script>alert(1)</script><img src=x onerror=alert(2)>';
    const markdown = `# ${name}\n\n${name} [here](javascript:alert(3)) ![x](../secret.png)\n\n| a |\n| --- |\n| ${name} |\n`;
    const html = await reportPage(await temporaryFolder(), name, markdown);
    expect(html).toContain(`content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"`);
    expect(html.match(/<(?:script|img|a|iframe|object|form)\b/g)).toBeNull();
    expect(html).toContain('&#60;script&#62;alert(1)');
  });

  it('stays under 5 MB, with grids shrunk alike and charts left alone', async () => {
    const folder = await temporaryFolder();
    await mkdir(folder, {recursive: true});
    const grid = noise(1000);
    const chart = '<svg xmlns="http://www.w3.org/2000/svg"/>';
    await writeFile(join(folder, 'a.png'), grid);
    await writeFile(join(folder, 'b.png'), grid);
    await writeFile(join(folder, 'c.svg'), chart);
    const html = await reportPage(folder, 'large', '![a](a.png)\n\n![b](b.png)\n\n![c](c.svg)\n');
    expect(html.length).toBeLessThan(limit);
    const [a, b, c] = picturesOf(html);
    if (!a || !b || !c) expect.fail('a picture is missing');
    const {width, height} = decodePng(a);
    expect([width, decodePng(b).width]).toEqual([height, width]);
    expect(width).toBeGreaterThan(600);
    expect(html).toContain(`Shrunk to ${Math.round(width / 10)} % of its sides.`);
    expect(Buffer.from(c).toString()).toBe(chart);
  });

  it('leaves out charts that are too large for it, and says so', async () => {
    const folder = await temporaryFolder();
    const chart = (bytes: number) => `<svg xmlns="http://www.w3.org/2000/svg"><!--${'-'.repeat(bytes)}--></svg>`;
    await writeFile(join(folder, 'large.svg'), chart(4e6));
    await writeFile(join(folder, 'small.svg'), chart(1e6));
    await writeFile(join(folder, 'grid.png'), noise(100));
    const html = await reportPage(folder, 'large', '![Large](large.svg)\n\n![Small](small.svg)\n\n![Grid](grid.png)\n');
    expect(html.length).toBeLessThan(limit);
    expect(picturesOf(html)).toHaveLength(2);
    expect(html).toContain('Large: not in this page, for its size.');
  });
});
