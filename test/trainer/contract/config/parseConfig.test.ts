import {describe, expect, it} from 'vitest';
import {UserError} from '../../../../trainer/contract/errors.ts';
import {checkConfig, parseConfig, problemText} from '../../../../trainer/contract/config/parseConfig.ts';

const head = 'name: a\nbase: model\ndata: {kind: mnist}\n';

/** Each problem as `line:column text`. */
const problems = (text: string) => checkConfig(text).map((each) => `${each.line}:${each.column} ${problemText(each)}`);

function caught(f: () => unknown): unknown {
  try {
    return f();
  } catch (error) {
    return error;
  }
}

describe('a valid config', () => {
  it('gets the defaults of the recipe', () => {
    const config = parseConfig(`${head}decouple: {}\n`, 'a.deme.yaml');
    expect(config.decouple).toMatchObject({
      probability: 0.3,
      consistency: 1,
      projection: 'full',
      updates: 20_000,
      batch: 16,
      optimizer: {learningRate: 5e-5, betas: [0.95, 0.999], weightDecay: 1e-6, epsilon: 1e-8},
      clipNorm: 1,
      ema: {maxDecay: 0.9999, power: 0.75},
      draw: 'batch',
    });
  });

  it('may be JSON, also with tabs, a byte order mark and Windows line ends', () => {
    for (const text of [
      '{\n\t"name": "a",\n\t"base": "b"\n}\n',
      '\uFEFFname: a\nbase: b\n',
      'name: a\r\nbase: b\r\n',
    ]) {
      expect(parseConfig(text, 'a.deme.json')).toMatchObject({name: 'a', base: 'b'});
    }
  });

  it('may share a section by an alias', () => {
    const text = `${head}pretrain: {model: {}, optimizer: &adam {learningRate: 1.0e-3}}\ndecouple: {optimizer: *adam}\n`;
    expect(parseConfig(text, 'a.deme.yaml').decouple?.optimizer.learningRate).toBe(1e-3);
  });

  it('has no problems', () => {
    expect(problems(head)).toEqual([]);
  });
});

