import {Option, type Command} from 'commander';
import {action} from '../../action.ts';
import {count, tokenizerOption} from '../../arguments.ts';
import {printResult, type ExitCode, type OutputOptions} from '../../outcome.ts';
import {requireTokenizer} from '../../../store/weights/components.ts';
import {readClipTokenizer} from '../../../text/readClipTokenizer.ts';
import {readPrompts} from '../../../data/captions/promptFile.ts';

interface TokenizeOptions extends OutputOptions {
  readonly model: string;
  readonly tokenizer?: string;
  readonly text: string;
  readonly length?: number;
  readonly whole?: boolean;
  readonly variant: 'transformers' | 'open_clip';
}

export function addTokenizeVerb(deme: Command): void {
  const command = deme
    .command('tokenize')
    .description('ids of texts, a JSON list in each line, to compare a tokenizer with transformers')
    .requiredOption('--model <path>', 'pipeline folder, or single-file checkpoint with a tokenizer folder beside it')
    .addOption(tokenizerOption())
    .requiredOption('--text <file>', 'a text in each line, or a .json file with a list of texts')
    .option('--length <number>', "ids of a text, filled up or cut; left out: the tokenizer's, else 77", count)
    .option('--whole', 'as many ids as each text has')
    .addOption(
      new Option('--variant <name>', 'whose rules').choices(['transformers', 'open_clip']).default('transformers'),
    );
  action(command, tokenize);
}

/** Positions of the text encoders of CLIP (Radford et al. 2021). */
const clipLength = 77;
/** A tokenizer that knows no length says an astronomic one. */
const longest = 1e6;

async function tokenize(options: TokenizeOptions): Promise<ExitCode> {
  const tokenizer = await readClipTokenizer(await requireTokenizer(options.model, options.tokenizer), options.variant);
  const texts = await readPrompts(options.text);
  const length = options.length ?? (tokenizer.maxLength > longest ? clipLength : tokenizer.maxLength);
  const ids = texts.map((text) => (options.whole ? tokenizer.encode(text) : tokenizer.encodeTo(text, length)));
  printResult(
    options,
    {ids},
    ids.map((list) => JSON.stringify(list)),
  );
  return 0;
}
