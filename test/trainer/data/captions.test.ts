import {execFileSync} from 'node:child_process';
import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {describe, expect, it} from 'vitest';
import {DataConfig} from '../../../trainer/contract/config/dataConfig.ts';
import {readMetadataTable} from '../../../trainer/data/captions/metadataTable.ts';
import type {ImageSource} from '../../../trainer/data/dataset.ts';
import {openData} from '../../../trainer/data/openData.ts';
import {encodePng} from '../../../trainer/data/pictures/png.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {processorTime} from '../../helpers/machine/processorTime.ts';

const fixtures = fileURLToPath(new URL('../../fixtures/captions/', import.meta.url));
const none = {validation: 0, test: 0, resolution: 2, channels: 1};

/** First pixel and captions of every image, by that pixel: the split shuffles them. */
async function captionsOf(config: object, folder: string, skipped: string[] = []) {
  const {train} = await openData(DataConfig.parse({...none, ...config}), folder, (message) => skipped.push(message));
  return sorted(train);
}

async function sorted(source: ImageSource) {
  const found: [number | undefined, readonly string[] | undefined][] = [];
  for (let i = 0; i < source.size; i++) found.push([(await source.read(i))?.[0], await source.captions?.(i)]);
  return found.sort(([a = 0], [b = 0]) => a - b);
}

async function folderWith(files: Record<string, string | number>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), {recursive: true});
    const bytes = typeof content === 'string' ? content : encodePng(new Uint8Array(4).fill(content), 2, 2, 1);
    await writeFile(join(folder, name), bytes);
  }
  return folder;
}

describe('captions of a folder of images', () => {
  const images = {kind: 'images', path: '.'};

  it('are the lines of text files beside them', async () => {
    const folder = await folderWith({
      'a/1.png': 10,
      'a/1.txt': '\ufeffone\r\n\r\n  uno ',
      '2.png': 20,
      '2.caption': 'two',
      '3.png': 30,
    });
    expect(await captionsOf(images, folder)).toEqual([
      [10, ['one', 'uno']],
      [20, ['two']],
      [30, []],
    ]);
  });

  it('are those of the nearest metadata file that lists an image, before text files', async () => {
    const folder = await folderWith({
      'metadata.jsonl': [
        {file_name: 'a/1.png', text: 'far'},
        {file_name: './2.png', text: ['two', 'zwei', '']},
        {file_name: '2.png', text: 'deux'},
        {file_name: 'b\\\\4.png'.replaceAll('\\\\', '\\'), text: 'four'},
        {file_name: '../../etc/passwd', text: 'nothing'},
      ]
        .map((row) => JSON.stringify(row))
        .join('\n'),
      'a/metadata.csv': 'file_name,width,text\n1.png,2,"near, with ""marks""\nand lines"\n',
      'a/1.png': 10,
      '2.png': 20,
      '2.txt': 'not this',
      '3.png': 30,
      '3.txt': 'beside',
      'b/4.png': 40,
    });
    expect(await captionsOf(images, folder)).toEqual([
      [10, ['near, with "marks"\nand lines']],
      [20, ['two', 'zwei', 'deux']],
      [30, ['beside']],
      [40, ['four']],
    ]);
  });

  it('are in the column that the config names, else in the first of the usual ones', async () => {
    const folder = await folderWith({
      'metadata.csv': 'file_name,prompt,caption\n1.png,p,c\n',
      '1.png': 10,
    });
    expect(await captionsOf(images, folder)).toEqual([[10, ['c']]]);
    expect(await captionsOf({...images, captions: {column: 'prompt'}}, folder)).toEqual([[10, ['p']]]);
    await expect(captionsOf({...images, captions: {column: 'text'}}, folder)).rejects.toMatchObject({
      code: 'captions-column',
      where: `${join(folder, 'metadata.csv')}:2`,
      hint: 'Set data.captions.column to one of file_name, prompt, caption.',
    });
  });

  it.each([
    ['metadata.jsonl', '{"file_name": "1.png", "text": "a"}\n{"file_name": ', ':2', 'Line 2 is not a JSON object.'],
    ['metadata.jsonl', '[1]', ':1', 'Line 1 is not a JSON object.'],
    ['metadata.jsonl', '{"text": "a"}', ':1', 'Line 1 has no file_name.'],
    ['metadata.jsonl', '{"file_name": "1.png", "text": 3}', ':1', 'Line 1 has something else than a text'],
    ['metadata.csv', 'file_name,text\n1.png,a,b\n', ':2', 'This CSV cannot be read: Invalid Record Length'],
    ['metadata.csv', 'file_name,text\n1.png,"a\n', ':2', 'This CSV cannot be read: Quote Not Closed'],
    // Texts of several lines, empty lines, a byte order mark, a header of two lines.
    ['metadata.csv', 'file_name,text\n\n1.png,"a\nb"\n\n,c\n', ':6', 'Line 6 has no file_name.'],
    ['metadata.csv', '\ufefffile_name,text\r\n1.png,"a\r\nb"\r\n\r\n,"c\r\nd"\r\n', ':5', 'Line 5 has no file_name.'],
    ['metadata.csv', '"file_name","te\r\nxt",text\r\n,b,c\r\n', ':3', 'Line 3 has no file_name.'],
    ['metadata.csv', 'file_name,text\r\n1.png,"a\r\nb"\r\n2.png,"a\r\nb",c\r\n3.png,d\r\n', ':4', 'got 3 on line 4.'],
    ['metadata.csv', 'file_name,text\n1.png,"a\nb"\n2.png,"c', ':4', 'quote at line 4.'],
  ])('of a damaged %s say where: %j', async (name, content, place, message) => {
    const folder = await folderWith({[name]: content, '1.png': 10});
    await expect(captionsOf(images, folder)).rejects.toMatchObject({
      code: 'captions-invalid',
      where: join(folder, name) + place,
      message: expect.stringContaining(message) as string,
    });
  });
});