describe('a mistake is told with its place and what is expected', () => {
  const cases: [string, string, string[]][] = [
    ['an empty file', '# nothing\n', ['1:1 the config is empty; expected a section']],
    ['another kind of file', '- a\n- b\n', ['1:1 the config is a list of 2; expected a section']],
    ['a missing key', 'base: b\n', ['1:1 name is missing; expected text']],
    [
      'a missing key of a section',
      'name: a\nbase: b\ndata:\n  kind: cifar10\n',
      ['3:1 data.path is missing; expected text'],
    ],
    [
      'an unknown key that is near a known one',
      `${head}decouple:\n  probabilty: 0.3\n`,
      ['5:3 unknown key decouple.probabilty; did you mean probability?'],
    ],
    [
      'an unknown key that is near none',
      `${head}engine: {speed: 9}\n`,
      [
        '4:10 unknown key engine.speed; expected name, device, threads, processes, memory, filterGradient or allowSoftware',
      ],
    ],
    [
      'an unknown key of a union',
      'name: a\nbase: b\ndata: {kind: mnist, channels: 1}\n',
      [
        '3:21 unknown key data.channels; expected kind, path, captions, validation, test, splitSeed, flip, cache or limit',
      ],
    ],
    [
      'a wrong kind of data',
      'name: a\nbase: b\ndata: {kind: cifar, path: c}\n',
      ['3:14 data.kind is "cifar"; expected mnist, cifar10, images, parquet or webdataset'],
    ],
    [
      'a missing kind of data',
      'name: a\nbase: b\ndata:\n  path: c\n',
      ['3:1 data.kind is missing; expected mnist, cifar10, images, parquet or webdataset'],
    ],
    [
      'a wrong choice',
      `${head}decouple: {projection: ful}\n`,
      ['4:24 decouple.projection is "ful"; expected full, stock-compatible or off'],
    ],
    [
      'a choice of numbers',
      'name: a\nbase: b\ndata: {kind: images, path: c, resolution: 8, channels: 4}\n',
      ['3:56 data.channels is 4; expected 1 or 3'],
    ],
    [
      'a number too large',
      `${head}decouple: {probability: 1.5}\n`,
      ['4:25 decouple.probability is 1.5; expected a number from 0 to 1'],
    ],
    [
      'a number too small',
      `${head}decouple: {updates: 0}\n`,
      ['4:21 decouple.updates is 0; expected a whole number of at least 1'],
    ],
    [
      'a fraction',
      `${head}decouple: {batch: 2.5}\n`,
      ['4:19 decouple.batch is 2.5; expected a whole number of at least 1'],
    ],
    [
      'a half-open bound',
      `${head}decouple:\n  optimizer: {betas: [0.9, 1]}\n`,
      ['5:28 decouple.optimizer.betas[1] is 1; expected a number of at least 0 and below 1'],
    ],
    [
      'not a number',
      `${head}decouple: {consistency: .nan}\n`,
      ['4:25 decouple.consistency is NaN; expected a number of at least 0'],
    ],
    [
      'infinity',
      `${head}merge: {search: {high: .inf}}\nexperts: [{model: c}]\n`,
      ['4:24 merge.search.high is Infinity; expected a number'],
    ],
    [
      'a number in quotes',
      `${head}decouple: {updates: "10"}\n`,
      ['4:21 decouple.updates is "10"; expected a whole number of at least 1'],
    ],
    ['a number as text', 'name: a\nbase: 3\n', ['2:7 base is 3; expected text']],
    ['yes, which YAML 1.2 reads as text', `${head}ordinary: yes\n`, ['4:11 ordinary is "yes"; expected true or false']],
    [
      'a setting that may be null',
      `${head}decouple: {clipNorm: off}\n`,
      ['4:22 decouple.clipNorm is "off"; expected a number above 0 or null'],
    ],
    ['a section left empty', `${head}engine:\n`, ['4:1 engine is empty; expected a section']],
    [
      'a list too short',
      `${head}experts:\n  - model: c\n    range: [1]\n`,
      [
        '6:5 experts[0].range is a list of 1; expected a list of 2 (a whole number of at least 0; a whole number of at least 1)',
      ],
    ],
    [
      'an empty list',
      `${head}decouple: {edges: []}\n`,
      ['4:12 decouple.edges is a list of 0; expected a list of at least 2 (each a whole number of at least 0)'],
    ],
    ['a wrong entry of a list', `${head}experts:\n  - 3\n`, ['5:5 experts[0] is 3; expected a section']],
    [
      'a name with a space',
      'name: a b\nbase: c\n',
      ['1:7 name is "a b"; expected letters, digits, dot, dash and underscore only, at most 64'],
    ],
    [
      'two settings that exclude each other',
      `${head}decouple: {ranges: 2, edges: [0, 9]}\n`,
      ['4:23 decouple.edges: give either ranges or edges, not both'],
    ],
    ['edges that fall', `${head}decouple:\n  edges: [0, 9, 5]\n`, ['5:3 decouple.edges: edges must rise']],
    [
      'weights that do not fit the experts',
      `${head}decouple: {ranges: 2}\nmerge:\n  weights: [1]\n`,
      ['6:3 merge.weights: 2 experts need 2 weights, but 1 are given'],
    ],
    ['no base', 'name: a\n', ['1:1 base: a base model is required (only a config with pretrain may go without)']],
    [
      'several mistakes, in the order of the text',
      'nme: a\nbase: 3\n',
      ['1:1 name is missing; expected text', '1:1 unknown key nme; did you mean name?', '2:7 base is 3; expected text'],
    ],
  ];
  it.each(cases)('%s', (_, text, expected) => {
    expect(problems(text)).toEqual(expected);
  });
});

