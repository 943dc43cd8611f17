import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {describe, expect, it} from 'vitest';
import * as z from 'zod';
import {commandGroups} from '../../extension/commands.ts';
import {panelType} from '../../extension/panel/experimentPanel.ts';
import {enginesView} from '../../extension/views/enginesTree.ts';
import {experimentsView} from '../../extension/views/experimentsTree.ts';
import {modelsView} from '../../extension/views/modelsTree.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const MenuItem = z.looseObject({command: z.string(), when: z.string().optional(), group: z.string().optional()});
const Manifest = z.looseObject({
  engines: z.looseObject({vscode: z.string()}),
  main: z.string(),
  icon: z.string(),
  activationEvents: z.array(z.string()),
  devDependencies: z.record(z.string(), z.string()),
  capabilities: z.looseObject({untrustedWorkspaces: z.looseObject({restrictedConfigurations: z.array(z.string())})}),
  contributes: z.looseObject({
    commands: z.array(
      z.strictObject({
        command: z.string(),
        title: z.string(),
        category: z.string(),
        icon: z.string().optional(),
        enablement: z.string().optional(),
      }),
    ),
    menus: z.record(z.string(), z.array(MenuItem)),
    viewsContainers: z.strictObject({
      activitybar: z.array(z.strictObject({id: z.string(), title: z.string(), icon: z.string()})),
    }),
    views: z.record(z.string(), z.array(z.looseObject({id: z.string(), icon: z.string()}))),
    viewsWelcome: z.array(z.looseObject({view: z.string(), contents: z.string()})),
    configuration: z.looseObject({
      properties: z.record(
        z.string(),
        z.looseObject({
          default: z.unknown(),
          scope: z.string(),
          order: z.number(),
          markdownDescription: z.string().min(20),
        }),
      ),
    }),
    jsonValidation: z.array(z.strictObject({fileMatch: z.string(), url: z.string()})),
    walkthroughs: z.array(
      z.looseObject({
        id: z.string(),
        steps: z.array(
          z.looseObject({
            description: z.string(),
            media: z.strictObject({svg: z.string(), altText: z.string()}),
            completionEvents: z.array(z.string()),
          }),
        ),
      }),
    ),
  }),
});

const manifest = Manifest.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
const {commands, menus, views, viewsWelcome, configuration, walkthroughs} = manifest.contributes;
const contributed = commands.map(({command}) => command);
const registered = commandGroups.flatMap(({ids}) => ids);
const menuItems = Object.values(menus).flat();
const sources = readdirSync(join(root, 'extension'), {recursive: true, encoding: 'utf8'})
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(join(root, 'extension', file), 'utf8'))
  .join('\n');

const sorted = (names: Iterable<string>) => [...new Set(names)].sort();

describe('the commands', () => {
  it('are contributed and registered, each once', () => {
    expect(sorted(contributed)).toEqual(sorted(registered));
    expect(contributed).toHaveLength(new Set(contributed).size);
  });

  it('have handlers where they are looked for', async () => {
    for (const {ids, load} of commandGroups) expect(Object.keys(await load()).sort()).toEqual([...ids].sort());
  });

  it('belong to DeMe, in title case and without its name', () => {
    expect(commands.filter(({category}) => category !== 'DeMe')).toEqual([]);
    const small = /^(at|of|on|from|the|in|and|with)$/;
    const isTitle = (title: string) => title.split(' ').every((word) => /^[A-Z]/.test(word) || small.test(word));
    expect(commands.filter(({title}) => !isTitle(title) || /DeMe/.test(title)).map(({title}) => title)).toEqual([]);
  });

  it('that run something are off in untrusted and virtual workspaces', () => {
    const running = [
      'runPipeline',
      'pretrain',
      'finetune',
      'searchWeights',
      'measure',
      'proposeRanges',
      'merge',
      'evaluate',
      'sample',
      'stop',
      'stopNow',
      'cancelStage',
      'runHere',
      'runOnSlurm',
    ];
    const others = [
      'pause',
      'resume',
      'extend',
      'inspectModel',
      'fetchModel',
      'installEngine',
      'checkEngine',
      'runMatrix',
      'runStudy',
      'runBenchmark',
      'deleteRun',
    ];
    for (const name of [...running, ...others]) {
      const enablement = commands.find(({command}) => command === `deme.${name}`)?.enablement;
      expect(enablement, name).toContain('isWorkspaceTrusted && !virtualWorkspace');
    }
  });

  it('in menus exist, and have an icon where only the icon shows', () => {
    expect(sorted(menuItems.map(({command}) => command)).filter((command) => !contributed.includes(command))).toEqual(
      [],
    );
    const shown = menuItems.filter(({group}) => /^(inline|navigation)/.test(group ?? ''));
    const withoutIcon = shown.filter(
      ({command}) => commands.find((each) => each.command === command)?.icon === undefined,
    );
    expect(withoutIcon).toEqual([]);
  });

  it('in lenses, welcome texts and walkthroughs exist', () => {
    const texts = [
      ...viewsWelcome.map(({contents}) => contents),
      ...walkthroughs.flatMap(({steps}) => steps.map((step) => step.description)),
    ];
    const linked = texts.flatMap((text) => [...text.matchAll(/\(command:(deme\.\w+)\)/g)].map(([, id]) => id ?? ''));
    const called = [
      ...sources.matchAll(
        /'(deme\.(?!experiments?'|experiments\.|models|engines|status|queue|filtered|has|nodePath)\w+)'/g,
      ),
    ].map(([, id]) => id ?? '');
    expect(sorted([...linked, ...called]).filter((id) => !contributed.includes(id))).toEqual([]);
    expect(linked.length).toBeGreaterThan(8);
  });
});

