import type {FuzzTarget} from './target.ts';
import {captions} from './targets/captions.ts';
import {cifar} from './targets/cifar.ts';
import {events} from './targets/events.ts';
import {hub} from './targets/hub.ts';
import {images} from './targets/images.ts';
import {messages} from './targets/messages.ts';
import {metrics} from './targets/metrics.ts';
import {mnist} from './targets/mnist.ts';
import {model} from './targets/model.ts';
import {npz} from './targets/npz.ts';
import {parquet} from './targets/parquet.ts';
import {png} from './targets/png.ts';
import {records} from './targets/records.ts';
import {safetensors} from './targets/safetensors.ts';
import {singleFile} from './targets/singleFile.ts';
import {tar} from './targets/tar.ts';
import {tokenizer} from './targets/tokenizer.ts';
import {torch} from './targets/torch.ts';
import {yaml} from './targets/yaml.ts';
import {zip} from './targets/zip.ts';

/** Every parser that reads what somebody else may have written. */
export const targets: readonly FuzzTarget[] = [
  safetensors,
  torch,
  zip,
  model,
  hub,
  yaml,
  records,
  events,
  metrics,
  messages,
  images,
  png,
  parquet,
  mnist,
  cifar,
  npz,
  tokenizer,
  captions,
  tar,
  singleFile,
];
