import {InvalidArgumentError, Option} from 'commander';
import {engineNames} from '../contract/config/config.ts';
import {launcherNames} from '../contract/config/launchConfig.ts';
import {predictionTypeNamed, type PredictionType} from '../contract/model/predictionType.ts';

// Parsers of option values. Commander turns what they throw into a usage error, hence exit code 2.

/** A whole number from 0. */
export function wholeNumber(text: string): number {
  return numberThat(text, (value) => Number.isSafeInteger(value) && value >= 0, 'Give a whole number from 0.');
}

/** A whole number from 1. */
export function count(text: string): number {
  return numberThat(text, (value) => Number.isSafeInteger(value) && value >= 1, 'Give a whole number from 1.');
}

/** A number from 0 to 1. */
export function share(text: string): number {
  return numberThat(text, (value) => value >= 0 && value <= 1, 'Give a number from 0 to 1.');
}

/** Any number from 0. */
export function number(text: string): number {
  return numberThat(text, (value) => Number.isFinite(value) && value >= 0, 'Give a number from 0.');
}

/** `512x768`: height and width. */
export function imageSize(text: string): [number, number] {
  const [height, width, ...rest] = text.split('x').map(count);
  if (height !== undefined && width !== undefined && rest.length === 0) return [height, width];
  throw new InvalidArgumentError('Give height and width in pixels, as in 512x768.');
}

/** `0.1,-0.2,0.5` */
export function numberList(text: string): number[] {
  return text.split(',').map((part) => numberThat(part, Number.isFinite, 'Give numbers with commas between them.'));
}

/** `0,250`: the timesteps [0, 250). */
export function timestepRange(text: string): [number, number] {
  const [low, high, ...rest] = text.split(',').map(wholeNumber);
  if (low !== undefined && high !== undefined && low < high && rest.length === 0) return [low, high];
  throw new InvalidArgumentError('Give the first timestep and the one after the last, as in 0,250.');
}

/** An option that may be given several times: the values in their order. */
export function collect<T>(parse: (text: string) => T): (text: string, before?: readonly T[]) => readonly T[] {
  return (text, before = []) => [...before, parse(text)];
}

/** `--engine`, of every verb that computes. */
export function engineOption(): Option {
  return new Option('--engine <name>', 'what computes').choices(engineNames);
}

/** `--launcher`, of every verb that starts stages of a run. */
export function launcherOption(): Option {
  const meaning = 'where the stages run, instead of what the config says: processes here, or jobs of Slurm';
  return new Option('--launcher <name>', meaning).choices(launcherNames);
}

/** `--prediction-type`, of verbs that take a model. */
export function predictionTypeOption(): Option {
  const meaning = 'what a single-file checkpoint predicts that does not say it: epsilon or v_prediction';
  return new Option('--prediction-type <name>', meaning).argParser(predictionType);
}

/** `--tokenizer`, of verbs that take texts. */
export function tokenizerOption(): Option {
  return new Option('--tokenizer <folder>', "tokenizer to take instead of the model's");
}

function predictionType(text: string): PredictionType {
  const type = predictionTypeNamed(text);
  if (type !== undefined) return type;
  throw new InvalidArgumentError('Give epsilon or v_prediction.');
}

function numberThat(text: string, isRight: (value: number) => boolean, message: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (isRight(value)) return value;
  throw new InvalidArgumentError(message);
}