describe('YAML that a config must not hold', () => {
  const cases: [string, string, string[]][] = [
    ['a duplicate key', 'name: a\nbase: b\nname: c\n', ['3:1 duplicate key name, first in line 1']],
    [
      'a tab as indentation',
      'name: a\ndata:\n\tkind: mnist\n',
      ['3:1 a tab indents this line; YAML takes only spaces'],
    ],
    ['a second document', `${head}---\nname: b\n`, ['4:1 a config is one document, and this line starts a second one']],
    [
      'a tag',
      'name: !!python/object a\nbase: b\n',
      ['1:7 a config has no tags such as tag:yaml.org,2002:python/object'],
    ],
    ['a key that is a list', '[a]: b\n', ['1:1 a key must be text']],
    ['an alias that contains itself', 'name: &x {a: *x}\n', ['1:14 *x contains itself']],
    ['an alias of nothing', `${head}decouple: *common\n`, ['4:11 there is no &common above']],
    ['UTF-16', 'n\0a\0m\0e\0', ['1:1 the file is not text in UTF-8; save it in that encoding']],
    ['Latin 1', `${head}# caf\ufffd\n`, ['1:1 the file is not text in UTF-8; save it in that encoding']],
    [
      'a prototype',
      '__proto__: {base: b}\nname: a\nbase: b\n',
      [
        '1:1 unknown key __proto__; expected name, base, data, pretrain, decouple, experts, ordinary, baselines, merge, evaluate, matrix, engine, launch, output or report',
      ],
    ],
    [
      'aliases of aliases',
      ['a: &a [x, x, x, x]', 'b: &b [*a, *a, *a, *a]', 'c: &c [*b, *b, *b, *b]', 'd: [*c, *c, *c, *c]'].join('\n'),
      ['1:1 too many aliases (*name)'],
    ],
    ['more than 50 kB', `#${'x'.repeat(50_000)}\n`, ['1:1 the file is too large for a config (above 50 kB)']],
  ];
  it.each(cases)('%s', (_, text, expected) => {
    expect(problems(text)).toEqual(expected);
  });

  // The parser of the library ends the process on some of these.
  it.each(['[', '- ', '? ', 'a: ', '{a: ', '[{a: ', '- ? ', ': ', '? - ', '{a b: ', '[a: b: '])(
    '%j nested thousands of times',
    (token) => {
      expect(problems(token.repeat(7000))).toEqual(['1:1 lists and sections are nested too deeply']);
    },
  );

  it('keys of keys inside of brackets', () => {
    expect(problems(`a: {b ${'c: '.repeat(10_000)}d: [1]}\n`)).toEqual([
      '1:1 lists and sections are nested too deeply',
    ]);
  });

  it('takes a long flat list for what it is', () => {
    expect(
      problems(`${head}merge: {weights: [${'1, '.repeat(5000)}1]}\ndecouple: {${'ranges: 2, '.repeat(100)}}\n`)[0],
    ).toMatch(/^5:\d+ duplicate key ranges/);
  });

  it('sections nested a hundred lines deep', () => {
    const text = Array.from({length: 100}, (_, i) => `${' '.repeat(i)}a:\n${' '.repeat(i)}- b:\n`).join('');
    expect(problems(text)).toEqual(['1:1 lists and sections are nested too deeply']);
  });

  it.each(['*a, ', 'x: *a, '])('thousands of aliases (%s)', (token) => {
    expect(problems(`a: &a 1\nb: ${token.startsWith('x') ? '{' : '['}${token.repeat(1000)}`)).toEqual([
      '1:1 too many aliases (*name)',
    ]);
  });

  it('says once that a huge scalar is wrong', () => {
    expect(problems(`name: ${'x'.repeat(40_000)}\nbase: b\n`)).toEqual([
      `1:7 name is "${'x'.repeat(56)}...; expected letters, digits, dot, dash and underscore only, at most 64`,
    ]);
  });

  it('lists no more than fifty problems', () => {
    const keys = Array.from({length: 2000}, (_, i) => `unheard${i}: 1\n`);
    expect(problems(`${head}${keys.join('')}`)).toHaveLength(50);
  });
});

describe('the range of a problem', () => {
  const end = (text: string) => {
    const [problem] = checkConfig(text);
    return [problem?.line, problem?.column, problem?.endLine, problem?.endColumn];
  };

  it('covers a wrong value', () => {
    expect(end(`${head}decouple: {probability: 1.5}\n`)).toEqual([4, 25, 4, 28]);
  });

  it('covers an unknown key, not its value', () => {
    expect(end(`${head}decouple:\n  probabilty: 0.3\n`)).toEqual([5, 3, 5, 13]);
  });

  it('keeps to the key of a section', () => {
    expect(end(`${head}decouple:\n  edges:\n    - 9\n    - 5\n`)).toEqual([5, 3, 5, 8]);
  });

  it('comes with the path', () => {
    expect(checkConfig(`${head}experts: [{model: c, range: [0, x]}]\n`)[0]?.path).toEqual(['experts', 0, 'range', 1]);
  });
});

describe('parseConfig', () => {
  it('throws all problems as one UserError, the first as its message and place', () => {
    const error = caught(() => parseConfig('name: a\nbase: b\nmerg: 1\nengine: {name: cuda}\n', 'dir/a.deme.yaml'));
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({code: 'config-invalid', where: 'dir/a.deme.yaml:3:1'});
    expect((error as UserError).line).toBe(
      'dir/a.deme.yaml:3:1: unknown key merg; did you mean merge?\n' +
        'dir/a.deme.yaml:4:16: engine.name is "cuda"; expected auto, tensorflow, webgpu or wasm',
    );
  });
});