describe('metadata of a million lines', () => {
  it('is read in a moment where all of them are about one image', async () => {
    const file = join(await temporaryFolder(), 'metadata.jsonl');
    await writeFile(file, '{"file_name":"1.png","text":"a"}\n'.repeat(100_000));
    const milliseconds = await processorTime(async () =>
      expect((await readMetadataTable(file)).get('1.png')).toHaveLength(100_000),
    );
    expect(milliseconds).toBeLessThan(3000);
  });

  it('is read where nearly all of them are empty, with the number of the one that is wrong', async () => {
    const file = join(await temporaryFolder(), 'metadata.jsonl');
    await writeFile(file, `${'\n'.repeat(1_000_000)}{"file_name":"1.png","text":"a"}\r\n[`);
    await expect(readMetadataTable(file)).rejects.toMatchObject({where: `${file}:1000002`});
  });
});

describe('captions of parquet files', () => {
  const lists = [['a zero', 'null'], [], ['two'], [], ['four', 'vier', 'quatre'], ['five']];
  const texts = [['zero'], [], ['two'], ['three'], [], ['fünf']];
  const byPixel = (captions: string[][]) => captions.map((caption, i) => [i * 10, caption]);

  it.each(['v1-snappy', 'v2-zstd', 'v1-plain'])('are a column of texts or of lists of texts: %s', async (name) => {
    const parquet = {kind: 'parquet', path: `${name}.parquet`};
    expect(await captionsOf(parquet, fixtures)).toEqual(byPixel(texts));
    expect(await captionsOf({...parquet, captions: {column: 'captions'}}, fixtures)).toEqual(byPixel(lists));
    await expect(captionsOf({...parquet, captions: {column: 'label'}}, fixtures)).rejects.toMatchObject({
      code: 'captions-column',
      hint: 'Set data.captions.column to captions or text.',
    });
  });
});

describe('a WebDataset', () => {
  it.each(['gnu', 'pax', 'ustar'])('has images and captions by their names in tar files: %s', async (name) => {
    expect(await captionsOf({kind: 'webdataset', path: `${name}.tar`}, fixtures)).toEqual([
      [0, ['a zero', 'null']],
      [10, ['eins']],
      [20, ['zwei ü']],
      [30, ['long']],
      [40, []],
    ]);
  });

  it('is refused where the JSON beside an image holds no keys', async () => {
    const folder = await folderWith({'1.png': 10, '1.json': '[]'});
    execFileSync('tar', ['-cf', 'x.tar', '1.json', '1.png'], {cwd: folder});
    await expect(captionsOf({kind: 'webdataset', path: 'x.tar'}, folder)).rejects.toMatchObject({
      code: 'captions-invalid',
      message: 'The JSON of 1 is not an object.',
    });
  });

  it('is refused where a caption is larger than any caption', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, '1.txt'), 'a'.repeat(1_000_001));
    await writeFile(join(folder, '1.png'), encodePng(new Uint8Array(12), 2, 2, 3));
    execFileSync('tar', ['-cf', 'x.tar', '1.txt', '1.png'], {cwd: folder});
    await expect(captionsOf({kind: 'webdataset', path: 'x.tar'}, folder)).rejects.toMatchObject({
      code: 'entry-too-large',
      message: '1.txt has 1000001 bytes, but at most 1000000 are read of such a file.',
    });
  });

  it('is refused where a tar file is cut off, damaged or none', async () => {
    const folder = await temporaryFolder();
    const whole = await readFile(join(fixtures, 'gnu.tar'));
    const refusal = async (bytes: Buffer) => {
      await writeFile(join(folder, 'x.tar'), bytes);
      return captionsOf({kind: 'webdataset', path: 'x.tar'}, folder);
    };
    const damaged = {code: 'data-invalid', where: join(folder, 'x.tar')};
    await expect(refusal(whole.subarray(0, 1024 + 10))).rejects.toMatchObject({
      ...damaged,
      message: expect.stringMatching(
        /^This tar file is damaged at byte 512: an entry of \d+ bytes does not fit/,
      ) as string,
    });
    await expect(refusal(whole.subarray(0, 1024 + 300))).rejects.toMatchObject(damaged);
    const odd = Buffer.from(whole);
    odd[600] = 0xff;
    await expect(refusal(odd)).rejects.toMatchObject(damaged);
    await expect(refusal(Buffer.alloc(2048, 7))).rejects.toMatchObject(damaged);
    await expect(refusal(Buffer.alloc(1024))).rejects.toMatchObject({code: 'data-empty'});
  });
});