describe('context keys', () => {
  it('that menus and commands go by are set', () => {
    const texts = [
      ...menuItems.map(({when}) => when),
      ...commands.map(({enablement}) => enablement),
      ...viewsWelcome.map((each) => String(each.when)),
    ];
    const used = texts.flatMap((text) =>
      [...(text ?? '').matchAll(/\bdeme\.(?:has\w+|filtered)\b/g)].map(([key]) => key),
    );
    for (const key of sorted(used)) expect(sources, key).toContain(`'${key}'`);
    expect(sorted(used).length).toBeGreaterThan(4);
  });

  it('complete the steps of walkthroughs, each its own, once something was done', () => {
    const events = walkthroughs.flatMap(({steps}) => steps.flatMap(({completionEvents}) => completionEvents));
    const keys = events.map((event) => /^onContext:(deme\.has\w+)$/.exec(event)?.[1] ?? event);
    for (const key of keys) expect(sources, key).toContain(`'${key}'`);
    expect(new Set(keys).size).toBe(walkthroughs.flatMap(({steps}) => steps).length);
  });
});

describe('the views', () => {
  it('are those that are made, with a text for when they are empty', () => {
    const ids = Object.values(views)
      .flat()
      .map(({id}) => id);
    expect(ids).toEqual([experimentsView, modelsView, enginesView]);
    expect(sorted(viewsWelcome.map(({view}) => view))).toEqual(sorted(ids));
  });

  it('have texts without backticks, which VS Code would show as they are', () => {
    expect(viewsWelcome.filter(({contents}) => contents.includes('`'))).toEqual([]);
  });
});

describe('the settings', () => {
  it('are those that are read, and have a scope and an order', () => {
    const read = [...sources.matchAll(/\bread(?:<\w+>)?\('([\w.]+)'/g)].map(([, key]) => `deme.${key}`);
    expect(sorted(Object.keys(configuration.properties))).toEqual(sorted(read));
    const orders = Object.values(configuration.properties).map(({order}) => order);
    expect(orders).toEqual([...orders].sort((a, b) => a - b));
  });

  it('that name programs or addresses may not come from an untrusted workspace', () => {
    expect(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations).toEqual([
      'deme.nodePath',
      'deme.webhook',
    ]);
    expect(configuration.properties['deme.webhook']?.scope).toBe('machine');
    expect(configuration.properties['deme.nodePath']?.scope).toBe('machine-overridable');
  });
});

describe('the package', () => {
  it('runs on the editor that its types are of', () => {
    expect(manifest.engines.vscode).toBe(`^${manifest.devDependencies['@types/vscode']}`);
  });

  it('brings the files that it names', () => {
    const icons = Object.values(views)
      .flat()
      .map(({icon}) => icon);
    const pictures = walkthroughs.flatMap(({steps}) => steps.map(({media}) => media.svg));
    const schemas = manifest.contributes.jsonValidation.map(({url}) => url);
    const files = [manifest.icon, ...icons, ...pictures, ...schemas];
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
    expect(manifest.icon).toMatch(/\.png$/);
  });

  it('is brought back for its panels, and not started with every window', () => {
    expect(manifest.activationEvents).toContain(`onWebviewPanel:${panelType}`);
    expect(manifest.activationEvents.filter((event) => event === '*' || event === 'onStartupFinished')).toEqual([]);
  });
});
