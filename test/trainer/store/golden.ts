import {fileURLToPath} from 'node:url';

/** Path of a file that the reference implementations (diffusers, PyTorch, safetensors) wrote. */
export function golden(name: string): string {
  return fileURLToPath(new URL(`../../fixtures/golden/${name}`, import.meta.url));
}
