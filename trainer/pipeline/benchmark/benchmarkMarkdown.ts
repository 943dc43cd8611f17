import type {BenchmarkRecipe, BenchmarkResult, BenchmarkScore} from '../../contract/benchmark/benchmarkResult.ts';
import {table} from '../report/markdownTable.ts';

/** `benchmark.md`: the result of a benchmark as Markdown. */
export function benchmarkMarkdown(result: BenchmarkResult): string {
  const {benchmark, scale, run, engine, warnings, unlike, ours, weights} = result;
  const scaled = scale < 1;
  const notes = [
    ...(scaled ? [`Cut by \`--scale ${scale}\`: numbers marked "scaled" compare with no published ones.`] : []),
    ...unlike,
    ...warnings,
  ];
  return [
    `# Benchmark ${benchmark}${scaled ? ` (scaled to ${scale})` : ''}`,
    ...notes.map((note) => `> ${note}`),
    ...scoreNames(result).flatMap((score) => [`## ${score}`, scoreTable(result, score)]),
    '## Held-out loss',
    heldOutTable(result),
    `Merge weights, lowest timesteps first: ${weights.map((weight) => weight.toFixed(3)).join(', ')}.`,
    '## How our numbers were measured',
    recipeText(result.rows[0]?.recipe),
    rulerTable(result),
    `Run ${run} with ${engine.name} ${engine.version} on ${engine.device}.`,
    '## Ours, since the paper leaves it open',
    ours.map((line) => `- ${line}`).join('\n'),
    '',
  ].join('\n\n');
}

/** Each once, in the order in which they were measured, then those that only others have published. */
function scoreNames({rows, published}: BenchmarkResult): string[] {
  return [...new Set([...rows.flatMap(({scores}) => scores.map(nameOf)), ...published.map(({score}) => score)])];
}

/** Scores that are measured by one network only, and published under these names. */
const ofOneNetwork = ['FID', 'CLIP score', 'inception score'];

function nameOf({score, network}: BenchmarkScore): string {
  return network === null || ofOneNetwork.includes(score) ? score : `${score} (${network})`;
}

function scoreTable({rows, published}: BenchmarkResult, name: string): string {
  const own = rows.flatMap(({model, updates, scores, recipe}) =>
    scores
      .filter((score) => nameOf(score) === name)
      .map((score) => [
        `${model}, measured here`,
        `${valueText(score)}${score.scaled ? ' (scaled)' : ''}`,
        [shortRecipe(recipe), ...measuredBy(score, recipe), `${updates} updates`].join('; '),
      ]),
  );
  const others = published
    .filter(({score}) => score === name)
    .map(({method, value, source, protocol}) => [method, String(value), `${source}; ${protocol}`]);
  return table(['model', name, 'source and recipe'], [...own, ...others]);
}

function valueText({value, standardError}: BenchmarkScore): string {
  return standardError === undefined ? value.toFixed(3) : `${value.toFixed(4)} ± ${standardError.toFixed(4)}`;
}

function measuredBy({reference, network}: BenchmarkScore, {networks}: BenchmarkRecipe): string[] {
  const own = networks.find(({name}) => name === network);
  return [
    ...(own === undefined ? [] : [`by ${own.published ?? own.weights.source}`]),
    ...(reference === null ? [] : [`against ${reference}`]),
  ];
}

function heldOutTable({heldOut, scale}: BenchmarkResult): string {
  const mark = scale < 1 ? ' (scaled)' : '';
  const rows = Object.entries(heldOut).map(([model, {mean, standardError, differenceToBase}]) => [
    model,
    `${mean.toFixed(5)} ± ${standardError.toFixed(5)}${mark}`,
    model === 'base'
      ? ''
      : `${differenceToBase.mean.toExponential(2)} ± ${differenceToBase.standardError.toExponential(1)}${mark}`,
  ]);
  return table(['model', 'loss', 'difference to base'], rows);
}

function shortRecipe({images, sampler, steps, guidance, prompts}: BenchmarkRecipe): string {
  return [
    `${images} images`,
    `${sampler ?? "the model's sampler"}, ${steps} steps`,
    ...(guidance === null ? [] : [`guidance ${guidance}`]),
    ...(prompts === null ? [] : [`${prompts.count} prompts ${prompts.sha256.slice(0, 8)}`]),
  ].join('; ');
}

function recipeText(recipe: BenchmarkRecipe | undefined): string {
  if (recipe === undefined) return 'Nothing was measured.';
  const {eta, seed, prompts, networks, tool} = recipe;
  const parts = [
    `${shortRecipe(recipe)}; eta ${eta}; noise by seed ${seed} and the number of the image; made by ${tool}.`,
    ...(prompts === null ? [] : [`Prompts: ${prompts.file}, SHA-256 ${prompts.sha256}.`]),
    ...networks.map(
      ({name, dimension, preprocessing, weights}) =>
        `Network ${name}, ${dimension} features: ${preprocessing}; weights ${weights.source}, SHA-256 ${weights.sha256}.`,
    ),
  ];
  return parts.map((part) => `- ${part}`).join('\n');
}

function rulerTable({ruler}: BenchmarkResult): string {
  const rows = ruler.map(({network, images, self, split}) => [
    network,
    images === null ? 'not stated' : String(images),
    self.toExponential(1),
    split === null ? 'only statistics were kept' : split.toPrecision(4),
  ]);
  return `The ruler, checked before anything was measured:\n\n${table(['network', 'reference images', 'to itself', 'between its halves'], rows)}`;
}
